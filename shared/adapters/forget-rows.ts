import type { TableClient } from '@azure/data-tables';
import type { Forgotten } from '../tenants/tenant-store.ts';
import { groupedBy } from '../text/order.ts';
import { eachBounded } from './bounded.ts';
import { statusOf } from './storage.ts';
import { deleteRows } from './table-writes.ts';

/** A page of a listing: what is deleted in one go takes seconds, also where each row is in a partition of its own. */
const mostAtOnce = 1000;
const partitionsAtOnce = 8;

export interface RowKeys {
  partitionKey: string;
  rowKey: string;
}

/** Deletes the first rows that the filter finds, wherever they are; their content is not read. */
export function forgetRows(table: TableClient, filter: string): Promise<Forgotten> {
  return forgetRowsAmong(table, keysOf(table, filter));
}

/** As `forgetRows`, where only the content of a row tells whose it is. @param first done before the rows go */
export async function forgetRowsAmong(
  table: TableClient,
  rows: AsyncIterable<RowKeys>,
  first: (rows: readonly RowKeys[]) => Promise<unknown> = () => Promise.resolve(),
): Promise<Forgotten> {
  const found: RowKeys[] = [];
  for await (const row of rows) {
    found.push(row);
    if (found.length === mostAtOnce) break;
  }
  await first(found);
  const partitions = [...groupedBy(found, ({ partitionKey }) => partitionKey)];
  await eachBounded(partitions, partitionsAtOnce, ([partitionKey, ofPartition]) =>
    deleteRows(
      table,
      partitionKey,
      ofPartition.map(({ rowKey }) => rowKey),
    ),
  );
  return { rows: found.length, more: found.length === mostAtOnce };
}

async function* keysOf(table: TableClient, filter: string): AsyncGenerator<RowKeys> {
  try {
    const select = ['PartitionKey', 'RowKey'];
    for await (const { partitionKey, rowKey } of table.listEntities({ queryOptions: { filter, select } })) {
      if (partitionKey !== undefined && rowKey !== undefined) yield { partitionKey, rowKey };
    }
  } catch (error) {
    // The table is not there yet.
    if (statusOf(error) !== 404) throw error;
  }
}
