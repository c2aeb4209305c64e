/**
 * Makes `docs/permissions.md` from the table in `shared/permissions.ts`:
 *
 *   node scripts/make-permissions.ts            writes it
 *   node scripts/make-permissions.ts --check    only says whether it is current (exit code 1 where it is not)
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { apis, type Feature, features, notAskedFor } from '../shared/permissions.ts';

const target = new URL('../docs/permissions.md', import.meta.url);

/** The page, formatted as the repository's other texts are. */
export async function permissionsPage(): Promise<string> {
  const options = (await resolveConfig(target)) ?? {};
  return format(page(), { ...options, parser: 'markdown' });
}

function page(): string {
  const needed = features.filter(({ optional }) => !optional);
  const optional = features.filter((feature) => feature.optional);
  const names = needed.flatMap(({ permissions }) => permissions.map(({ name }) => `\`${name}\``));
  return `
<!-- Made by \`node scripts/make-permissions.ts\` from shared/permissions.ts: change that file and make this one again. -->

# What Gracewatch may do in a tenant

It reads, and it writes nothing. What it needs in each watched tenant: ${names.join(' and ')}.

${table(needed)}

## Optional

Not needed, and granted only when somebody asks for it: \`--with FEATURE\`.

${table(optional)}

## What is not asked for

| permission | why not |
| --- | --- |
${notAskedFor.map(({ permission, because }) => `| ${permission} | ${because} |`).join('\n')}

## See what is granted

\`\`\`sh
npx gracewatch permissions                                     # with the settings and the credential on this machine
npx gracewatch permissions --app NAME --resource-group RG      # an app in Azure, looked at with your rights
\`\`\`

It names, for each tenant, what is granted, missing or could not be seen, what is lost without it, and what is granted beyond this page.
Each permission is tried with one small read. A service that is busy or does not answer makes a permission _unknown_, never _missing_.
The credential of an app in Azure cannot be had on another machine: there the directory tells, or what the last collection was told.

## Grant

**One tenant, managed identity.** In the tenant of the identity:

\`\`\`sh
npx gracewatch permissions grant --app NAME --resource-group RG          # says what it would do
npx gracewatch permissions grant --app NAME --resource-group RG --yes    # does it
npx gracewatch permissions script                                        # prints a script for whoever may do it, for two shells
\`\`\`

${roles()}
Running it again does nothing. What the app can do changes when it gets a new token: Azure keeps the tokens of an identity for up to a day.

**Many tenants, federated credential.** \`npx gracewatch tenants app\` makes the application that asks for what is in the first table,
and prints the link by which an administrator of each tenant consents.

## Withdraw

- From a managed identity what it has besides: \`npx gracewatch permissions grant --app NAME --resource-group RG\` shows it, each with the
  command that takes it away. Gracewatch takes nothing away itself.
- From a managed identity anything: \`az rest --method GET --url https://graph.microsoft.com/v1.0/servicePrincipals/OBJECT_ID/appRoleAssignments\`
  lists what was granted, and \`az rest --method DELETE\` on the same address with \`/\` and the \`id\` of one takes that away. Deleting the
  identity takes away all.
- From the application of many tenants: entra.microsoft.com > Enterprise applications > Gracewatch > Properties > Delete, in the tenant
  that withdraws. Gracewatch is blind there from then on and says so; the other tenants go on.
`;
}

function table(listed: readonly Feature[]): string {
  const rows = listed.flatMap(({ name, title, permissions, why, without }) =>
    permissions.map(
      (permission) =>
        `| \`${permission.name}\`<br>${apis[permission.api].title} | ${title}<br>\`${name}\` | ${permission.reads} | ${why} | ${without} |`,
    ),
  );
  const ids = listed.flatMap(({ permissions }) =>
    permissions.map(
      ({ api, name, appRoleId }) =>
        `| \`${name}\` | \`${appRoleId}\` | ${apis[api].title} \`${apis[api].appId}\` |`,
    ),
  );
  return `
| permission | feature | what is read with it | why | without it |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

| permission | id of the app role | API and its application id |
| --- | --- | --- |
${ids.join('\n')}
`;
}

function roles(): string {
  const each = Object.values(apis).map(({ title, grantedBy }) => `${grantedBy} for ${title}`);
  return `Who grants needs a directory role: ${each.join(', ')} (the first may grant all).`;
}

if (import.meta.main) {
  const made = await permissionsPage();
  const isCurrent = readIfThere() === made;
  if (process.argv.includes('--check')) {
    if (!isCurrent) {
      console.error('docs/permissions.md is stale: node scripts/make-permissions.ts');
      process.exitCode = 1;
    }
  } else {
    writeFileSync(target, made);
    console.log(isCurrent ? 'docs/permissions.md was current' : 'docs/permissions.md is made anew');
  }
}

function readIfThere(): string | undefined {
  try {
    return readFileSync(target, 'utf8');
  } catch {
    return undefined;
  }
}
