import type { TableClient } from '@azure/data-tables';
import type { FirstLookStore } from '../deliver/first-look-store.ts';
import type { TenantData } from '../tenants/tenant-store.ts';
import { firstLookSchema } from './stored-alert.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, getRow, toRow } from './table-rows.ts';
import { deleteRows, saveRow } from './table-writes.ts';

/** The first look at a tenant: one row of the table `alerts`, in the partition of the tenant. */
export function createFirstLookTable(table: TableClient): FirstLookStore & TenantData {
  const keyOf = (tenantId: string): [string, string] => [tableKey(tenantId), tableKey('first-look')];

  return {
    async readFirstLook(tenantId) {
      const row = await getRow(table, ...keyOf(tenantId));
      return row === undefined ? undefined : { look: fromRow(row, firstLookSchema), version: row.etag };
    },

    saveFirstLook: (tenantId, look, version) => saveRow(table, toRow(...keyOf(tenantId), look), version),

    async forget(tenantId) {
      const [partition, row] = keyOf(tenantId);
      if ((await getRow(table, partition, row)) === undefined) return { rows: 0, more: false };
      await deleteRows(table, partition, [row]);
      return { rows: 1, more: false };
    },
  };
}
