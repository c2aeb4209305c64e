import type { CoverageRow, CoverageStore } from '../../shared/coverage/coverage-store.ts';
import type { AllowanceRow, AllowanceStore } from '../../shared/services/allowance.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { createVersionedValues } from './memory-versions.ts';

/** Coverage and allowances in memory. It keeps the contract of the table (test/contract/coverage-store.test.ts). */
export function createMemoryCoverageStore(): CoverageStore & AllowanceStore & TenantData {
  const rows = createVersionedValues<CoverageRow>();
  const allowances = createVersionedValues<AllowanceRow>();
  const keyOf = (tenantId: string, name: string): string => JSON.stringify([tenantId, name]);

  return {
    read(tenantId, source) {
      const entry = rows.get(keyOf(tenantId, source));
      return Promise.resolve(
        entry === undefined || entry.value.kind === 'sweep'
          ? undefined
          : { row: entry.value, version: entry.version },
      );
    },
    readSweep(tenantId, source) {
      const entry = rows.get(keyOf(tenantId, source));
      return Promise.resolve(
        entry?.value.kind === 'sweep' ? { row: entry.value, version: entry.version } : undefined,
      );
    },
    save(row, version) {
      return Promise.resolve(rows.save(keyOf(row.tenantId, row.source), row, version));
    },
    async *list() {
      for (const row of await Promise.resolve(rows.values())) if (row.kind !== 'sweep') yield row;
    },
    async *listSweeps() {
      for (const row of await Promise.resolve(rows.values())) if (row.kind === 'sweep') yield row;
    },
    readAllowance(tenantId, allowance) {
      const entry = allowances.get(keyOf(tenantId, allowance));
      return Promise.resolve(entry && { row: entry.value, version: entry.version });
    },
    saveAllowance(row, version) {
      return Promise.resolve(allowances.save(keyOf(row.tenantId, row.allowance), row, version));
    },
    forget(tenantId) {
      const taken = allowances.forget((row) => row.tenantId === tenantId);
      const left = rows.forget((row) => row.tenantId === tenantId);
      return Promise.resolve({ rows: taken.rows + left.rows, more: taken.more || left.more });
    },
  };
}
