import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { NoticeStore } from '../ports.ts';
import { channelStateSchema, waitingNoticeSchema } from './stored-alert.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, toRow } from './table-rows.ts';
import { deleteRows, insertRows, saveRow } from './table-writes.ts';

/**
 * What waits for a channel, and the channel's state, in the table `alerts`. The partition of a tenant is one part long and
 * these are two, so no tenant's id can be one of them.
 */
export function createNoticeTable(table: TableClient): NoticeStore {
  const waitingFor = (channel: string): string => tableKey('waiting', channel);
  const stateOf = (channel: string): [string, string] => [tableKey('channel', channel), 'state'];

  return {
    async putWaiting(notice) {
      await insertRows(table, [toRow(waitingFor(notice.channel), tableKey(notice.key), notice)]);
    },

    async *listWaiting(channel) {
      for await (const row of listRows(table, odata`PartitionKey eq ${waitingFor(channel)}`)) {
        yield fromRow(row, waitingNoticeSchema);
      }
    },

    async removeWaiting(channel, keys) {
      await deleteRows(
        table,
        waitingFor(channel),
        keys.map((key) => tableKey(key)),
      );
    },

    async readChannel(channel) {
      const row = await getRow(table, ...stateOf(channel));
      if (row === undefined) return { state: {}, version: undefined };
      return { state: fromRow(row, channelStateSchema), version: row.etag };
    },

    async saveChannel(channel, state, version) {
      return saveRow(table, toRow(...stateOf(channel), state), version);
    },
  };
}
