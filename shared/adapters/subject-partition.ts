import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { auditRecordSchema } from '../ingest/audit-record.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import { compareText } from '../text/order.ts';
import { cutHolds } from '../timeline/cuts.ts';
import type { Checkpoint, StoredTimeline, SubjectPlan } from '../timeline/timeline-store.ts';
import { statusOf } from './storage.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { bytesOf, fromRow, listRows, RowTooLarge, toRow } from './table-rows.ts';
import type { StoredRow, TableRow } from './table-rows.ts';
import { creatingTable, mostBytesAtOnce, mostRowsAtOnce } from './table-writes.ts';

/*
 * One partition a subject: a head, its checkpoints, and a row a record. Keys of records begin with their time, those of the head and of
 * checkpoints with a character that sorts before every digit, so the first page of a reading holds them.
 */
const headKey = '!head';
const checkpointKey = (fold: string, until: string): string => `!checkpoint!${fold}!${until}`;

const headSchema = z.looseObject({
  /** Rows of records ever stored. */
  rows: z.number().default(0),
  /** Every UPN that the user has had, and whether somebody else has had it too. */
  names: z.record(z.string(), z.enum(['alone', 'shared'])).default({}),
  /** By fold: `until` of the checkpoints that hold, in order. */
  checkpoints: z.record(z.string(), z.array(z.string())).default({}),
  /** By family: when a message that is on its way will bring the subject again. */
  looks: z.record(z.string(), z.string()).default({}),
  /** What the subject was called last, in which record. */
  called: z.object({ name: z.string(), at: z.string(), record: z.string() }).exactOptional(),
  /** Records from before may have been deleted, because they were past their retention. */
  forgottenUntil: z.string().exactOptional(),
});
type Head = z.infer<typeof headSchema>;

/** Retention writes without reading: into a column, which moves into the head with the next writing. */
function headOf(row: StoredRow): Head {
  const head = fromRow(row, headSchema);
  const { forgottenUntil } = row;
  return typeof forgottenUntil === 'string' ? { ...head, forgottenUntil } : head;
}

/** To be merged into the head of a partition. */
export function forgottenHead(partitionKey: string, forgottenUntil: string): TableRow {
  return { partitionKey, rowKey: headKey, forgottenUntil };
}

const emptyHead = (): Head => ({ rows: 0, names: {}, checkpoints: {}, looks: {} });

interface FoundHead {
  head: Head;
  /** ETag; undefined while there is none. */
  version: string | undefined;
}

/** Who reads little reads it in one request; of a long history it holds the head, and then only the rest is read. */
const firstPageRows = 200;
/** A filter of the service holds 15 comparisons (FACTS 11.7). */
const keysInFilter = 12;
const mostAttempts = 12;
/** What a transaction holds beside the head and some checkpoints that go. */
const mostRecordsAtOnce = mostRowsAtOnce - 40;

const checkpointSchema = z.object({ until: z.string(), state: z.unknown() });

/** Everything later than the last checkpoint that holds, in at most two requests for as many rows as a page has. */
export async function readPartition(
  table: TableClient,
  partitionKey: string,
  fold?: string,
): Promise<StoredTimeline & { head: Head }> {
  const { rows: first, complete } = await firstPage(table, partitionKey, fold);
  const headRow = first.find(({ rowKey }) => rowKey === headKey);
  const head = headRow === undefined ? emptyHead() : headOf(headRow);
  const checkpoints = fold === undefined ? [] : (head.checkpoints[fold] ?? []);
  const until = checkpoints.at(-1);
  const checkpointRow =
    until === undefined ? undefined : first.find(({ rowKey }) => rowKey === checkpointKey(fold ?? '', until));
  const rows = checkpointRow === undefined ? first.filter(isRecord) : [];
  const last = first.at(-1)?.rowKey;
  if (checkpointRow !== undefined && until !== undefined) {
    rows.push(...(await rowsFrom(table, partitionKey, keysBelow(until).to)));
  } else if (!complete && last !== undefined) {
    rows.push(...(await rowsFrom(table, partitionKey, `${last} `)));
  }
  const shared = new Set(Object.keys(head.names).filter((name) => head.names[name] === 'shared'));
  const records = rows
    .map((row) => fromRow(row, auditRecordSchema))
    .filter(({ target: { user } }) => user?.id !== undefined || !shared.has(user?.upn?.toLowerCase() ?? ''));
  return {
    head,
    records,
    rows: head.rows,
    names: Object.keys(head.names).filter((name) => head.names[name] === 'alone'),
    hasLostName: shared.size > 0,
    ...(checkpointRow === undefined ? {} : { checkpoint: fromRow(checkpointRow, checkpointSchema) }),
    checkpoints,
    looks: head.looks,
    ...(head.called === undefined ? {} : { name: head.called.name }),
    ...(head.forgottenUntil === undefined ? {} : { forgottenUntil: head.forgottenUntil }),
    version: headRow?.etag,
  };
}

/** Names that a user is newly known to bear, and the records that are his because of it. */
export interface Learned {
  names: Head['names'];
  rows: RecordRow[];
}

export interface RecordRow {
  row: TableRow;
  at: string;
  /** What the record calls the subject of the partition. */
  called?: NonNullable<Head['called']>;
}

/**
 * Inserts the records that are not there yet and counts them, in one transaction with the head. `learn` is asked where the head has not
 * yet all of the `names`.
 * @returns whether anything was new, and the names as they then stand
 */
export async function insertIntoPartition(
  table: TableClient,
  partitionKey: string,
  rows: readonly RecordRow[],
  names: readonly string[] = [],
  learn?: (unknown: readonly string[]) => Promise<Learned>,
): Promise<{ isNew: boolean; names: Head['names'] }> {
  let learned: Learned | undefined;
  /** Rows that this call has sent. A refusal may be the answer to a repetition of what was stored: then they are there, and are new. */
  const sentBefore = new Set<string>();
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const known = await headAmong(table, partitionKey, rows);
    const unknown = names.filter((name) => known.found.head.names[name] === undefined);
    if (unknown.length > 0 && learn !== undefined) learned ??= await learn(unknown);
    const adopting = learned?.rows ?? [];
    const adopted = adopting.length === 0 ? known : await headAmong(table, partitionKey, adopting);
    const there = new Set([...known.there, ...adopted.there]);
    const all = new Map([...rows, ...(learned?.rows ?? [])].map((each) => [each.row.rowKey, each]));
    const missing = [...all.values()].filter(({ row }) => !there.has(row.rowKey));
    const found = adopted.found;
    const wasStored = [...there].some((key) => sentBefore.has(key));
    if (missing.length === 0 && learned === undefined) return { isNew: wasStored, names: found.head.names };
    const newNames = learned?.names ?? {};
    for (const { row } of missing) sentBefore.add(row.rowKey);
    if (await writeRows(table, partitionKey, found, missing, newNames)) {
      return { isNew: wasStored || missing.length > 0, names: withNames(found.head, newNames) };
    }
  }
  throw new Error(`partition ${partitionKey} is being changed by others all the time`);
}

/**
 * Writes down that others bear the user's name too: what names only it is not his any more, and no checkpoint outlives that.
 * @returns whether that was news
 */
export async function shareName(table: TableClient, partitionKey: string, name: string): Promise<boolean> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const { found } = await headAmong(table, partitionKey, []);
    if (found.head.names[name] === 'shared') return attempt > 0;
    if (await writeRows(table, partitionKey, found, [], { [name]: 'shared' })) return true;
  }
  throw new Error(`partition ${partitionKey} is being changed by others all the time`);
}

/** @returns `changed` where the head is not the one that was read */
export async function planPartition(
  table: TableClient,
  partitionKey: string,
  version: string | undefined,
  { checkpoints, looks = {} }: SubjectPlan,
): Promise<'saved' | 'changed'> {
  const found = (await headAmong(table, partitionKey, [])).found;
  if (found.version !== version) return 'changed';
  const { head } = found;
  const actions: TransactionAction[] = [];
  const next: Head = { ...head, looks: { ...head.looks, ...looks } };
  if (checkpoints !== undefined) {
    const { fold, keep, add } = checkpoints;
    const before = head.checkpoints[fold] ?? [];
    const rows = checkpointRows(partitionKey, fold, add);
    const kept = [...before.filter((until) => keep.includes(until)), ...rows.map(({ until }) => until)];
    const after = [...new Set(kept)].sort(compareText);
    next.checkpoints = { ...head.checkpoints, [fold]: after };
    for (const { row } of rows) actions.push(['upsert', row, 'Replace']);
    actions.push(...droppedCheckpoints(partitionKey, head, next));
  }
  return (await submit(table, partitionKey, found, next, actions)) ? 'saved' : 'changed';
}

/** A checkpoint only spares work: one that is too large for a row is left out. */
function checkpointRows(
  partitionKey: string,
  fold: string,
  checkpoints: readonly Checkpoint[],
): { until: string; row: TableRow }[] {
  return checkpoints.flatMap(({ until, state }) => {
    try {
      return [{ until, row: toRow(partitionKey, checkpointKey(fold, until), { until, state }) }];
    } catch (error) {
      if (error instanceof RowTooLarge) return [];
      throw error;
    }
  });
}

/** As much as is read before anybody knows how long the history is; of one that was folded no more than the page that says so. */
async function firstPage(
  table: TableClient,
  partitionKey: string,
  fold: string | undefined,
): Promise<{ rows: StoredRow[]; complete: boolean }> {
  const rows: StoredRow[] = [];
  try {
    const pages = table
      .listEntities({ queryOptions: { filter: odata`PartitionKey eq ${partitionKey}` } })
      .byPage({ maxPageSize: firstPageRows });
    // The service may answer with fewer rows than were asked for, and more to come.
    for await (const page of pages) {
      rows.push(...page);
      const isFolded =
        fold !== undefined && rows.some((row) => row.rowKey === headKey && hasCheckpoint(row, fold));
      if (rows.length >= firstPageRows || (isFolded && rows.some(isRecord))) return { rows, complete: false };
    }
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  return { rows, complete: true };
}

function hasCheckpoint(row: StoredRow, fold: string): boolean {
  return (fromRow(row, headSchema).checkpoints[fold] ?? []).length > 0;
}

function isRecord({ rowKey }: StoredRow): boolean {
  return rowKey !== undefined && !rowKey.startsWith('!');
}

async function rowsFrom(table: TableClient, partitionKey: string, from: string): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  const filter = odata`PartitionKey eq ${partitionKey} and RowKey ge ${from}`;
  for await (const row of listRows(table, filter)) if (isRecord(row)) rows.push(row);
  return rows;
}

/** The head, and which of the rows are there already, in one request for a dozen rows. */
async function headAmong(
  table: TableClient,
  partitionKey: string,
  rows: readonly RecordRow[],
): Promise<{ found: FoundHead; there: Set<string> }> {
  const keys = [...new Set(rows.map(({ row }) => row.rowKey))];
  const there = new Set<string>();
  let found: FoundHead = { head: emptyHead(), version: undefined };
  for (let start = 0; start === 0 || start < keys.length; start += keysInFilter) {
    const wanted = [headKey, ...keys.slice(start, start + keysInFilter)];
    const filter = `${odata`PartitionKey eq ${partitionKey}`} and (${wanted
      .map((key) => odata`RowKey eq ${key}`)
      .join(' or ')})`;
    for await (const row of listRows(table, filter)) {
      if (row.rowKey === headKey) found = { head: headOf(row), version: row.etag };
      else if (row.rowKey !== undefined) there.add(row.rowKey);
    }
  }
  return { found, there };
}

/** In as many transactions as the rows need, each counting its own. @returns false where somebody else wrote in between */
async function writeRows(
  table: TableClient,
  partitionKey: string,
  first: FoundHead,
  missing: readonly RecordRow[],
  names: Head['names'],
): Promise<boolean> {
  let found = first;
  let rest = missing;
  do {
    const portion = portionOf(rest);
    rest = rest.slice(portion.length);
    const next = headWith(found.head, portion, names);
    const actions: TransactionAction[] = [
      ...portion.map(({ row }): TransactionAction => ['create', row]),
      ...droppedCheckpoints(partitionKey, found.head, next),
    ];
    if (!(await submit(table, partitionKey, found, next, actions))) return false;
    if (rest.length > 0) found = (await headAmong(table, partitionKey, [])).found;
  } while (rest.length > 0);
  return true;
}

function portionOf(rows: readonly RecordRow[]): RecordRow[] {
  const portion: RecordRow[] = [];
  let bytes = 0;
  for (const each of rows) {
    bytes += bytesOf(each.row);
    if (portion.length === mostRecordsAtOnce || (portion.length > 0 && bytes > mostBytesAtOnce)) break;
    portion.push(each);
  }
  return portion;
}

/** Once shared is always shared: whoever has learned that a name is his alone may have learned it before somebody else got it. */
function withNames(head: Head, names: Head['names']): Head['names'] {
  const all = { ...head.names };
  for (const [name, how] of Object.entries(names)) if (all[name] !== 'shared') all[name] = how;
  return all;
}

function headWith(head: Head, rows: readonly RecordRow[], names: Head['names']): Head {
  const called = [head.called, ...rows.map((row) => row.called)]
    .filter((each) => each !== undefined)
    .sort((a, b) => compareText(b.at, a.at) || compareText(b.record, a.record))[0];
  const isNewlyShared = Object.entries(names).some(
    ([name, how]) => how === 'shared' && head.names[name] !== 'shared',
  );
  const earliest = rows.map(({ at }) => at).sort()[0];
  const holds = (until: string): boolean =>
    !isNewlyShared && (earliest === undefined || cutHolds(until, earliest));
  return {
    ...head,
    rows: head.rows + rows.length,
    names: withNames(head, names),
    ...(called === undefined ? {} : { called }),
    checkpoints: Object.fromEntries(
      Object.entries(head.checkpoints).map(([fold, untils]) => [fold, untils.filter(holds)]),
    ),
  };
}

/** The rows of checkpoints that hold no more go with the head that named them, so that none is left over. */
function droppedCheckpoints(partitionKey: string, before: Head, after: Head): TransactionAction[] {
  return Object.entries(before.checkpoints).flatMap(([fold, untils]) =>
    untils
      .filter((until) => after.checkpoints[fold]?.includes(until) !== true)
      .map((until): TransactionAction => ['delete', { partitionKey, rowKey: checkpointKey(fold, until) }]),
  );
}

async function submit(
  table: TableClient,
  partitionKey: string,
  { version }: FoundHead,
  head: Head,
  others: readonly TransactionAction[],
): Promise<boolean> {
  const row = toRow(partitionKey, headKey, head);
  const first: TransactionAction =
    version === undefined ? ['create', row] : ['update', row, 'Replace', { etag: version }];
  try {
    await creatingTable(table, () => table.submitTransaction([first, ...others]));
    return true;
  } catch (error) {
    // 409: a row is there by now. 412: somebody wrote the head. 404: it was forgotten.
    const status = statusOf(error);
    if (status === 409 || status === 412 || status === 404) return false;
    throw error;
  }
}

/** The row of a record in the partition of a subject. Parts of a sequence that contradict each other under one id are all kept. */
export function recordRow(partitionKey: string, record: AuditRecord, name?: string): RecordRow {
  const { id, slice, log } = record;
  const at = new Date(record.at).toISOString();
  const key = slice === undefined ? id : JSON.stringify([id, slice.id, slice.seq, slice.of, slice.text]);
  return {
    row: toRow(partitionKey, tableKey(at, log, key), record),
    at,
    ...(name === undefined ? {} : { called: { name, at, record: id } }),
  };
}
