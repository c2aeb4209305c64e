import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { tenantNamedIn } from '../alert/poison-tenant.ts';
import type { PoisonStore, TenantData } from '../ports.ts';
import { forgetRowsAmong, type RowKeys } from './forget-rows.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, listRows, toRow } from './table-rows.ts';
import { insertRows } from './table-writes.ts';

const keptMessageSchema = z.looseObject({
  queue: z.string(),
  messageId: z.string(),
  insertedAt: z.string(),
  body: z.string(),
  keptAt: z.string(),
  tenantId: z.string().exactOptional(),
});

/** Messages that could not be handled, in the table `poison`, where they outlast the seven days of their queue. */
export function createPoisonTable(table: TableClient): PoisonStore & TenantData {
  return {
    async keep({ queue, messageId, insertedAt, body, tenantId }, keptAt) {
      const value = { queue, messageId, insertedAt, body, keptAt, tenantId };
      await insertRows(table, [toRow(tableKey(queue), tableKey(messageId), value)]);
    },

    async *list() {
      for await (const row of listRows(table)) yield fromRow(row, keptMessageSchema);
    },

    forget: (tenantId) => forgetRowsAmong(table, keysOfTenant(table, tenantId)),
  };
}

/** Partitions are queues, so all messages are looked through: there are few, or somebody has heard of it. */
async function* keysOfTenant(table: TableClient, tenantId: string): AsyncGenerator<RowKeys> {
  for await (const row of listRows(table)) {
    const { partitionKey = '', rowKey = '' } = row;
    if (tenantNamedIn(fromRow(row, keptMessageSchema)) === tenantId) yield { partitionKey, rowKey };
  }
}
