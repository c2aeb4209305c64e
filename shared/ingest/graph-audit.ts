import { readEntraEvent } from './entra-event.ts';
import { asObject, field } from '../json/json-value.ts';
import { unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';

/** A directoryAudit of Graph, or of the Entra portal's JSON download (FACTS 6.1). It names no tenant. */
export function readGraphAudit(raw: unknown, tenantId: string): ReadRecord {
  const audit = asObject(raw);
  if (audit === undefined) return unreadable('record: no JSON object');
  return readEntraEvent({
    tenantId,
    id: field(audit, 'id'),
    at: field(audit, 'activityDateTime'),
    activity: field(audit, 'activityDisplayName'),
    result: field(audit, 'result'),
    reasons: [field(audit, 'resultReason')],
    correlationId: field(audit, 'correlationId'),
    initiatedBy: field(audit, 'initiatedBy'),
    callerIp: undefined,
    // The singular stands in old documentation.
    targets: field(audit, 'targetResources') ?? field(audit, 'targetResource'),
    details: field(audit, 'additionalDetails'),
    userAgent: field(audit, 'userAgent'),
  });
}
