import { z } from 'zod';
import { isKeyVaultReference } from '../../shared/config-problems.ts';
import type { Az } from '../target/az.ts';
import type { AzureApp, Target } from '../target/target.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';

/** What the platform made of the references in the app's settings; it tells no secret. */
export type ReferenceStatuses =
  { kind: 'read'; references: ReadonlyMap<string, Reference> } | { kind: 'failed'; reason: string };

interface Reference {
  status: string;
  /** Name of the vault. */
  vault?: string;
}

const referencesSchema = z.object({
  value: z.array(
    z.object({
      name: z.string(),
      properties: z.object({ status: z.string(), vaultName: z.string().nullish() }),
    }),
  ),
});

async function readReferenceStatuses(az: Az, app: AzureApp): Promise<ReferenceStatuses> {
  const outcome = await az(['rest', '--method', 'get', '--url', referencesUrl(app)]);
  if (outcome.kind === 'failed') return outcome;
  const parsed = referencesSchema.safeParse(outcome.value);
  if (!parsed.success) return { kind: 'failed', reason: 'az rest answered an unknown form' };
  const references = parsed.data.value.map(
    ({ name, properties: { status, vaultName } }): [string, Reference] => [
      name,
      { status, ...(typeof vaultName === 'string' ? { vault: vaultName } : {}) },
    ],
  );
  return { kind: 'read', references: new Map(references) };
}

function referencesUrl({ subscription, resourceGroup, name }: AzureApp, operation = ''): string {
  return `https://management.azure.com/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Web/sites/${name}/config/configreferences/appsettings${operation}?api-version=2022-03-01`;
}

export async function examineReferences({ target, az, inAzure }: Deployment): Promise<Line[]> {
  if (inAzure === undefined || referencesOf(target.settings).length === 0) return [];
  return judgeReferences(target.settings, inAzure.app, await readReferenceStatuses(az, inAzure.app));
}

function referencesOf(settings: Target['settings']): string[] {
  return Object.keys(settings).filter((name) => isKeyVaultReference(settings[name]));
}

/** One line for all that are fine, and one for each that the app sees as the text of the reference. */
export function judgeReferences(
  settings: Target['settings'],
  app: AzureApp,
  read: ReferenceStatuses,
): Line[] {
  const references = referencesOf(settings);
  if (read.kind === 'failed') {
    return [
      {
        subject: references.join(', '),
        status: 'warn',
        means: `whether the platform could resolve the Key Vault references could not be read: ${read.reason}`,
      },
    ];
  }
  const fine: string[] = [];
  const lines: Line[] = [];
  for (const name of references) {
    const reference = read.references.get(name);
    if (reference === undefined || resolved.has(reference.status)) fine.push(name);
    else lines.push(unresolvedLine(name, reference, app));
  }
  return fine.length === 0 ? lines : [inKeyVault(fine), ...lines];
}

/** `Initialized` is what it says before the app has asked for the first time. */
const resolved: ReadonlySet<string> = new Set(['Resolved', 'Initialized']);

function inKeyVault(references: readonly string[]): Line {
  return {
    subject: references.join(', '),
    status: 'ok',
    means:
      'in the Key Vault, where it belongs; the platform can read it, and this command does not judge what stands there',
  };
}

function unresolvedLine(name: string, reference: Reference, app: AzureApp): Line {
  return {
    subject: name,
    status: 'fail',
    means: `${why(reference.status)}: the app sees the text of the reference instead of the secret, and does not start`,
    mend: `${mendOf(reference, app)}; the platform asks again with: az rest --method post --url "${referencesUrl(app, '/refresh')}"`,
  };
}

/** The platform's own words (`ResolveStatus` of Microsoft.Web). */
function why(status: string): string {
  switch (status) {
    case 'AccessToKeyVaultDenied':
    case 'UnauthorizedClient':
      return "the app's identity may not read the Key Vault";
    case 'MSINotEnabled':
      return 'the setting keyVaultReferenceIdentity of the app does not name its identity';
    case 'VaultNotFound':
      return 'there is no such Key Vault';
    case 'SecretNotFound':
    case 'SecretVersionNotFound':
      return 'the secret is missing in the Key Vault, or disabled';
    case 'InvalidSyntax':
      return 'the reference is not written as @Microsoft.KeyVault(SecretUri=https://…)';
    default:
      return `the platform could not resolve the reference${/^\w{1,40}$/.test(status) ? ` (${status})` : ''}`;
  }
}

function mendOf({ status, vault = 'NAME_OF_THE_VAULT' }: Reference, { identity }: AzureApp): string {
  switch (status) {
    case 'AccessToKeyVaultDenied':
    case 'UnauthorizedClient':
      return `az role assignment create --assignee-object-id ${identity?.principalId ?? 'OBJECT_ID_OF_THE_IDENTITY'} --assignee-principal-type ServicePrincipal --role "Key Vault Secrets User" --scope "$(az keyvault show --name ${vault} --query id --output tsv)"`;
    case 'SecretNotFound':
    case 'SecretVersionNotFound':
      return `az keyvault secret set --vault-name ${vault} --name NAME --file FILE puts it there`;
    default:
      return 'deploy the template again, which writes the references';
  }
}
