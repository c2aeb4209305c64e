import { organisationOf, readActivityRecord } from './activity-record.ts';
import { readEntraEvent } from './entra-event.ts';
import { asObject } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readTenantId, tenantOfResource } from './tenant-id.ts';

/**
 * A row of the tables AuditLogs or OfficeActivity of Sentinel (Log Analytics), as JSON or as CSV. Lists and objects are JSON in strings.
 * `tenantId` holds where the row names none.
 */
export function readSentinelAudit(raw: unknown, tenantId?: string): ReadRecord {
  const row = asObject(raw);
  if (row === undefined) return unreadable('row: no JSON object');
  return isOfficeActivity(row) ? readOfficeActivity(row, tenantId) : readAuditLog(row, tenantId);
}

function isOfficeActivity(row: JsonObject): boolean {
  return (
    row['Type'] === 'OfficeActivity' || (row['OperationName'] === undefined && row['Operation'] !== undefined)
  );
}

function readAuditLog(row: JsonObject, tenantId: string = unknownTenant): ReadRecord {
  return readEntraEvent({
    // TenantId is the workspace and no tenant of Entra.
    tenantId: readTenantId(row['AADTenantId']) ?? tenantOfResource(row['ResourceId']) ?? tenantId,
    id: row['Id'],
    at: timeIn(row, 'ActivityDateTime') ?? timeIn(row, 'TimeGenerated'),
    activity: filled(row['ActivityDisplayName']) ?? row['OperationName'],
    result: row['Result'],
    reasons: [row['ResultReason'], row['ResultDescription']],
    correlationId: row['CorrelationId'],
    initiatedBy: row['InitiatedBy'],
    callerIp: undefined,
    targets: row['TargetResources'],
    details: row['AdditionalDetails'],
    userAgent: row['UserAgent'],
  });
}

/** The columns of OfficeActivity under the names that the same fields have in the Management Activity API. */
function readOfficeActivity(row: JsonObject, tenantId: string | undefined): ReadRecord {
  const organisation = organisationOf({
    OrganizationId: row['OrganizationId'],
    OfficeTenantId: row['OfficeTenantId'],
  });
  return readActivityRecord(
    {
      Id: filled(row['OfficeId']) ?? row['SourceRecordId'],
      CreationTime: timeIn(row, 'TimeGenerated'),
      Operation: row['Operation'],
      ResultStatus: row['ResultStatus'],
      ObjectId: row['OfficeObjectId'],
      UserId: row['UserId'],
      ClientIP: filled(row['ClientIP']) ?? row['Client_IPAddress'],
      ActorIpAddress: row['ActorIpAddress'],
      Actor: row['Actor'],
      Target: filled(row['AADTarget']) ?? row['Target'],
      ModifiedProperties: row['ModifiedProperties'],
      ExtendedProperties: row['ExtendedProperties'],
      InterSystemsId: row['InterSystemsId'],
    },
    organisation ?? tenantId,
  );
}

/** The portal adds the zone to the name of a column in CSV: `TimeGenerated [UTC]`. */
function timeIn(row: JsonObject, column: string): unknown {
  return filled(row[column]) ?? filled(row[`${column} [UTC]`]);
}

/** CSV has no absent cell: an empty one is none. */
function filled(value: unknown): unknown {
  return value === '' || value === null ? undefined : value;
}
