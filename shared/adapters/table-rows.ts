import type { TableClient, TableEntity, TableEntityResult } from '@azure/data-tables';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { z } from 'zod';
import { statusOf } from './storage.ts';

/** The layout of rows that this build writes; it reads this and older ones. */
const rowVersion = 1;

/** A text property holds 32 K characters, a binary one 64 KiB, an entity 1 MiB (FACTS 11.7); the rest is for keys and columns. */
const longestText = 31_000;
const longestPart = 60 * 1024;
const mostParts = 16;

export type TableRow = TableEntity;
export type StoredRow = TableEntityResult<Record<string, unknown>>;

/** The value cannot be stored: it is larger than a table row even when compressed. Nothing of it was written. */
export class RowTooLarge extends Error {
  override name = 'RowTooLarge';
}

/** A row that this build does not understand. It is an error and not an absence: absence would resolve things (law 3). */
export class RowUnreadable extends Error {
  override name = 'RowUnreadable';
}

/**
 * A row that holds `value` as JSON, compressed and split where it is long, beside the `columns` that are filtered by.
 * @throws RowTooLarge
 */
export function toRow(
  partitionKey: string,
  rowKey: string,
  value: unknown,
  columns: Record<string, string | number> = {},
): TableRow {
  const json = JSON.stringify(value);
  const row = { ...columns, partitionKey, rowKey, v: rowVersion };
  if (json.length <= longestText) return { ...row, json };
  const compressed = deflateRawSync(json);
  const parts = Math.ceil(compressed.length / longestPart);
  if (parts > mostParts) {
    throw new RowTooLarge(
      `row ${rowKey} of partition ${partitionKey} has ${compressed.length} bytes compressed; a row holds ${mostParts * longestPart}`,
    );
  }
  const split = Array.from({ length: parts }, (_, part) => [
    `json${part}`,
    compressed.subarray(part * longestPart, (part + 1) * longestPart),
  ]);
  return { ...row, parts, ...(Object.fromEntries(split) as Record<string, Uint8Array>) };
}

/**
 * The value of a row. A row without a version, or with an older one, is read by the same schema: fields that came later
 * have defaults there.
 * @throws RowUnreadable naming the row, never its content
 */
export function fromRow<T>(row: StoredRow, schema: z.ZodType<T>): T {
  const version = typeof row['v'] === 'number' ? row['v'] : 0;
  if (version > rowVersion) {
    throw unreadable(
      row,
      `was written by a newer version (${version}; this build reads up to ${rowVersion}): deploy the newer build`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(jsonOf(row));
  } catch (error) {
    throw unreadable(row, 'holds no complete JSON: restore or delete it', error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(all)'} ${issue.code}`);
    throw unreadable(row, `does not fit its schema (${paths.join(', ')}): restore or delete it`);
  }
  return parsed.data;
}

function jsonOf(row: StoredRow): string {
  if (typeof row['json'] === 'string') return row['json'];
  const parts = Array.from({ length: Number(row['parts'] ?? 0) }, (_, part) => row[`json${part}`]);
  return inflateRawSync(Buffer.concat(parts.filter((part) => part instanceof Uint8Array))).toString('utf8');
}

function unreadable(row: StoredRow, why: string, cause?: unknown): RowUnreadable {
  const where = `row ${row.rowKey ?? '?'} of partition ${row.partitionKey ?? '?'}`;
  return new RowUnreadable(`${where} ${why}`, cause === undefined ? undefined : { cause });
}

/** About what the row takes in a request: binary travels as base64. */
export function bytesOf(row: TableRow): number {
  return Object.entries(row).reduce((bytes, [name, value]) => {
    const size =
      value instanceof Uint8Array ? Math.ceil(value.length / 3) * 4 : JSON.stringify(value).length * 3;
    return bytes + name.length * 2 + size + 50;
  }, 1000);
}

/**
 * Rows by an OData filter, in order of their keys; none while the table is not there. They are read as they are asked for, `atOnce` in one
 * transaction; the service may answer fewer. `select`: only these columns.
 */
export async function* listRows(
  table: TableClient,
  filter?: string,
  { atOnce, select }: { atOnce?: number; select?: string[] } = {},
): AsyncGenerator<StoredRow> {
  const queryOptions = {
    ...(filter === undefined ? {} : { filter }),
    ...(select === undefined ? {} : { select }),
  };
  const rows = table.listEntities({ queryOptions });
  try {
    for await (const page of rows.byPage(atOnce === undefined ? {} : { maxPageSize: atOnce })) yield* page;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

export async function getRow(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
): Promise<StoredRow | undefined> {
  try {
    return await table.getEntity(partitionKey, rowKey);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
