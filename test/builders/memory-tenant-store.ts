import type { TenantRow, TenantStore } from '../../shared/tenants/tenant-store.ts';
import { compareText } from '../../shared/text/order.ts';
import { createVersionedValues } from './memory-versions.ts';

/** Tenants in memory. They keep the contract of the table (test/contract/tenant-store.test.ts). */
export function createMemoryTenantStore(): TenantStore {
  const rows = createVersionedValues<TenantRow>();

  return {
    get(tenantId) {
      const entry = rows.get(tenantId);
      return Promise.resolve(entry && { row: entry.value, version: entry.version });
    },
    save(row, version) {
      return Promise.resolve(rows.save(row.id, row, version));
    },
    remove(tenantId, version) {
      return Promise.resolve(rows.remove(tenantId, version));
    },
    async *list() {
      yield* await Promise.resolve(rows.values().sort((a, b) => compareText(a.id, b.id)));
    },
  };
}
