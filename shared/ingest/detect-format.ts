import { wrappedIn } from './activity-record.ts';
import { cutByPowerShell, cutByPowerShellIn } from './cut-content.ts';
import { asObject, decoded, field } from '../json/json-value.ts';
import type { JsonObject } from '../json/json-value.ts';
import { isAuditData } from './purview-row.ts';

/** Of a table only the audit search has rows that no JSON has; the others are the same records, each list in a cell. */
export type Format = 'graph' | 'azure-monitor' | 'activity' | 'purview-csv' | 'sentinel';

/** Why a file is no log that can be read: one clause for people, in which nothing of the file's text stands. */
interface NotALog {
  kind: 'not-a-log';
  reason: string;
}

type Detected = { kind: 'format'; format: Format } | NotALog;

/** Recognises a log by the content of its first record, as parsed from JSON. */
export function detectFormat(first: unknown): Detected {
  const record = asObject(first);
  if (record === undefined) {
    const cut = typeof first === 'string' ? cutByPowerShellIn(first) : undefined;
    return notALog(cut === undefined ? 'its first record is no JSON object' : `its records are ${cut}`);
  }
  const format = formatOf(record);
  if (format !== undefined) return { kind: 'format', format };
  return notALog(
    lookalikes.find(({ is }) => is(record))?.reason ?? 'no audit log has records with such fields',
  );
}

/** The format of one record: a file may hold several. */
export function formatOf(record: JsonObject): Format | undefined {
  // Before all others, whatever stands beside it: this is the record whole.
  if (wrappedIn(record) !== undefined) return 'activity';
  // Sentinel before the others: its tables hold their fields too.
  if (hasAny(record, ['TimeGenerated', 'TimeGenerated [UTC]'])) {
    return hasAny(record, ['OperationName', 'ActivityDisplayName', 'Operation']) ? 'sentinel' : undefined;
  }
  if (has(record, 'Operation') && has(record, 'CreationTime')) return 'activity';
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
      'a table of Microsoft Defender advanced hunting without the column `RawEventData`, which holds the changed values; export it too (CloudAppEvents has it)',
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
    is: (record) => typeof record['value'] === 'string' && cutByPowerShellIn(record['value']) !== undefined,
    reason: `its records (\`value\`) are ${cutByPowerShell}`,
  },
  {
    is: (record) => asObject(record['error']) !== undefined,
    reason: 'an error that a service answered, not a log',
  },
];

/** Recognises a log by the names of its columns. */
export function detectCsv(header: readonly string[]): Detected {
  const columns = new Set(header.map((column) => column.replace(/^\uFEFF/, '').trim()));
  const hasColumn = (...names: string[]): boolean => names.some((name) => columns.has(name));
  if (header.some(isAuditData)) return { kind: 'format', format: 'purview-csv' };
  if (hasColumn('RawEventData')) return { kind: 'format', format: 'activity' };
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
  if (hasColumn('ActionType') && hasColumn('Timestamp')) {
    return notALog(
      'a table of Microsoft Defender advanced hunting without the column RawEventData, which holds the changed values; export it too (CloudAppEvents has it)',
    );
  }
  // Export-Csv of what PowerShell holds as objects; its lists may be JSON, or names of classes in their place.
  if (hasColumn('Operation') && hasColumn('CreationTime')) {
    return hasColumn('ModifiedProperties')
      ? { kind: 'format', format: 'activity' }
      : notALog('records of the unified log without the column ModifiedProperties; export all of AuditData');
  }
  if (
    hasColumn('ActivityDisplayName', 'activityDisplayName') &&
    hasColumn('ActivityDateTime', 'activityDateTime')
  ) {
    return hasColumn('TargetResources', 'targetResources')
      ? { kind: 'format', format: 'graph' }
      : notALog(
          'directory audits without the column TargetResources; export them with ConvertTo-Json -Depth 10',
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
