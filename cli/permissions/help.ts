import { features } from '../../shared/permissions.ts';
import { targetHelp } from '../target/target.ts';

export const permissionsHelp = `Usage: npx gracewatch permissions [options]
       npx gracewatch permissions grant [--yes] [options]
       npx gracewatch permissions script [options]

Compares what Gracewatch needs in each tenant with what the tenant has granted, and says what is lost without it.
docs/permissions.md has the table. Nothing that is granted lets Gracewatch write to a tenant.

permissions
  --tenant ID|NAME|DOMAIN          only this tenant; may be given several times
  --json                           print one JSON document instead
${targetHelp}
permissions grant: gives a managed identity what is missing, in its own tenant, with your rights. It never removes.
  --yes                            do it; without, it says what it would do
  --with FEATURE                   also what this optional feature needs (${optionalFeatures()}); may be given several times
  --identity OBJECT_ID --tenant ID instead of --app: the object (principal) id of the identity, and its tenant
${targetHelp}
permissions script: the same as a script for somebody else to run. Asks nobody and needs no network.
  --shell az|powershell            only this one; without, both
  --with FEATURE                   as above
  --identity OBJECT_ID             fills it in
  --tenant ID                      fills it in

  -h, --help                       this text

Exit codes: 0 fine, 1 something needed is missing or could not be seen, or could not be granted, 2 wrong use or settings.
`;

function optionalFeatures(): string {
  return features.flatMap(({ name, optional }) => (optional ? [name] : [])).join(', ');
}
