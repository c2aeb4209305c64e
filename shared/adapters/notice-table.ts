import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { Forgotten, TenantData } from '../tenants/tenant-store.ts';
import type { NoticeStore } from '../deliver/channel-store.ts';
import { forgetRowsAmong, type RowKeys } from './forget-rows.ts';
import { channelStateSchema, waitingNoticeSchema } from './stored-alert.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, toRow } from './table-rows.ts';
import type { StoredRow } from './table-rows.ts';
import { deleteRows, insertRows, replaceRows, saveRow, writeRow } from './table-writes.ts';

/**
 * What waits for a channel, and the channel's state, in the table `alerts`. The partition of a tenant is one part long and
 * these are two, so no tenant's id can be one of them.
 */
export function createNoticeTable(table: TableClient): NoticeStore & TenantData {
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

    async setAside(channel, notices) {
      await replaceRows(
        table,
        notices.map((notice) => toRow(waitingFor(channel), tableKey(notice.key), notice)),
      );
    },

    async readChannel(channel) {
      const row = await getRow(table, ...stateOf(channel));
      if (row === undefined) return { state: {}, version: undefined };
      return { state: fromRow(row, channelStateSchema), version: row.etag };
    },

    async saveChannel(channel, state, version) {
      const written = await writeRow(table, toRow(...stateOf(channel), state), version);
      return written.kind === 'saved' ? written : { kind: 'changed' };
    },

    async forget(tenantId) {
      const channels = await forgetInChannels(table, tenantId);
      const waiting = await forgetRowsAmong(table, waitingOf(table, tenantId));
      return { rows: channels.rows + waiting.rows, more: channels.more || waiting.more };
    },
  };
}

/** What waits is kept by channel: also of channels that are not in the settings any more. */
async function* waitingOf(table: TableClient, tenantId: string): AsyncGenerator<RowKeys> {
  for await (const row of partitionsBelow(table, 'waiting')) {
    const { partitionKey = '', rowKey = '' } = row;
    if (fromRow(row, waitingNoticeSchema).tenantId === tenantId) yield { partitionKey, rowKey };
  }
}

/** That a channel refuses notices is told again to a tenant that is added again. */
async function forgetInChannels(table: TableClient, tenantId: string): Promise<Forgotten> {
  let rows = 0;
  let more = false;
  for await (const row of partitionsBelow(table, 'channel')) {
    const { partitionKey = '', rowKey = '' } = row;
    const { failingTenants, ...state } = fromRow(row, channelStateSchema);
    if (failingTenants?.includes(tenantId) !== true) continue;
    const left = failingTenants.filter((id) => id !== tenantId);
    const changed = { ...state, ...(left.length === 0 ? {} : { failingTenants: left }) };
    // Where delivery was faster, the next step looks again.
    if ((await saveRow(table, toRow(partitionKey, rowKey, changed), row.etag)) === 'changed') more = true;
    else rows += 1;
  }
  return { rows, more };
}

function partitionsBelow(table: TableClient, part: string): AsyncGenerator<StoredRow> {
  const { from, to } = keysBelow(tableKey(part));
  return listRows(table, odata`PartitionKey ge ${from} and PartitionKey lt ${to}`);
}
