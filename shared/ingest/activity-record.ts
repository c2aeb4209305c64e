import { readUnifiedDoer } from './actor.ts';
import { assembleRecord, readHead } from './assemble-record.ts';
import type { RecordHead } from './assemble-record.ts';
import { readIdentity } from './identity.ts';
import { asObject, decoded, firstText } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { isMethodExecutionResult, methodExecutionResult } from './method-execution-result.ts';
import { readOutcome } from './outcome.ts';
import { readModifiedProperties } from './property-change.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readDetails } from './record-details.ts';
import { readTenantId } from './tenant-id.ts';

const names = { id: 'Id', activity: 'Operation', at: 'CreationTime', target: 'Target' };

/** A record of the Management Activity API (FACTS 7.5), also as Purview's searches wrap it in `AuditData`. */
export function readActivityRecord(raw: unknown, tenantId?: string): ReadRecord {
  const record = unwrapped(raw);
  if (record === undefined) return unreadable('record: no JSON object');
  const head = readHead({
    log: 'unified',
    names,
    tenantId: tenantId ?? organisationOf(record) ?? unknownTenant,
    id: record['Id'],
    at: record['CreationTime'],
    activity: record['Operation'],
  });
  return head.kind === 'head' ? readBody(head, record) : head;
}

/** The tenant that a record names, in lower case. */
export function organisationOf(raw: unknown): string | undefined {
  const record = unwrapped(raw);
  return readTenantId(record?.['OrganizationId'], record?.['OfficeTenantId']);
}

function unwrapped(raw: unknown): JsonObject | undefined {
  const record = asObject(raw);
  return asObject(decoded(record?.['AuditData'] ?? record?.['auditData'])) ?? record;
}

function readBody(head: RecordHead, record: JsonObject): ReadRecord {
  const properties = readModifiedProperties(record['ModifiedProperties']);
  const extended = readDetails(record['ExtendedProperties']);
  const details = readDetails(extended.get('additionalDetails'));
  return assembleRecord(head, {
    doer: () => readUnifiedDoer(record),
    outcome: readOutcome(record['ResultStatus']),
    reason: firstText(
      record['ResultReason'],
      extended.get('resultDescription'),
      methodExecutionResult(properties, details),
      [...extended].find(([name]) => isMethodExecutionResult(name))?.[1],
    ),
    correlationId: record['InterSystemsId'],
    ...targetsOf(record, head.activity.subject === 'group' ? 'group' : 'user'),
    properties,
    details,
  });
}

/** A membership names the member here and its group among the properties. Where the kind is not told, it is whom the activity is about. */
function targetsOf(record: JsonObject, subject: 'user' | 'group') {
  const { kind = subject, ...identity } = readIdentity(record['Target'], record['ObjectId']);
  const isUser = kind === 'user';
  const isGroup = kind === 'group';
  return {
    user: isUser ? identity : undefined,
    group: isGroup ? identity : undefined,
    otherTarget: kind !== subject,
  };
}
