import type { Deployment } from '../../../cli/tenants/deployment.ts';
import type { CredentialSettings } from '../../../shared/config.ts';
import type { Terminal } from '../../../cli/terminal/terminal.ts';
import { runIn, type Given, type Ran } from '../../builders/command-line.ts';
import { createMemoryAlertStore } from '../../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../../builders/memory-coverage-store.ts';
import { createMemoryTenantStore } from '../../builders/memory-tenant-store.ts';

export const contoso = '11111111-1111-4111-8111-111111111111';
export const fabrikam = '22222222-2222-4222-8222-222222222222';
export const application = '33333333-3333-4333-8333-333333333333';
export const now = '2026-03-01T08:00:00.000Z';

/** An app in Azure with everything in memory; the authority knows two tenants. */
export function memoryDeployment(
  credential: CredentialSettings = { kind: 'federated', clientId: application },
): Deployment {
  const domains = new Map([
    ['contoso.com', contoso],
    ['contoso.onmicrosoft.com', contoso],
    [contoso, contoso],
    [fabrikam, fabrikam],
  ]);
  const stores = {
    tenants: createMemoryTenantStore(),
    coverage: createMemoryCoverageStore(),
    alerts: createMemoryAlertStore(),
  };
  return {
    ...stores,
    target: {
      label: 'the app gracewatch-x in resource group rg',
      settings: {},
      app: {
        name: 'gracewatch-x',
        resourceGroup: 'rg',
        subscription: 's',
        tenantId: contoso,
        hostName: 'gracewatch-x.azurewebsites.net',
      },
    },
    reach: {
      storage: { kind: 'identity', blob: 'https://b', queue: 'https://q', table: 'https://t' },
      tenants: { kind: 'table' },
      credential,
      endpoints: {
        graph: 'https://graph.microsoft.com',
        activity: 'https://manage.office.com',
        authority: 'https://login.microsoftonline.com',
      },
    },
    // Nothing of it is used once the tables are there.
    storage: undefined as never,
    find: (idOrDomain) => Promise.resolve({ kind: 'read', value: domains.get(idOrDomain) }),
  };
}

export function inTerminal(
  command: (terminal: Terminal) => Promise<number>,
  given: Given = {},
): Promise<Ran> {
  return runIn(given, ({ terminal }) => command(terminal));
}
