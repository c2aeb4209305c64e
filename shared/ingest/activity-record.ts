import { readUnifiedDoer } from './actor.ts';
import { assembleRecord, readHead } from './assemble-record.ts';
import type { RecordHead } from './assemble-record.ts';
import { readIdentity } from './identity.ts';
import { cutIn, firstCutOf } from './cut-content.ts';
import { asObject, decoded, firstText } from '../json/json-value.ts';
import type { JsonObject } from '../json/json-value.ts';
import { readMailboxConversion } from './mailbox-conversion.ts';
import { isMethodExecutionResult, methodExecutionResult } from './method-execution-result.ts';
import { readOutcome } from './outcome.ts';
import { cutInLicences, readModifiedProperties } from './property-change.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readDetails } from './record-details.ts';
import { readTenantId } from './tenant-id.ts';

const names = { id: 'Id', activity: 'Operation', at: 'CreationTime', target: 'Target' };

/** A record of the Management Activity API (FACTS 7.5), also as Purview and Defender wrap it. */
export function readActivityRecord(raw: unknown, tenantId?: string): ReadRecord {
  const row = asObject(raw);
  if (row === undefined) return unreadable('record: no JSON object');
  const wrapped = wrappedIn(row);
  const record = wrapped === undefined ? row : asObject(decoded(wrapped.content));
  if (record === undefined) {
    return unreadable(`${wrapped?.field ?? 'record'}: ${cutIn(wrapped?.content) ?? 'no JSON object'}`);
  }
  const head = readHead({
    log: 'unified',
    names,
    tenantId: tenantId ?? organisationOf(record) ?? unknownTenant,
    id: record['Id'],
    at: record['CreationTime'],
    activity: record['Operation'],
  });
  if (head.kind !== 'head') return head;
  return head.activity.cmdlet === true ? readMailboxConversion(head, record) : readBody(head, record);
}

/** The tenant that a record names, in lower case. */
export function organisationOf(raw: unknown): string | undefined {
  const row = asObject(raw);
  const wrapped = row === undefined ? undefined : wrappedIn(row);
  const record = wrapped === undefined ? row : asObject(decoded(wrapped.content));
  return readTenantId(record?.['OrganizationId'], record?.['OfficeTenantId']);
}

/** Under which names a row holds a record of the unified log whole: Purview's searches, and Defender's table CloudAppEvents. */
const wrappers = ['AuditData', 'auditData', 'RawEventData'];

/** The record that a row wraps, as an object or as JSON in a string; also in the frame in which Defender streams its tables. */
export function wrappedIn(row: JsonObject): { field: string; content: unknown } | undefined {
  for (const field of wrappers) if (!isEmpty(row[field])) return { field, content: row[field] };
  const streamed = asObject(row['properties'])?.['RawEventData'];
  return isEmpty(streamed) ? undefined : { field: 'RawEventData', content: streamed };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function readBody(head: RecordHead, record: JsonObject): ReadRecord {
  // Who did it is not read as nobody, either, where it is cut off.
  const cut = firstCutOf([
    ['ModifiedProperties', record['ModifiedProperties'], 'list'],
    ['ExtendedProperties', record['ExtendedProperties']],
    ['Actor', record['Actor']],
    ['Target', record['Target']],
  ]);
  if (cut !== undefined) return unreadable(cut);
  const properties = readModifiedProperties(record['ModifiedProperties']);
  const cutLicences = cutInLicences(properties);
  if (cutLicences !== undefined) return unreadable(cutLicences);
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
