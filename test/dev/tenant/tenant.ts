import { afterEach } from '@jest/globals';
import {
  type SimulatedTenant,
  type SimulatedTenantOptions,
  startSimulatedTenant,
} from '../../../dev/tenant/server.ts';

export const contosoId = '11111111-2222-4333-8444-555555555555';
export const fabrikamId = '66666666-7777-4888-9999-aaaaaaaaaaaa';

/** The instant at which the tests' tenant lives. */
export const noon = Date.parse('2026-02-03T12:00:00.000Z');

export interface Client {
  origin: string;
  /** Lets time pass, in seconds. */
  pass(seconds: number): void;
  /** A request with the token of `tenantId`; without one where it is `undefined`. */
  request(
    path: string,
    options?: { method?: string; tenantId?: string | undefined; body?: unknown },
  ): Promise<Response>;
  /** The JSON of a request that must succeed. */
  json(path: string, options?: { method?: string; tenantId?: string; body?: unknown }): Promise<unknown>;
}

const open = new Set<SimulatedTenant>();

afterEach(async () => {
  await Promise.all([...open].map((tenant) => tenant.close()));
  open.clear();
});

/** Starts a tenant with a clock of its own; it is closed after the test. */
export async function startTenant(
  options: Omit<SimulatedTenantOptions, 'now' | 'port'> = {},
): Promise<Client> {
  let now = noon;
  const tenants = [
    { id: contosoId, name: 'Contoso', domain: 'contoso.com' },
    { id: fabrikamId, name: 'Fabrikam', domain: 'fabrikam.com' },
  ];
  const tenant = await startSimulatedTenant({ tenants, ...options, now: () => now });
  open.add(tenant);
  const request: Client['request'] = (path, { method = 'GET', body, ...rest } = {}) => {
    const tenantId = 'tenantId' in rest ? rest.tenantId : contosoId;
    return fetch(new URL(path, tenant.origin), {
      method,
      ...(tenantId === undefined ? {} : { headers: { authorization: `Bearer none:${tenantId}` } }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };
  return {
    origin: tenant.origin,
    request,
    pass(seconds) {
      now += seconds * 1000;
    },
    async json(path, given = {}) {
      const response = await request(path, given);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as unknown;
    },
  };
}

export function entraRecord(id: string, activityDateTime: string): { id: string; activityDateTime: string } {
  return { id, activityDateTime };
}

export function unifiedRecord(Id: string, Workload = 'AzureActiveDirectory'): Record<string, string> {
  return { Id, CreationTime: '2026-02-03T11:59:00', Workload };
}
