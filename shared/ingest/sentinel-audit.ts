import { organisationOf, readActivityRecord } from './activity-record.ts';
import { readEntraEvent } from './entra-event.ts';
import { readInstant } from './instant.ts';
import { asObject, asText } from '../json/json-value.ts';
import type { JsonObject } from '../json/json-value.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { idOfRow } from './row-id.ts';
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

/** Columns that tell two events apart where a query left out their ids. */
const toldByAuditLogs = ['Result', 'CorrelationId', 'InitiatedBy', 'TargetResources', 'AdditionalDetails'];
const toldByOfficeActivity = [
  ...[
    'Operation',
    'ResultStatus',
    'OfficeObjectId',
    'UserId',
    'InterSystemsId',
    'Actor',
    'AADTarget',
    'Target',
  ],
  ...['ModifiedProperties', 'ExtendedProperties', 'Parameters'],
];

function readAuditLog(row: JsonObject, tenantId: string = unknownTenant): ReadRecord {
  const at = timeIn(row, 'ActivityDateTime') ?? timeIn(row, 'TimeGenerated');
  const activity = filled(row['ActivityDisplayName']) ?? row['OperationName'];
  return readEntraEvent({
    // TenantId is the workspace and no tenant of Entra.
    tenantId: readTenantId(row['AADTenantId']) ?? tenantOfResource(row['ResourceId']) ?? tenantId,
    id:
      filled(row['Id']) ??
      idOfRow([readInstant(at), activity, ...toldByAuditLogs.map((column) => row[column])]),
    at,
    activity,
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
  const at = timeIn(row, 'TimeGenerated');
  const isBare = row['ModifiedProperties'] === undefined;
  if (isBare && /^update (?:user|group)\b/i.test(asText(row['Operation']) ?? ''))
    return unreadable('ModifiedProperties: missing, and it holds what was changed; export this column too');
  if (row['Parameters'] === undefined && /^set-mailbox\b/i.test(asText(row['Operation']) ?? ''))
    return unreadable('Parameters: missing, and it holds what was set; export this column too');
  return readActivityRecord(
    {
      Id:
        filled(row['OfficeId']) ??
        filled(row['SourceRecordId']) ??
        idOfRow([readInstant(at), ...toldByOfficeActivity.map((column) => row[column])]),
      CreationTime: at,
      Operation: row['Operation'],
      Workload: row['OfficeWorkload'],
      Parameters: row['Parameters'],
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
