import type { CoverageRow, CoverageStore, TenantData } from '../../shared/ports.ts';
import { createVersionedValues } from './memory-versions.ts';

/** Coverage in memory. It keeps the contract of the table (test/contract/coverage-store.test.ts). */
export function createMemoryCoverageStore(): CoverageStore & TenantData {
  const rows = createVersionedValues<CoverageRow>();
  const keyOf = (tenantId: string, source: string): string => JSON.stringify([tenantId, source]);

  return {
    read(tenantId, source) {
      const entry = rows.get(keyOf(tenantId, source));
      return Promise.resolve(entry && { row: entry.value, version: entry.version });
    },
    save(row, version) {
      return Promise.resolve(rows.save(keyOf(row.tenantId, row.source), row, version));
    },
    async *list() {
      yield* await Promise.resolve(rows.values());
    },
    forget: (tenantId) => Promise.resolve(rows.forget((row) => row.tenantId === tenantId)),
  };
}
