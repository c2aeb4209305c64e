import { targetHelp } from '../target/target.ts';

export const tenantsHelp = `Usage: npx gracewatch tenants list [options]
       npx gracewatch tenants add ID|DOMAIN|NAME [options]
       npx gracewatch tenants remove ID|DOMAIN|NAME [options]
       npx gracewatch tenants app --app NAME --resource-group RG [options]
       npx gracewatch tenants app --host HOSTNAME --identity OBJECT_ID --tenant ID [options]

The tenants that are watched, where GRACEWATCH_TENANTS is table, and the application by which many tenants are watched without a secret.
Needs the role Storage Table Data Contributor on the storage account of the app.

list     who is watched, since when, and how they fare; also where GRACEWATCH_TENANTS lists them
add      watches one more; NAME is the part before .onmicrosoft.com. What it lacks (consent) is said and keeps it out of nothing
remove   watches one no more and deletes all that is kept of it, after a question
app      makes, or checks and corrects, the multi-tenant application that trusts the managed identity of the app, and says where
         customers consent; with your rights in the tenant of the identity; shows what it would do, and does it with --yes

${targetHelp}
  --name NAME                      add: as it stands on cards and in lists; read from the tenant where that is possible
  --domain DOMAIN                  add: the domain that people know it by
  --yes                            remove: without the question; app: do it
  --with FEATURE                   app: also ask for what this optional feature reads
  --host HOSTNAME                  app: where the app answers, such as gracewatch-x.azurewebsites.net,
  --identity OBJECT_ID             app: the object (principal) id of its managed identity,
  --tenant ID                      app: and the tenant of both
  --json                           list, app: print one JSON document instead
  -h, --help                       this text

Exit codes: 0 done, nothing to do, or shown what would be done; 1 refused, not reached or not confirmed; 2 wrong use or settings.
`;
