import type { TenantDescription } from '../tenant/audit-logs.ts';

/** What the functions are told: everything is on this machine, and nothing waits as long as in life. */
export function hostSettings(options: {
  port: number;
  connectionString: string;
  tenantOrigin: string;
  tenant: TenantDescription;
}): Record<string, string> {
  const { port, connectionString, tenantOrigin, tenant } = options;
  const channel = {
    id: 'licences',
    kind: 'teams',
    url: `${tenantOrigin}/teams/licences`,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  const timing = { coalesceSeconds: 2, groupSeconds: 3, postGapSeconds: 5, retrySeconds: 2, lockSeconds: 10 };
  return {
    PORT: String(port),
    AzureWebJobsStorage: connectionString,
    AzureWebJobsDisableHomepage: 'true',
    GRACEWATCH_TENANTS: JSON.stringify([tenant]),
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: tenantOrigin,
    GRACEWATCH_ACTIVITY_ENDPOINT: tenantOrigin,
    GRACEWATCH_PUBLIC_URL: `http://127.0.0.1:${port}`,
    GRACEWATCH_CHANNELS: JSON.stringify([channel]),
    GRACEWATCH_TIMING: JSON.stringify(timing),
  };
}
