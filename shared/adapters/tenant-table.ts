import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { TenantStore } from '../tenants/tenant-store.ts';
import { removalParts } from '../tenants/removal.ts';
import { statusOf } from './storage.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, toRow } from './table-rows.ts';
import { saveRow } from './table-writes.ts';

/** As in stored-alert.ts: later fields have defaults, unknown ones are kept. */
const tenantRowSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  domain: z.string().exactOptional(),
  addedAt: z.string(),
  removal: z
    .looseObject({
      requestedAt: z.string(),
      stage: z
        .discriminatedUnion('kind', [
          z.looseObject({
            kind: z.literal('delete'),
            round: z.literal([1, 2]),
            part: z.enum(removalParts),
            leaseUntil: z.string(),
            attempt: z.number(),
          }),
          z.looseObject({ kind: z.literal('wait'), until: z.string() }),
        ])
        .exactOptional(),
    })
    .exactOptional(),
});

/** All tenants in one partition of the table `tenants`: hundreds are one page. */
const partition = tableKey('tenants');

export function createTenantTable(table: TableClient): TenantStore {
  return {
    async get(tenantId) {
      const row = await getRow(table, partition, tableKey(tenantId));
      return row === undefined ? undefined : { row: fromRow(row, tenantRowSchema), version: row.etag };
    },

    async save(row, version) {
      return saveRow(table, toRow(partition, tableKey(row.id), row), version);
    },

    async remove(tenantId, version) {
      try {
        await table.deleteEntity(partition, tableKey(tenantId), { etag: version });
        return 'removed';
      } catch (error) {
        const status = statusOf(error);
        if (status === 412 || status === 404) return 'changed';
        throw error;
      }
    },

    async *list() {
      const rows = listRows(table, odata`PartitionKey eq ${partition}`);
      for await (const row of rows) yield fromRow(row, tenantRowSchema);
    },
  };
}
