import { odata, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { isDeepStrictEqual } from 'node:util';
import { alertRowSchema, noticeSchema, type StoredAlert, type StoredNotice } from '../alert/alert.ts';
import type { AlertPosition } from '../alert/alert-store.ts';
import { isBelow, keysBelow, tableKey } from './table-keys.ts';
import { fromRow, type StoredRow, type TableRow, toRow } from './table-rows.ts';

/**
 * The rows of one alert, all in the partition of its tenant and written in one transaction.
 *
 * - `alert!ID`: the alert; its ETag is the version of all that belongs to it. Directly behind it `alert!ID!KEY`: each of its notices.
 * - `live!TIME!ID` while it is not resolved, else `resolved!TIME!ID`: what lists show, notices among it. TIME falls as `openedAt` rises, so
 *   that a list is read from its beginning, and only as far as it is shown.
 * - `subject!SUBJECT!TIME!ID`: the same once more, by what the alert is about.
 */
export type ListName = 'live' | 'resolved';

export function isLive({ status }: Pick<StoredAlert, 'status'>): boolean {
  return status !== 'resolved';
}

export function alertFilter(tenantId: string, id: string): string {
  const row = tableKey('alert', id);
  return odata`PartitionKey eq ${tableKey(tenantId)} and RowKey ge ${row} and RowKey lt ${keysBelow(row).to}`;
}

export function alertRow({ notices: _, ...alert }: StoredAlert): TableRow {
  return toRow(tableKey(alert.tenantId), tableKey('alert', alert.id), alert);
}

/** Puts the row of an alert and those of its notices together; undefined where the alert is not among them. */
export function alertOf(
  rows: readonly StoredRow[],
  id: string,
): { alert: StoredAlert; version: string } | undefined {
  const key = tableKey('alert', id);
  const row = rows.find(({ rowKey }) => rowKey === key);
  if (row === undefined) return undefined;
  const notices = rows
    .filter(({ rowKey = '' }) => isBelow(rowKey, key))
    .map((notice) => fromRow(notice, noticeSchema.loose()))
    .sort((a, b) => a.sequence - b.sequence);
  return { alert: { ...fromRow(row, alertRowSchema), notices }, version: row.etag };
}

/** Only the notices that differ, oldest first: of an alert that goes on for years most stay as they are. */
export function noticeChanges(alert: StoredAlert, stored: readonly StoredNotice[]): TransactionAction[] {
  const partitionKey = tableKey(alert.tenantId);
  const keyOf = ({ key }: StoredNotice): string => tableKey('alert', alert.id, key);
  const before = new Map(stored.map((notice) => [notice.key, notice]));
  const after = new Set(alert.notices.map(({ key }) => key));
  return [
    ...alert.notices
      .filter((notice) => !isDeepStrictEqual(before.get(notice.key), notice))
      .map((notice): TransactionAction => ['upsert', toRow(partitionKey, keyOf(notice), notice), 'Replace']),
    ...stored
      .filter(({ key }) => !after.has(key))
      .map((notice): TransactionAction => ['delete', { partitionKey, rowKey: keyOf(notice) }]),
  ];
}

/** Its rows in the lists as they are from now on; those of before go where they stood elsewhere. */
export function listChanges(alert: StoredAlert, before: StoredAlert | undefined): TransactionAction[] {
  const partitionKey = tableKey(alert.tenantId);
  const keys = listKeys(alert);
  const gone = before === undefined ? [] : listKeys(before).filter((key) => !keys.includes(key));
  return [
    ...keys.map((key): TransactionAction => ['upsert', listRow(alert, key), 'Replace']),
    ...gone.map((rowKey): TransactionAction => ['delete', { partitionKey, rowKey }]),
  ];
}

/** Of its rows in the lists. */
export function listKeys(alert: StoredAlert): string[] {
  const list: ListName = isLive(alert) ? 'live' : 'resolved';
  const { openedAt, id, subject } = alert;
  return [
    tableKey(list, fallingTime(openedAt), id),
    tableKey('subject', subject.id.toLowerCase(), fallingTime(openedAt), id),
  ];
}

/** Rows `subject!SUBJECT!TIME!ID` of the alerts of a tenant that are not resolved. */
export function liveSubjectsFilter(tenantId: string): string {
  const { from, to } = keysBelow(tableKey('subject'));
  return odata`PartitionKey eq ${tableKey(tenantId)} and RowKey ge ${from} and RowKey lt ${to} and status ne ${'resolved'}`;
}

/** Resolved alerts that were opened before, the newest first. */
export function resolvedBefore(tenantId: string, at: string): string {
  const { from, to } = keysBelow(tableKey('resolved'));
  return odata`PartitionKey eq ${tableKey(tenantId)} and RowKey ge ${from + fallingTime(at)} and RowKey lt ${to}`;
}

/**
 * A list of a hundred alerts must not take many megabytes: what does not fit into one part stands in the alert's own row alone, and is
 * read there when it is to be shown.
 */
function listRow(alert: StoredAlert, rowKey: string): TableRow {
  const { tenantId, id, status, severity, rule, snoozedUntil } = alert;
  const columns = {
    status,
    severity,
    rule,
    ruleName: rule.slice(rule.lastIndexOf('/') + 1),
    // A snooze without an end has ended (`statusAt`).
    snoozedUntil: snoozedUntil === undefined ? '' : new Date(snoozedUntil).toISOString(),
  };
  const row = toRow(tableKey(tenantId), rowKey, alert, columns);
  return Number(row['parts'] ?? 0) > 1
    ? { ...toRow(tableKey(tenantId), rowKey, { tenantId, id }, columns), apart: 1 }
    : row;
}

const listedSchema = z.looseObject({
  ...alertRowSchema.shape,
  notices: z.array(noticeSchema.loose()).default([]),
});
const apartSchema = z.looseObject({ tenantId: z.string(), id: z.string() });

/** The alert that a row of a list shows, or where it is to be read. */
export function listedIn(
  row: StoredRow,
): { alert: StoredAlert } | { apart: Pick<AlertPosition, 'tenantId' | 'id'> } {
  return row['apart'] === 1 ? { apart: fromRow(row, apartSchema) } : { alert: fromRow(row, listedSchema) };
}

/** The part of a list's keys behind the name of the list: the order of alerts, also of several lists together. */
export function placeIn(list: string, row: StoredRow): string {
  return (row.rowKey ?? '').slice(list.length);
}

/** Rows of a list, behind a position where one is given: keys from and to, without the name of the tenant. */
export function listFilter(
  tenantId: string,
  list: ListName | { subjectId: string },
  after: AlertPosition | undefined,
): { prefix: string; filter: string } {
  const prefix =
    typeof list === 'string' ? tableKey(list) : tableKey('subject', list.subjectId.toLowerCase());
  const { from, to } = keysBelow(prefix);
  const partition = odata`PartitionKey eq ${tableKey(tenantId)}`;
  if (after === undefined) {
    return { prefix, filter: `${partition} and ${odata`RowKey ge ${from} and RowKey lt ${to}`}` };
  }
  const start = `${from}${tableKey(fallingTime(after.openedAt), after.id)}`;
  // Of one place in several tenants those of the later tenants are still to come.
  const begins = tenantId > after.tenantId ? odata`RowKey ge ${start}` : odata`RowKey gt ${start}`;
  return { prefix, filter: `${partition} and ${begins} and ${odata`RowKey lt ${to}`}` };
}

const latest = 9_999_999_999_999;

/** Falls as the time rises, as text too. @param at ISO 8601 */
function fallingTime(at: string): string {
  const milliseconds = Date.parse(at);
  const known = Number.isNaN(milliseconds) ? 0 : Math.min(Math.max(milliseconds, 0), latest);
  return String(latest - known).padStart(13, '0');
}

/** When an alert was opened, by the TIME of its keys. */
export function openedAtIn(time: string): string {
  return new Date(latest - Number(time)).toISOString();
}
