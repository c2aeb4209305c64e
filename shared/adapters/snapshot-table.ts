import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { readStateSchema } from '../state/state.ts';
import type { SnapshotStore } from '../state/snapshot-store.ts';
import type { TenantData } from '../tenants/tenant-store.ts';
import { forgetRows } from './forget-rows.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, getRow, RowTooLarge, type TableRow, toRow } from './table-rows.ts';
import { saveRow } from './table-writes.ts';

const mostAttempts = 10;

/** The table `snapshots`: one partition a tenant and source of states, a row a subject; its ETag keeps two writers apart. */
export function createSnapshotTable(table: TableClient): SnapshotStore & TenantData {
  return {
    async read(tenantId, source, subjectId) {
      const row = await getRow(table, tableKey(tenantId, source), tableKey(subjectId));
      return row === undefined ? undefined : fromRow(row, readStateSchema);
    },

    async put(tenantId, state) {
      const [partitionKey, rowKey] = [tableKey(tenantId, state.source), tableKey(state.subject.id)];
      let written: TableRow;
      try {
        written = toRow(partitionKey, rowKey, state);
      } catch (error) {
        if (error instanceof RowTooLarge) return 'too-large';
        throw error;
      }
      for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
        const row = await getRow(table, partitionKey, rowKey);
        if (row !== undefined) {
          const readAt = Date.parse(fromRow(row, readStateSchema).readAt);
          if (readAt === Date.parse(state.readAt)) return 'same';
          if (readAt > Date.parse(state.readAt)) return 'older';
        }
        if ((await saveRow(table, written, row?.etag)) === 'saved') return 'newer';
      }
      throw new Error(`the snapshot of ${state.source} is being changed by others all the time`);
    },

    forget(tenantId) {
      const { from, to } = keysBelow(tableKey(tenantId));
      return forgetRows(table, odata`PartitionKey ge ${from} and PartitionKey lt ${to}`);
    },
  };
}
