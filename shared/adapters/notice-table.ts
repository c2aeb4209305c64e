import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { firstLookOf } from '../deliver/first-sight.ts';
import type { Forgotten, NoticeStore, TenantData } from '../ports.ts';
import { forgetRowsAmong, type RowKeys } from './forget-rows.ts';
import { channelStateSchema, waitingNoticeSchema } from './stored-alert.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, toRow } from './table-rows.ts';
import type { StoredRow } from './table-rows.ts';
import { deleteRows, insertRows, saveRow } from './table-writes.ts';

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

    async readChannel(channel) {
      const row = await getRow(table, ...stateOf(channel));
      if (row === undefined) return { state: {}, version: undefined };
      return { state: fromRow(row, channelStateSchema), version: row.etag };
    },

    async saveChannel(channel, state, version) {
      return saveRow(table, toRow(...stateOf(channel), state), version);
    },

    async forget(tenantId) {
      const channels = await forgetInChannels(table, tenantId, stateOf(firstLookOf(tenantId))[0]);
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

/**
 * Its first look goes, and in the channels that it was told that they refuse notices: a tenant that is added again has a first look
 * again, and is told again.
 */
async function forgetInChannels(table: TableClient, tenantId: string, firstLook: string): Promise<Forgotten> {
  let rows = 0;
  let more = false;
  for await (const row of partitionsBelow(table, 'channel')) {
    const { partitionKey = '', rowKey = '' } = row;
    if (partitionKey === firstLook) {
      await deleteRows(table, partitionKey, [rowKey]);
      rows += 1;
      continue;
    }
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
