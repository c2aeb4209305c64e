import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { isDeepStrictEqual } from 'node:util';
import { alertStatuses } from '../alert/alert.ts';
import type { StoredAlert, StoredNotice } from '../alert/alert.ts';
import { severities } from '../evaluate/rule.ts';
import type { AlertFilter, AlertStore, TenantData, Version } from '../ports.ts';
import { forgetRows } from './forget-rows.ts';
import { storedAlertSchema, storedNoticeSchema } from './stored-alert.ts';
import { isBelow, keysBelow, tableKey } from './table-keys.ts';
import { fromRow, listRows, toRow } from './table-rows.ts';
import type { StoredRow } from './table-rows.ts';
import { mostRowsAtOnce, saveRow } from './table-writes.ts';

interface Found {
  alert: StoredAlert;
  version: Version;
}

/**
 * The table `alerts`: the partition of a tenant holds each alert in a row of its fingerprint, directly followed by a row for
 * each of its notices. Both are written in one transaction; the ETag of the alert's row is the version of them all.
 * An alert may have any number of notices, of which 99 can be new or changed in one save.
 */
export function createAlertTable(table: TableClient): AlertStore & TenantData {
  const read = async (tenantId: string, id: string): Promise<Found | undefined> => {
    const row = tableKey(id);
    const { from, to } = keysBelow(row);
    const filter = odata`PartitionKey eq ${tableKey(tenantId)} and (RowKey eq ${row} or (RowKey ge ${from} and RowKey lt ${to}))`;
    for await (const found of alertsOf(listRows(table, filter))) return found;
    return undefined;
  };

  return {
    get: read,

    async save(alert, version) {
      const stored = version === undefined ? undefined : await read(alert.tenantId, alert.id);
      if (stored?.version !== version) return 'changed';
      const changes = noticeChanges(alert, stored?.alert.notices ?? []);
      if (changes.length >= mostRowsAtOnce) {
        throw new Error(
          `alert ${alert.id} has ${changes.length} notices to write; one transaction holds ${mostRowsAtOnce - 1}`,
        );
      }
      return saveRow(table, alertRow(alert), version, changes);
    },

    async *list(filter) {
      for (const tenantId of new Set(filter.tenantIds)) {
        for await (const { alert } of alertsOf(listRows(table, listFilter(tenantId, filter)))) yield alert;
      }
    },

    forget: (tenantId) => forgetRows(table, odata`PartitionKey eq ${tableKey(tenantId)}`),
  };
}

function alertRow({ notices: _, ...alert }: StoredAlert): ReturnType<typeof toRow> {
  return toRow(tableKey(alert.tenantId), tableKey(alert.id), alert, {
    kind: 'alert',
    status: alert.status,
    severity: alert.severity,
    rule: alert.rule,
    ruleName: nameOf(alert.rule),
    subjectId: alert.subject.id,
  });
}

/** Only what differs is written, so that a long-lived alert stays within one transaction. */
function noticeChanges(alert: StoredAlert, stored: readonly StoredNotice[]): TransactionAction[] {
  const partitionKey = tableKey(alert.tenantId);
  const before = new Map(stored.map((notice, place) => [notice.key, { notice, place }]));
  const after = new Map(alert.notices.map((notice, place) => [notice.key, { notice, place }]));
  const written = [...after].filter(([key, entry]) => !isDeepStrictEqual(before.get(key), entry));
  const removed = [...before.keys()].filter((key) => !after.has(key));
  return [
    ...written.map(([key, { notice, place }]): TransactionAction => [
      'upsert',
      toRow(partitionKey, tableKey(alert.id, key), notice, { kind: 'notice', place }),
      'Replace',
    ]),
    ...removed.map((key): TransactionAction => ['delete', { partitionKey, rowKey: tableKey(alert.id, key) }]),
  ];
}

/** Puts alerts and the notices behind them together. Notices of alerts that the filter left out are passed over. */
async function* alertsOf(rows: AsyncIterable<StoredRow>): AsyncGenerator<Found> {
  let alert: StoredRow | undefined;
  let notices: StoredRow[] = [];
  for await (const row of rows) {
    if (row['kind'] === 'notice') {
      if (alert?.rowKey !== undefined && isBelow(row.rowKey ?? '', alert.rowKey)) notices.push(row);
      continue;
    }
    if (alert !== undefined) yield found(alert, notices);
    alert = row;
    notices = [];
  }
  if (alert !== undefined) yield found(alert, notices);
}

function found(row: StoredRow, noticeRows: readonly StoredRow[]): Found {
  const notices = noticeRows
    .toSorted((a, b) => Number(a['place'] ?? 0) - Number(b['place'] ?? 0))
    .map((notice) => fromRow(notice, storedNoticeSchema));
  return { alert: { ...fromRow(row, storedAlertSchema), notices }, version: row.etag };
}

/**
 * What the service can leave out, it leaves out; the notices come along and are joined here. A filter holds at most 15
 * comparisons, so only known statuses and severities are asked for.
 */
function listFilter(tenantId: string, { status, severity, rule, subjectId }: AlertFilter): string {
  const conditions = [odata`kind eq ${'alert'}`];
  if (status !== undefined)
    conditions.push(
      oneOf(
        'status',
        alertStatuses.filter((known) => status.includes(known)),
      ),
    );
  if (severity !== undefined)
    conditions.push(
      oneOf(
        'severity',
        severities.filter((known) => severity.includes(known)),
      ),
    );
  if (rule !== undefined)
    conditions.push(rule.includes('/') ? odata`rule eq ${rule}` : odata`ruleName eq ${rule}`);
  if (subjectId !== undefined) conditions.push(odata`subjectId eq ${subjectId}`);
  return `${odata`PartitionKey eq ${tableKey(tenantId)}`} and ((${conditions.join(' and ')}) or ${odata`kind eq ${'notice'}`})`;
}

function oneOf(column: string, values: readonly string[]): string {
  if (values.length === 0) return odata`kind eq ${'none'}`;
  return `(${values.map((value) => `${column} ${odata`eq ${value}`}`).join(' or ')})`;
}

/** The id of a rule without its folder. */
function nameOf(rule: string): string {
  return rule.slice(rule.lastIndexOf('/') + 1);
}
