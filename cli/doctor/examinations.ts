import type { TenantSettings } from '../../shared/config.ts';
import { examineAccess } from './access.ts';
import { examineChannels } from './channels.ts';
import { type CheckName, type Line, linesOf } from './check.ts';
import { examineClock } from './clock.ts';
import { examineCollection } from './collection.ts';
import type { Deployment } from './deployment.ts';
import type { Examination } from './examination.ts';
import { examineReferences } from './key-vault-references.ts';
import { examineFunctions } from './listed-functions.ts';
import { examineFromOutside } from './outside.ts';
import { examinePoison } from './poison.ts';
import { examineQueues } from './queues.ts';
import { examineStorage } from './storage.ts';
import { examineTenant, tenantPorts } from './tenant.ts';
import { examineVersions } from './versions.ts';

/**
 * Everything that is looked at besides the settings themselves, in the order in which it is told.
 * @param sender posts the test cards, where any are to be posted
 */
export function examinationsOf(
  deployment: Deployment,
  tenants: readonly TenantSettings[],
  sender: string | undefined,
): Examination[] {
  const inAzure = deployment.inAzure !== undefined;
  const storage = ['AzureWebJobsStorage'];
  // From outside the app's secret is not used, so that it lies in the Key Vault hinders nothing.
  const rights = inAzure ? rightsSettings : [...rightsSettings, 'GRACEWATCH_CLIENT_SECRET'];
  const ports = tenantPorts(deployment);
  return [
    ...(inAzure ? [examination('settings', [], () => examineReferences(deployment))] : []),
    examination('storage', storage, () => examineStorage(deployment)),
    ...tenants.map(({ id, name }): Examination => ({
      check: 'token',
      tenant: { id, name },
      needs: rights,
      look: async () => examineTenant({ id, name }, await ports()),
    })),
    ...(inAzure ? [examination('functions', [], () => examineFunctions(deployment))] : []),
    {
      check: 'public-url',
      needs: inAzure ? [] : ['GRACEWATCH_PUBLIC_URL'],
      look: () => examineFromOutside(deployment, tenants[0]?.id),
    },
    examination('access', ['GRACEWATCH_ACCESS'], () => examineAccess(deployment)),
    examination('channel', ['GRACEWATCH_CHANNELS'], () => examineChannels(deployment, sender)),
    examination('clock', [], () => examineClock(deployment)),
    examination('queue', storage, () => examineQueues(deployment)),
    examination('poison', storage, () => examinePoison(deployment)),
    {
      check: 'collection',
      needs: [...storage, 'GRACEWATCH_TENANTS'],
      look: () => examineCollection(deployment, tenants),
    },
    examination('version', [], () => examineVersions(deployment)),
  ];
}

const rightsSettings = [
  ...['GRACEWATCH_TENANTS', 'GRACEWATCH_CREDENTIAL', 'GRACEWATCH_CLIENT_ID', 'GRACEWATCH_AUTHORITY'],
  ...['GRACEWATCH_GRAPH_ENDPOINT', 'GRACEWATCH_ACTIVITY_ENDPOINT'],
];

function examination(check: CheckName, needs: readonly string[], look: () => Promise<Line[]>): Examination {
  return { check, needs, look: async () => linesOf(check, await look()) };
}
