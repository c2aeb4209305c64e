import type { SnapshotStore } from '../../shared/state/snapshot-store.ts';
import type { ReadState } from '../../shared/state/state.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { forgetSome } from './memory-versions.ts';

/** Snapshots in memory. They keep the contract of the table (test/contract/snapshot-store.test.ts). */
export function createMemorySnapshotStore(): SnapshotStore & TenantData {
  const stored = new Map<string, { tenantId: string; state: ReadState }>();
  const keyOf = (tenantId: string, source: string, id: string): string =>
    JSON.stringify([tenantId, source, id]);
  return {
    read: (tenantId, source, subjectId) =>
      Promise.resolve(structuredClone(stored.get(keyOf(tenantId, source, subjectId))?.state)),
    put(tenantId, state) {
      const key = keyOf(tenantId, state.source, state.subject.id);
      const known = Date.parse(stored.get(key)?.state.readAt ?? '');
      if (known === Date.parse(state.readAt)) return Promise.resolve('same');
      if (known > Date.parse(state.readAt)) return Promise.resolve('older');
      stored.set(key, { tenantId, state: structuredClone(state) });
      return Promise.resolve('newer');
    },
    forget: (tenantId) => Promise.resolve(forgetSome(stored, (entry) => entry.tenantId === tenantId)),
  };
}
