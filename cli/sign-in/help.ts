import { targetHelp } from '../target/target.ts';

export const signInHelp = `Usage: npx gracewatch sign-in --app NAME --resource-group RG [options]
       npx gracewatch sign-in --host HOSTNAME --identity OBJECT_ID --tenant ID [options]

Makes, or checks and corrects, the application that people sign in to for the list of alerts and the dashboard.
It has no secret: it trusts the managed identity of the app. It has two app roles, reader and operator, for all watched tenants. Only people
whom you name can sign in, and you: as operator, unless you name your own id for something else or have a role already.
Works with your rights in the tenant of the app, shows what it would do, and does it with --yes. Safe to run again.

${targetHelp}
  --host HOSTNAME                  instead of --app: where the app answers, such as gracewatch-x.azurewebsites.net,
  --identity OBJECT_ID             the object (principal) id of its managed identity,
  --tenant ID                      and the tenant of both

  --operator ID[,ID…]              object ids of people or groups who may read everything, and acknowledge, snooze and reopen
  --reader ID[,ID…]                of those who may read everything
  --allow ID[,ID…]                 of those who may sign in, and read or do what GRACEWATCH_ACCESS says (the way to give one tenant of
                                   several); without an entry there they see nothing. Groups need Entra ID P1
  --tenants ID[,ID…]|none          people of these tenants may sign in, too: operators who watch the tenants of others;
                                   without, those stay whom the deployment of --app lets in
  --yes                            do it; without, nothing is changed
  --json                           print one JSON document instead
  -h, --help                       this text

Needs the directory role Application Developer, or Cloud Application Administrator where somebody else made the application.

Exit codes: 0 done, nothing to do, or shown what would be done; 1 refused or not reached; 2 wrong use or settings.
`;
