import { type Answer, type Call, json } from './answer.ts';
import type { EntraLine, TenantLogs } from './audit-logs.ts';
import { readDirectoryAuditQuery, writeSkipToken } from './directory-audit-query.ts';
import { graphError } from './graph-error.ts';

const day = 24 * 60 * 60 * 1000;

/** FACTS 6.1. */
const retentionDays = { premium: 30, free: 7 };

/** A page of `/auditLogs/directoryAudits`. */
export function directoryAudits(call: Call, logs: TenantLogs, premium: boolean, at: number): Answer {
  const query = readDirectoryAuditQuery(call.query);
  if (typeof query === 'string') return graphError(400, 'BadRequest', query, at);
  const { after } = query;
  const oldest = at - (premium ? retentionDays.premium : retentionDays.free) * day;
  const direction = query.order === 'asc' ? 1 : -1;
  const compare = (one: Pick<EntraLine, 'at' | 'order'>, other: Pick<EntraLine, 'at' | 'order'>): number =>
    direction * (one.at - other.at || one.order - other.order);
  const found = logs.entra
    .filter((line) => line.visibleFrom <= at && line.at >= oldest && query.matches(line.at))
    .filter((line) => after === undefined || compare(line, after) > 0)
    .sort(compare);
  const page = found.slice(0, query.top);
  const last = page.at(-1);
  const more = last !== undefined && found.length > page.length;
  return json(200, {
    '@odata.context': `${call.origin}/v1.0/$metadata#auditLogs/directoryAudits`,
    ...(more ? { '@odata.nextLink': nextLink(call, last) } : {}),
    value: page.map((line) => line.record),
  });
}

/** The same request with a skip token, on the origin that was asked. */
function nextLink(call: Call, last: EntraLine): string {
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', writeSkipToken(last));
  return `${call.origin}${call.path}?${query.toString()}`;
}
