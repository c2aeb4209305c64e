import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { PoisonStore } from '../ports.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, listRows, toRow } from './table-rows.ts';
import { insertRows } from './table-writes.ts';

const keptMessageSchema = z.looseObject({
  queue: z.string(),
  messageId: z.string(),
  insertedAt: z.string(),
  body: z.string(),
  keptAt: z.string(),
});

/** Messages that could not be handled, in the table `poison`, where they outlast the seven days of their queue. */
export function createPoisonTable(table: TableClient): PoisonStore {
  return {
    async keep({ queue, messageId, insertedAt, body }, keptAt) {
      const value = { queue, messageId, insertedAt, body, keptAt };
      await insertRows(table, [toRow(tableKey(queue), tableKey(messageId), value)]);
    },

    async *list() {
      for await (const row of listRows(table)) yield fromRow(row, keptMessageSchema);
    },
  };
}
