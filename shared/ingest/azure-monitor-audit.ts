import { readEntraEvent } from './entra-event.ts';
import { asObject, decoded } from '../json/json-value.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readTenantId, tenantOfResource } from './tenant-id.ts';

/**
 * A record of Entra's diagnostic settings, as it lies in a storage account or comes through an event hub: the directoryAudit stands
 * in `properties`. Sign-ins and other categories come in the same frame. `tenantId` holds where the record names none.
 */
export function readAzureMonitorAudit(raw: unknown, tenantId: string = unknownTenant): ReadRecord {
  const frame = asObject(raw);
  if (frame === undefined) return unreadable('record: no JSON object');
  const audit = asObject(decoded(frame['properties'])) ?? {};
  return readEntraEvent({
    tenantId: readTenantId(frame['tenantId']) ?? tenantOfResource(frame['resourceId']) ?? tenantId,
    id: audit['id'],
    at: audit['activityDateTime'] ?? frame['time'],
    activity: audit['activityDisplayName'] ?? frame['operationName'],
    result: audit['result'] ?? frame['result'],
    reasons: [audit['resultReason'], frame['resultDescription']],
    correlationId: audit['correlationId'] ?? frame['correlationId'],
    initiatedBy: audit['initiatedBy'],
    callerIp: frame['callerIpAddress'],
    targets: audit['targetResources'] ?? audit['targetResource'],
    details: audit['additionalDetails'],
    userAgent: audit['userAgent'],
  });
}
