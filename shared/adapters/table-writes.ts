import type { TableClient, TableTransactionResponse, TransactionAction } from '@azure/data-tables';
import type { Version } from '../ports.ts';
import { groupedBy } from '../text/order.ts';
import { eachBounded } from './bounded.ts';
import { createdWhenMissing, statusOf } from './storage.ts';
import { bytesOf, getRow } from './table-rows.ts';
import type { TableRow } from './table-rows.ts';

/** A transaction holds 100 rows of one partition under 4 MiB (FACTS 11.7); the margin is for its own frame. */
export const mostRowsAtOnce = 100;
export const mostBytesAtOnce = 3 * 1024 * 1024;
const partitionsAtOnce = 8;

/** Inserts rows; one that is there already stays as it is. Each row stands once, whatever `rows` repeats. */
export async function insertRows(table: TableClient, rows: readonly TableRow[]): Promise<void> {
  await eachBounded([...batches(rows)], partitionsAtOnce, async (batch) => {
    // A window that is read again brings mostly single rows that are there: one refused request each, not two.
    const whole = batch.length > 1 && (await insertTogether(table, batch));
    if (!whole) await eachBounded(batch, partitionsAtOnce, (row) => insertRow(table, row));
  });
}

/** Writes rows whatever is there. */
export async function replaceRows(table: TableClient, rows: readonly TableRow[]): Promise<void> {
  await eachBounded([...batches(rows)], partitionsAtOnce, (batch) =>
    submitCreating(
      table,
      batch.map((row): TransactionAction => ['upsert', row, 'Replace']),
    ),
  );
}

/** Deletes rows of one partition; one that is gone already is no error. */
export async function deleteRows(
  table: TableClient,
  partitionKey: string,
  rowKeys: readonly string[],
): Promise<void> {
  const rows = [...new Set(rowKeys)].map((rowKey): TableRow => ({ partitionKey, rowKey }));
  for (const batch of batches(rows)) {
    const whole = batch.length > 1 && (await deleteTogether(table, batch));
    if (!whole) await eachBounded(batch, partitionsAtOnce, (row) => deleteRow(table, row));
  }
}

/** Inserts the row without `version`, else replaces the one that had it; `others` of its partition in the same transaction. */
export async function saveRow(
  table: TableClient,
  row: TableRow,
  version: Version | undefined,
  others: readonly TransactionAction[] = [],
): Promise<'saved' | 'changed'> {
  const written = await writeRow(table, row, version, others);
  return written.kind === 'saved' ? 'saved' : 'changed';
}

export type Written =
  | { kind: 'saved'; version: Version }
  /** Somebody has inserted it, or written it since. */
  | { kind: 'changed' }
  /** The row, or one of the others that was to be deleted, is not there. */
  | { kind: 'missing' };

/** As `saveRow`, and tells the version that the row has now. */
export async function writeRow(
  table: TableClient,
  row: TableRow,
  version: Version | undefined,
  others: readonly TransactionAction[] = [],
): Promise<Written> {
  try {
    const { subResponses } = await (version === undefined
      ? submitCreating(table, [['create', row], ...others])
      : table.submitTransaction([['update', row, 'Replace', { etag: version }], ...others]));
    const etag = subResponses[0]?.etag ?? (await getRow(table, row.partitionKey, row.rowKey))?.etag;
    // Without its ETag it is written all the same; the next save with this version is refused and read again.
    return { kind: 'saved', version: etag?.trim() ?? '' };
  } catch (error) {
    // 409: somebody inserted it. 412: somebody wrote it. 404 where a row was expected: somebody deleted it.
    const status = statusOf(error);
    if (status === 409 || status === 412) return { kind: 'changed' };
    if (status === 404 && version !== undefined) return { kind: 'missing' };
    throw error;
  }
}

/** Submits a transaction; a table that is not there yet is made. */
export function submitCreating(
  table: TableClient,
  actions: readonly TransactionAction[],
): Promise<TableTransactionResponse> {
  return creatingTable(table, () => table.submitTransaction([...actions]));
}

/** False where the transaction was refused as a whole because one of its rows is there already. */
async function insertTogether(table: TableClient, rows: readonly TableRow[]): Promise<boolean> {
  const actions = rows.map((row): TransactionAction => ['create', row]);
  return unlessStatus(409, () => submitCreating(table, actions));
}

/** False where the transaction was refused as a whole because one of its rows is gone already. */
async function deleteTogether(table: TableClient, rows: readonly TableRow[]): Promise<boolean> {
  const actions = rows.map((row): TransactionAction => ['delete', row]);
  return unlessStatus(404, () => table.submitTransaction(actions));
}

async function insertRow(table: TableClient, row: TableRow): Promise<void> {
  await unlessStatus(409, () => creatingTable(table, () => table.createEntity(row)));
}

async function deleteRow(table: TableClient, { partitionKey, rowKey }: TableRow): Promise<void> {
  await unlessStatus(404, () => table.deleteEntity(partitionKey, rowKey));
}

export function creatingTable<T>(table: TableClient, insert: () => Promise<T>): Promise<T> {
  return createdWhenMissing(() => table.createTable(), insert);
}

/** True when done, false when it failed with the status that means that there was nothing to do. */
async function unlessStatus(status: number, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (statusOf(error) === status) return false;
    throw error;
  }
}

/** Rows of one partition each, within the limits of a transaction; a row named twice comes once. */
function* batches(rows: readonly TableRow[]): Generator<TableRow[]> {
  for (const partition of groupedBy(rows, (row) => row.partitionKey).values()) {
    let batch: TableRow[] = [];
    let size = 0;
    for (const row of new Map(partition.map((row) => [row.rowKey, row])).values()) {
      const bytes = bytesOf(row);
      if (batch.length === mostRowsAtOnce || (batch.length > 0 && size + bytes > mostBytesAtOnce)) {
        yield batch;
        batch = [];
        size = 0;
      }
      batch.push(row);
      size += bytes;
    }
    yield batch;
  }
}
