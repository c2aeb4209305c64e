import { odata, type TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { envelopeIn, tenantNamedIn } from '../queues/poison-envelope.ts';
import type {
  KeptMessage,
  KeptOfQueue,
  PoisonMessage,
  PoisonStore,
  ToldPoison,
  WhichKept,
} from '../queues/poison-store.ts';
import { isUnreadableRecord } from '../queues/unreadable.ts';
import type { TenantData } from '../tenants/tenant-store.ts';
import { eachBounded } from './bounded.ts';
import { forgetRowsAmong, type RowKeys } from './forget-rows.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import {
  fromRow,
  getRow,
  listRows,
  RowTooLarge,
  type StoredRow,
  type TableRow,
  toRow,
} from './table-rows.ts';
import { createdWhenMissing, deadline, statusOf } from './storage.ts';
import { deleteRows, insertRows } from './table-writes.ts';

const keptMessageSchema = z.looseObject({
  queue: z.string(),
  messageId: z.string(),
  insertedAt: z.string(),
  /** Absent where it lies in a blob. */
  body: z.string().exactOptional(),
  keptAt: z.string(),
  tenantId: z.string().exactOptional(),
  storageFailed: z.boolean().exactOptional(),
});

/** What stands in columns of its own, so that it is read without the body. */
const keptColumnsSchema = z.object({
  queue: z.string(),
  messageId: z.string(),
  insertedAt: z.string(),
  keptAt: z.string(),
  tenantId: z.string().nullish(),
  bytes: z.number().nullish(),
  kind: z.string().nullish(),
  items: z.number().nullish(),
  replays: z.number().nullish(),
  storageFailed: z.number().nullish(),
});
const keptColumns = ['PartitionKey', 'RowKey', ...Object.keys(keptColumnsSchema.shape)];

const toldSchema = z.looseObject({
  queue: z.string(),
  tenantId: z.string(),
  kept: z.number(),
  newest: z.looseObject({
    messageId: z.string(),
    insertedAt: z.string(),
    keptAt: z.string().exactOptional(),
  }),
  toldAt: z.string(),
});
const countedSchema = z.looseObject({
  queue: z.string(),
  kept: z.number(),
  since: z.string(),
  latest: z.string(),
});
const failingSchema = z.array(z.object({ from: z.string(), to: z.string() }));
const markedSchema = z.looseObject({ queue: z.string() });

/** The other partitions are queues, and the name of a queue is one part of a key. */
const notesPartition = tableKey('told', 'queues');
const markKey = (what: 'untold' | 'automatic', queue: string): string => tableKey(what, queue);
const toldKey = ({ queue, tenantId }: Pick<ToldPoison, 'queue' | 'tenantId'>): string =>
  tableKey('told', queue, tenantId);
const countedKey = (queue: string): string => tableKey('counted', queue);
const failingKey = tableKey('failing');

/** A message has 64 KiB, so that these are few megabytes. */
const bodiesAtOnce = 50;
const blobsAtOnce = 8;

/**
 * Messages that could not be handled, in the table `poison`, where they outlast the seven days of their queue; and what was told and counted
 * of them, in a partition of its own. A body that is too large for a row, which only a record of a source can be, lies in a blob.
 */
export function createPoisonTable(table: TableClient, bodies: ContainerClient): PoisonStore & TenantData {
  const put = async (row: TableRow): Promise<void> => {
    await createdWhenMissing(
      () => table.createTable(),
      () => table.upsertEntity(row, 'Replace'),
    );
  };

  const rowOf = async (message: PoisonMessage, keptAt: string): Promise<TableRow> => {
    const { queue, messageId, insertedAt, body, tenantId, storageFailed } = message;
    const named = tenantNamedIn(message);
    const envelope = envelopeIn(body);
    const keys = { partitionKey: tableKey(queue), rowKey: tableKey(messageId) };
    const value = { queue, messageId, insertedAt, keptAt, tenantId, storageFailed };
    const columns = {
      ...{ queue, messageId, insertedAt, keptAt, bytes: Buffer.byteLength(body) },
      ...(named === undefined ? {} : { tenantId: named }),
      ...(storageFailed === true ? { storageFailed: 1 } : {}),
      ...(envelope === undefined ? {} : { kind: envelope.kind, items: envelope.items.length }),
      ...(envelope?.replays === undefined ? {} : { replays: envelope.replays }),
    };
    try {
      return toRow(keys.partitionKey, keys.rowKey, { ...value, body }, columns);
    } catch (error) {
      if (!(error instanceof RowTooLarge)) throw error;
      await createdWhenMissing(
        () => bodies.createIfNotExists({ abortSignal: deadline() }),
        () =>
          bodies.getBlockBlobClient(blobOf(keys)).uploadData(Buffer.from(body), { abortSignal: deadline() }),
      );
      return toRow(keys.partitionKey, keys.rowKey, value, columns);
    }
  };

  const messageIn = async (row: StoredRow): Promise<PoisonMessage & { keptAt: string }> => {
    const { queue, messageId, insertedAt, keptAt, tenantId, storageFailed, body } = fromRow(
      row,
      keptMessageSchema,
    );
    return {
      ...{ queue, messageId, insertedAt, keptAt },
      body: body ?? (await bodyInBlob(row)),
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(storageFailed === undefined ? {} : { storageFailed }),
    };
  };

  const bodyInBlob = async ({ partitionKey = '', rowKey = '' }: StoredRow): Promise<string> => {
    const blob = bodies.getBlobClient(blobOf({ partitionKey, rowKey }));
    return (await blob.downloadToBuffer(0, undefined, { abortSignal: deadline() })).toString('utf8');
  };

  /** Before their rows: a row without its blob is found again, a blob without its row is not. */
  const removeBodies = (rows: readonly RowKeys[]): Promise<void> =>
    eachBounded(rows, blobsAtOnce, async (keys) => {
      try {
        await bodies.getBlobClient(blobOf(keys)).deleteIfExists({ abortSignal: deadline() });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    });

  const store: PoisonStore & TenantData = {
    keep: (message, keptAt) => store.keepAll([message], keptAt),

    async keepAll(messages, keptAt) {
      const rows: TableRow[] = [];
      for (const message of messages) rows.push(await rowOf(message, keptAt));
      await insertRows(table, rows);
    },

    async *list(which = {}) {
      for await (const row of listRows(table, messagesOf(which), { atOnce: bodiesAtOnce }))
        yield messageIn(row);
    },

    async *listKept(which = {}) {
      for await (const { kept } of keptRows(table, messagesOf(which))) yield kept;
    },

    async read(queue, messageId) {
      const row = await getRow(table, tableKey(queue), tableKey(messageId));
      return row === undefined ? undefined : messageIn(row);
    },

    async remove(queue, messageIds) {
      if (messageIds.length === 0) return;
      const rows = messageIds.map((messageId) => ({
        partitionKey: tableKey(queue),
        rowKey: tableKey(messageId),
      }));
      await removeBodies(rows.filter(hasLargeBody));
      await deleteRows(
        table,
        tableKey(queue),
        rows.map(({ rowKey }) => rowKey),
      );
    },

    mark: (what, queue) => put(toRow(notesPartition, markKey(what, queue), { queue })),

    unmark: (what, queue) => deleteRows(table, notesPartition, [markKey(what, queue)]),

    async readNotes() {
      const untold: string[] = [];
      const automatic: string[] = [];
      const told: ToldPoison[] = [];
      const counted: KeptOfQueue[] = [];
      let failing: z.infer<typeof failingSchema> = [];
      for await (const row of listRows(table, odata`PartitionKey eq ${notesPartition}`)) {
        const [what = ''] = (row.rowKey ?? '').split('!');
        if (what === 'told') told.push(fromRow(row, toldSchema));
        else if (what === 'counted') counted.push(fromRow(row, countedSchema));
        else if (what === 'failing') failing = fromRow(row, failingSchema);
        else if (what === 'automatic') automatic.push(fromRow(row, markedSchema).queue);
        else if (what === 'untold') untold.push(fromRow(row, markedSchema).queue);
      }
      return { untold, automatic, told, counted, failing };
    },

    async readCounted() {
      const counted: KeptOfQueue[] = [];
      const { from, to } = keysBelow(tableKey('counted'));
      const filter = odata`PartitionKey eq ${notesPartition} and RowKey ge ${from} and RowKey lt ${to}`;
      for await (const row of listRows(table, filter)) counted.push(fromRow(row, countedSchema));
      return counted;
    },

    saveCounted: (counted) =>
      counted.kept === 0
        ? deleteRows(table, notesPartition, [countedKey(counted.queue)])
        : put(toRow(notesPartition, countedKey(counted.queue), counted)),

    saveTold: (told) => put(toRow(notesPartition, toldKey(told), told, { tenantId: told.tenantId })),

    removeTold: (told) => deleteRows(table, notesPartition, [toldKey(told)]),

    saveFailing: (failing) => put(toRow(notesPartition, failingKey, failing)),

    forget: (tenantId) =>
      forgetRowsAmong(table, keysOfTenant(table, tenantId), (rows) =>
        removeBodies(rows.filter(hasLargeBody)),
      ),
  };
  return store;
}

/** May have: a record that a source brought. A message of a queue always fits a row. */
function hasLargeBody({ partitionKey }: RowKeys): boolean {
  return isUnreadableRecord({ queue: partitionKey });
}

function blobOf({ partitionKey, rowKey }: RowKeys): string {
  return createHash('sha256')
    .update(JSON.stringify([partitionKey, rowKey]))
    .digest('hex');
}

/** All partitions of messages, or that of one queue. */
function messagesOf({ queue, storageFailed }: WhichKept): string {
  const partition =
    queue === undefined
      ? odata`PartitionKey ne ${notesPartition}`
      : odata`PartitionKey eq ${tableKey(queue)}`;
  return storageFailed === undefined ? partition : `${partition} and storageFailed eq 1`;
}

async function* keptRows(
  table: TableClient,
  filter: string,
): AsyncGenerator<RowKeys & { kept: KeptMessage }> {
  for await (const row of listRows(table, filter, { select: keptColumns })) {
    const { partitionKey = '', rowKey = '' } = row;
    const kept = await keptIn(table, row);
    if (kept !== undefined) yield { partitionKey, rowKey, kept };
  }
}

/** A row of the first version holds everything in one column: it is read whole. Undefined where it has gone since. */
async function keptIn(table: TableClient, row: StoredRow): Promise<KeptMessage | undefined> {
  const columns = keptColumnsSchema.safeParse(row);
  if (columns.success) {
    const { queue, messageId, insertedAt, keptAt, storageFailed, ...rest } = columns.data;
    const known = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
    return {
      ...{ queue, messageId, insertedAt, keptAt },
      ...(Object.fromEntries(known) as Partial<KeptMessage>),
      ...(storageFailed === 1 ? { storageFailed: true } : {}),
    };
  }
  const whole = await getRow(table, row.partitionKey ?? '', row.rowKey ?? '');
  if (whole === undefined) return undefined;
  const { queue, messageId, insertedAt, keptAt, body = '', ...rest } = fromRow(whole, keptMessageSchema);
  const tenantId = tenantNamedIn({ ...rest, body });
  return { queue, messageId, insertedAt, keptAt, ...(tenantId === undefined ? {} : { tenantId }) };
}

/** Partitions are queues, so all messages are looked through, without their bodies; and what the tenant was told. */
async function* keysOfTenant(table: TableClient, tenantId: string): AsyncGenerator<RowKeys> {
  for await (const { kept, ...keys } of keptRows(table, messagesOf({}))) {
    if (kept.tenantId === tenantId) yield keys;
  }
  const told = odata`PartitionKey eq ${notesPartition} and tenantId eq ${tenantId}`;
  for await (const { partitionKey, rowKey } of listRows(table, told, {
    select: ['PartitionKey', 'RowKey'],
  })) {
    if (partitionKey !== undefined && rowKey !== undefined) yield { partitionKey, rowKey };
  }
}
