import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import type { PoisonStore } from '../queues/poison-store.ts';
import type { RetentionPart, RetentionStep, RetentionStore } from '../tenants/retention.ts';
import { groupedBy } from '../text/order.ts';
import { minutesAfter } from '../time/moments.ts';
import {
  alertFilter,
  alertOf,
  isLive,
  listedIn,
  listKeys,
  liveSubjectsFilter,
  openedAtIn,
  resolvedBefore,
} from './alert-rows.ts';
import { eachBounded } from './bounded.ts';
import type { RowKeys } from './forget-rows.ts';
import { statusOf } from './storage.ts';
import { forgottenHead } from './subject-partition.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, type StoredRow, toRow } from './table-rows.ts';
import { deleteRows, mostRowsAtOnce, replaceRows } from './table-writes.ts';

/** A step ends after so many rows that it deletes, or pages that it looks through: some seconds. */
const mostRows = 1000;
const mostPages = 20;
/** Alerts are read whole, and have some kilobytes. */
const mostWhole = 200;
const partitionsAtOnce = 8;
/** A loss is explained by what happened to groups a day before it, and found in a first collection up to thirty days after it. */
const explainedByMinutes = 32 * 24 * 60;

/** Two parts long, and no tenant is called so. */
const begunKeys = [tableKey('retention', 'begun'), 'day'] as const;

interface RetentionTables {
  timeline: TableClient;
  alerts: TableClient;
  poison: TableClient;
  /** By which what is deleted is counted anew, and takes its blobs along. */
  poisonStore: Pick<PoisonStore, 'mark' | 'remove'>;
}

/** Deletes what is past its retention. It looks through keys by range, and reads nothing but resolved alerts of that age. */
export function createRetentionTables(tables: RetentionTables): RetentionStore {
  const { timeline, alerts, poison, poisonStore } = tables;

  /** Subjects with an alert that is not resolved, as parts of keys, and when the first of these was opened. */
  const readLive = async (tenantId: string): Promise<{ subjects: Set<string>; openedAt?: string }> => {
    const subjects = new Set<string>();
    let openedAt: string | undefined;
    const filter = liveSubjectsFilter(tenantId);
    for await (const { rowKey = '' } of listRows(alerts, filter, { select: ['PartitionKey', 'RowKey'] })) {
      const [, subject = '', time = ''] = rowKey.split('!');
      subjects.add(subject);
      const opened = openedAtIn(time);
      if (openedAt === undefined || opened < openedAt) openedAt = opened;
    }
    return { subjects, ...(openedAt === undefined ? {} : { openedAt }) };
  };

  /** Records of users or of groups: their keys begin with their time, and those of all else in their partitions before every digit. */
  const retainSubjects = async (
    tenantId: string,
    kind: 'user' | 'group',
    cutoff: string,
    after: string | undefined,
  ): Promise<RetentionStep> => {
    const { from, to } = keysBelow(tableKey(tenantId, kind));
    const filter = odata`PartitionKey ge ${from} and PartitionKey lt ${to} and RowKey ge ${'0'} and RowKey lt ${cutoff}`;
    const { rows, next } = await readSome(timeline, filter, after);
    if (rows.length === 0) return done(0, next);
    const { subjects } = await readLive(tenantId);
    const partitions = [...groupedBy(rows, ({ partitionKey }) => partitionKey)].filter(
      ([partitionKey]) => !subjects.has(partitionKey.split('!')[2] ?? ''),
    );
    let deleted = 0;
    await eachBounded(partitions, partitionsAtOnce, async ([partitionKey, old]) => {
      await forgetRecords(timeline, partitionKey, old, cutoff);
      deleted += old.length;
    });
    return done(deleted, next);
  };

  const retainGroupLicensing = async (
    tenantId: string,
    cutoff: string,
    after: string | undefined,
  ): Promise<RetentionStep> => {
    const partitionKey = tableKey(tenantId, 'group-licensing');
    const { openedAt } = await readLive(tenantId);
    const held = openedAt === undefined ? cutoff : minutesAfter(openedAt, -explainedByMinutes);
    const until = held < cutoff ? held : cutoff;
    const filter = odata`PartitionKey eq ${partitionKey} and RowKey lt ${until}`;
    const { rows, next } = await readSome(timeline, filter, after);
    await deleteRows(
      timeline,
      partitionKey,
      rows.map(({ rowKey }) => rowKey),
    );
    return done(rows.length, next);
  };

  /** Lists of resolved alerts are in order of their opening; those that were opened before and resolved since are passed over. */
  const retainAlerts = async (
    tenantId: string,
    cutoff: string,
    after: string | undefined,
  ): Promise<RetentionStep> => {
    const { rows, next } = await readSome(alerts, resolvedBefore(tenantId, cutoff), after, 'all');
    let deleted = 0;
    await eachBounded(rows, partitionsAtOnce, async ({ row }) => {
      if (await forgetAlert(alerts, row, cutoff)) deleted += 1;
    });
    return done(deleted, next);
  };

  const retainPoison = async (cutoff: string, after: string | undefined): Promise<RetentionStep> => {
    const { rows, next } = await readSome(poison, odata`keptAt lt ${cutoff}`, after, ['queue', 'messageId']);
    const kept = rows.map(({ row }) => keptSchema.parse(row));
    for (const [queue, messages] of groupedBy(kept, (message) => message.queue)) {
      await poisonStore.mark('untold', queue);
      await poisonStore.remove(
        queue,
        messages.map(({ messageId }) => messageId),
      );
    }
    return done(rows.length, next);
  };

  return {
    async begunOn() {
      const row = await getRow(timeline, ...begunKeys);
      return row === undefined ? undefined : fromRow(row, z.string());
    },

    saveBegunOn: (day) => replaceRows(timeline, [toRow(...begunKeys, day)]),

    step(tenantId, part: RetentionPart, cutoff, after) {
      switch (part) {
        case 'alerts':
          return retainAlerts(tenantId, cutoff, after);
        case 'users':
          return retainSubjects(tenantId, 'user', cutoff, after);
        case 'groups':
          return retainSubjects(tenantId, 'group', cutoff, after);
        case 'group-licensing':
          return retainGroupLicensing(tenantId, cutoff, after);
        case 'poison':
          return retainPoison(cutoff, after);
      }
    },
  };
}

const keptSchema = z.object({ queue: z.string(), messageId: z.string() });

function done(deleted: number, next: string | undefined): RetentionStep {
  return { deleted, ...(next === undefined ? {} : { next }) };
}

interface Found extends RowKeys {
  row: StoredRow;
}

/** Rows of some pages, and where the reading goes on. A page may be empty and not the last. */
async function readSome(
  table: TableClient,
  filter: string,
  after: string | undefined,
  columns: readonly string[] | 'all' = [],
): Promise<{ rows: Found[]; next?: string }> {
  const select = columns === 'all' ? {} : { select: ['PartitionKey', 'RowKey', ...columns] };
  const pages = table.listEntities({ queryOptions: { filter, ...select } }).byPage({
    maxPageSize: columns === 'all' ? mostWhole : mostRows,
    ...(after === undefined ? {} : { continuationToken: after }),
  });
  const rows: Found[] = [];
  let read = 0;
  try {
    for await (const page of pages) {
      for (const row of page) {
        const { partitionKey, rowKey } = row;
        if (partitionKey !== undefined && rowKey !== undefined) rows.push({ partitionKey, rowKey, row });
      }
      read += 1;
      const next = page.continuationToken;
      if (next === undefined || next === '') return { rows };
      if (rows.length >= mostRows || read === mostPages) return { rows, next };
    }
  } catch (error) {
    // The table is not there yet.
    if (statusOf(error) !== 404) throw error;
  }
  return { rows };
}

/** Together with the head, which remembers up to when something is gone. It is not read for that, and counts what it counted. */
async function forgetRecords(
  table: TableClient,
  partitionKey: string,
  rows: readonly RowKeys[],
  cutoff: string,
): Promise<void> {
  for (let start = 0; start < rows.length; start += mostRowsAtOnce - 1) {
    const portion = rows.slice(start, start + mostRowsAtOnce - 1);
    const actions: TransactionAction[] = [
      ['update', forgottenHead(partitionKey, cutoff), 'Merge'],
      ...portion.map(({ rowKey }): TransactionAction => ['delete', { partitionKey, rowKey }]),
    ];
    try {
      await table.submitTransaction(actions);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      // Some are gone already: a step that is done again.
      await deleteRows(
        table,
        partitionKey,
        portion.map(({ rowKey }) => rowKey),
      );
    }
  }
}

/**
 * First the alert itself, where nobody has opened it again since; then its rows in lists and its notices, which after a crash in between the
 * next time finds.
 * @returns whether it went
 */
async function forgetAlert(table: TableClient, row: StoredRow, cutoff: string): Promise<boolean> {
  const listed = listedIn(row);
  const isPast = ({ resolvedAt = cutoff }: { resolvedAt?: string }): boolean => resolvedAt < cutoff;
  if ('alert' in listed && !isPast(listed.alert)) return false;
  const { tenantId, id } = 'alert' in listed ? listed.alert : listed.apart;
  const partitionKey = tableKey(tenantId);
  const rows: StoredRow[] = [];
  for await (const each of listRows(table, alertFilter(tenantId, id))) rows.push(each);
  const found = alertOf(rows, id);
  if (found !== undefined) {
    if (isLive(found.alert) || !isPast(found.alert)) return false;
    try {
      await table.deleteEntity(partitionKey, tableKey('alert', id), { etag: found.version });
    } catch (error) {
      // 412: somebody has opened it again. 404: another deletes it.
      const status = statusOf(error);
      if (status === 412 || status === 404) return false;
      throw error;
    }
  }
  const inLists = found?.alert ?? ('alert' in listed ? listed.alert : undefined);
  await deleteRows(table, partitionKey, [
    ...rows.flatMap(({ rowKey = '' }) => (rowKey === tableKey('alert', id) ? [] : [rowKey])),
    ...(inLists === undefined ? [row.rowKey ?? ''] : listKeys(inLists)),
  ]);
  return true;
}
