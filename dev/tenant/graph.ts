import { randomUUID } from 'node:crypto';
import { type Answer, type Call, json, tenantOfToken } from './answer.ts';
import type { AuditLogs, EntraLine, TenantLogs } from './audit-logs.ts';
import {
  type DirectoryAuditQuery,
  readDirectoryAuditQuery,
  writeSkipToken,
} from './directory-audit-query.ts';
import { limitRequests } from './request-limit.ts';

/** The part of Microsoft Graph that the product reads: directory audits and the organization. */
export function createGraph(logs: AuditLogs, now: () => number): (call: Call) => Answer {
  // FACTS 9: audit logs allow 5 requests in 10 seconds an application and tenant, 122 an application.
  const tenantLimit = limitRequests(5, 10, now);
  const applicationLimit = limitRequests(122, 10, now);

  return (call) => {
    const token = tenantOfToken(call.authorization);
    const tenant = token === undefined ? undefined : logs.of(token);
    if (tenant === undefined) return refuseToken(call, token, now());
    if (call.method !== 'GET') {
      return graphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed.', now());
    }
    switch (call.path) {
      case '/v1.0/organization':
        return json(200, organization(call, tenant));
      case '/v1.0/auditLogs/directoryAudits': {
        const wait = tenantLimit(tenant.tenant.id) ?? applicationLimit('');
        if (wait !== undefined) {
          const refused = graphError(429, 'TooManyRequests', 'Too Many Requests', now());
          return { ...refused, headers: { ...refused.headers, 'retry-after': String(wait) } };
        }
        const query = readDirectoryAuditQuery(call.query);
        return typeof query === 'string'
          ? graphError(400, 'BadRequest', query, now())
          : json(200, directoryAudits(call, tenant, query, now()));
      }
      default:
        return graphError(400, 'BadRequest', 'Resource not found for the segment.', now());
    }
  };
}

/** Graph's error body. */
export function graphError(status: number, code: string, message: string, at: number): Answer {
  const requestId = randomUUID();
  const date = new Date(at).toISOString().slice(0, 19);
  return json(
    status,
    {
      error: { code, message, innerError: { date, 'request-id': requestId, 'client-request-id': requestId } },
    },
    { 'request-id': requestId },
  );
}

function refuseToken(call: Call, token: string | undefined, at: number): Answer {
  const message =
    call.authorization === undefined
      ? 'Access token is empty.'
      : token === undefined
        ? 'IDX14100: JWT is not well formed; the simulated tenant accepts none:{tenantId}.'
        : 'The identity of the calling application could not be established: no such tenant.';
  return graphError(401, 'InvalidAuthenticationToken', message, at);
}

function organization(call: Call, { tenant }: TenantLogs): unknown {
  const domain = { capabilities: 'Email, OfficeCommunicationsOnline', type: 'Managed' };
  return {
    '@odata.context': `${call.origin}/v1.0/$metadata#organization`,
    value: [
      {
        id: tenant.id,
        displayName: tenant.name,
        verifiedDomains: [{ ...domain, name: tenant.domain, isDefault: true, isInitial: false }],
      },
    ],
  };
}

function directoryAudits(call: Call, logs: TenantLogs, query: DirectoryAuditQuery, at: number): unknown {
  const direction = query.order === 'asc' ? 1 : -1;
  const compare = (one: Pick<EntraLine, 'at' | 'order'>, other: Pick<EntraLine, 'at' | 'order'>): number =>
    direction * (one.at - other.at || one.order - other.order);
  const { after } = query;
  const found = logs.entra
    .filter((line) => line.visibleFrom <= at && query.matches(line.at))
    .filter((line) => after === undefined || compare(line, after) > 0)
    .sort(compare);
  const page = found.slice(0, query.top);
  const last = page.at(-1);
  const more = last !== undefined && found.length > page.length;
  return {
    '@odata.context': `${call.origin}/v1.0/$metadata#auditLogs/directoryAudits`,
    ...(more ? { '@odata.nextLink': nextLink(call, last) } : {}),
    value: page.map((line) => line.record),
  };
}

/** The same request with a skip token, on the origin that was asked. */
function nextLink(call: Call, last: EntraLine): string {
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', writeSkipToken(last));
  return `${call.origin}${call.path}?${query.toString()}`;
}
