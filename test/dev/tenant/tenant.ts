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
    options?: { method?: string; tenantId?: string | undefined; body?: unknown; prefer?: string },
  ): Promise<Response>;
  /** The JSON of a request that must succeed; `undefined` where it has no body. */
  json(path: string, options?: CallOptions): Promise<unknown>;
  /** Status and the service's own code and words of a request that must be refused. */
  refusal(path: string, options?: CallOptions): Promise<Refusal>;
  /** Puts Contoso into another state, or the tenant that is named. */
  change(state: Record<string, unknown>): Promise<unknown>;
}

interface CallOptions {
  method?: string;
  tenantId?: string;
  body?: unknown;
  prefer?: string;
}

interface Refusal {
  status: number;
  code: string;
  message: string;
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
  const request: Client['request'] = (path, { method = 'GET', body, prefer, ...rest } = {}) => {
    const tenantId = 'tenantId' in rest ? rest.tenantId : contosoId;
    return fetch(new URL(path, tenant.origin), {
      method,
      headers: {
        ...(tenantId === undefined ? {} : { authorization: `Bearer none:${tenantId}` }),
        ...(prefer === undefined ? {} : { prefer }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };
  const json: Client['json'] = async (path, given = {}) => {
    const response = await request(path, given);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  return {
    origin: tenant.origin,
    request,
    json,
    pass(seconds) {
      now += seconds * 1000;
    },
    async refusal(path, given = {}) {
      const response = await request(path, given);
      const text = await response.text();
      if (response.ok) throw new Error(`${path} was not refused: ${response.status} ${text}`);
      const { error } = JSON.parse(text) as { error: Omit<Refusal, 'status'> };
      return { status: response.status, code: error.code, message: error.message };
    },
    change: (state) => json('/control/tenant', { method: 'POST', body: { tenantId: contosoId, ...state } }),
  };
}

export function entraRecord(id: string, activityDateTime: string): { id: string; activityDateTime: string } {
  return { id, activityDateTime };
}

export function unifiedRecord(Id: string, Workload = 'AzureActiveDirectory'): Record<string, string> {
  return { Id, CreationTime: '2026-02-03T11:59:00', Workload };
}
