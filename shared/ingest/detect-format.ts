import { asObject, decoded, field } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { isAuditData } from './purview-row.ts';

type JsonFormat = 'graph' | 'azure-monitor' | 'activity' | 'sentinel';
type CsvFormat = 'purview-csv' | 'sentinel';
export type Format = JsonFormat | CsvFormat;

/** Why a file is no log that can be read: one clause for people, in which nothing of the file's text stands. */
interface NotALog {
  kind: 'not-a-log';
  reason: string;
}

/** Recognises a log by the content of its first record, as parsed from JSON. */
export function detectFormat(first: unknown): { kind: 'format'; format: JsonFormat } | NotALog {
  const record = asObject(first);
  if (record === undefined) return notALog('its first record is no JSON object');
  const format = formatOf(record);
  if (format !== undefined) return { kind: 'format', format };
  return notALog(
    lookalikes.find(({ is }) => is(record))?.reason ?? 'no audit log has records with such fields',
  );
}

function formatOf(record: JsonObject): JsonFormat | undefined {
  // Sentinel first: its tables hold the fields of the other formats too.
  if (hasAny(record, ['TimeGenerated', 'TimeGenerated [UTC]'])) {
    return hasAny(record, ['OperationName', 'ActivityDisplayName', 'Operation']) ? 'sentinel' : undefined;
  }
  if (has(record, 'Operation') && has(record, 'CreationTime')) return 'activity';
  if (asObject(decoded(record['AuditData'] ?? record['auditData'])) !== undefined) return 'activity';
  const isFramed = asObject(decoded(record['properties'])) !== undefined;
  if (isFramed && hasAny(record, ['time', 'operationName', 'category', 'resourceId'])) return 'azure-monitor';
  const names = ['activityDisplayName', 'activityDateTime'];
  return names.every((name) => field(record, name) !== undefined) ? 'graph' : undefined;
}

/** What people take for a log, or keep beside one. */
const lookalikes: readonly { is: (record: JsonObject) => boolean; reason: string }[] = [
  {
    is: (record) => has(record, 'example_log'),
    reason: 'a collection of samples: each record is wrapped as text in `example_log`; unwrap them first',
  },
  {
    is: (record) => has(record, 'log') && hasAny(record, ['test', 'expected']),
    reason: 'test cases of detection rules (`test`, `expected`, `log`), not an exported log',
  },
  {
    is: (record) => has(record, 'file') && has(record, 'block'),
    reason: 'excerpts of documentation (`file`, `block`, `head`), not an exported log',
  },
  {
    is: (record) => has(record, 'ActionType') && has(record, 'Timestamp'),
    reason:
      'a table of Microsoft Defender advanced hunting (`ActionType`), which lacks the changed values; export the audit log itself',
  },
  {
    is: (record) => has(record, 'contentUri') && has(record, 'contentId'),
    reason:
      'a list of content of the Management Activity API; get each `contentUri` and save what it answers',
  },
  {
    is: (record) => Array.isArray(record['tables']),
    reason: 'an answer of a Log Analytics query as `tables`; export the result as CSV instead',
  },
  {
    is: (record) => has(record, 'appDisplayName') && has(record, 'createdDateTime'),
    reason: 'sign-ins; the licence story is in the directory audits (auditLogs/directoryAudits)',
  },
  {
    is: (record) => has(record, 'TimeGenerated'),
    reason: 'a Log Analytics table other than AuditLogs and OfficeActivity',
  },
  {
    is: (record) => asObject(record['error']) !== undefined,
    reason: 'an error that a service answered, not a log',
  },
];

/** Recognises a log by the names of its columns. */
export function detectCsv(header: readonly string[]): { kind: 'format'; format: CsvFormat } | NotALog {
  const columns = new Set(header.map((column) => column.replace(/^\uFEFF/, '').trim()));
  const hasColumn = (...names: string[]): boolean => names.some((name) => columns.has(name));
  if (header.some(isAuditData)) return { kind: 'format', format: 'purview-csv' };
  if ([...columns].some((column) => column.endsWith('[Local Time]'))) {
    return notALog(
      'its times are local; set the time zone of the Log Analytics portal to UTC and export again',
    );
  }
  if (hasColumn('TimeGenerated', 'TimeGenerated [UTC]')) {
    return hasColumn('OperationName', 'ActivityDisplayName', 'Operation')
      ? { kind: 'format', format: 'sentinel' }
      : notALog('a Log Analytics table other than AuditLogs and OfficeActivity');
  }
  // The columns of the Entra portal: "Date (UTC)", "Target1ModifiedProperty1Name" (FACTS 6.5.4).
  if (hasColumn('Date (UTC)') && hasColumn('Activity', 'Activity Display Name')) {
    return notALog(
      "the Entra portal's CSV, which cuts a cell off at 10,000 characters and so loses licence changes; download JSON instead",
    );
  }
  if (hasColumn('CreationDate') && hasColumn('Operations', 'Operation')) {
    return notALog('an export of the audit search without its column AuditData; export all columns');
  }
  return notALog(
    "its columns are neither those of Purview's audit search (AuditData) nor of a Sentinel table",
  );
}

function has(record: JsonObject, name: string): boolean {
  return record[name] !== undefined;
}

function hasAny(record: JsonObject, names: readonly string[]): boolean {
  return names.some((name) => has(record, name));
}

function notALog(reason: string): NotALog {
  return { kind: 'not-a-log', reason };
}
