import type { FirstLook, FirstLookStore } from '../../shared/deliver/first-look-store.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { createVersionedValues } from './memory-versions.ts';

/** First looks in memory. They keep the contract of the table (test/contract/first-look-store.test.ts). */
export function createMemoryFirstLookStore(): FirstLookStore & TenantData {
  const looks = createVersionedValues<{ tenantId: string; look: FirstLook }>();
  return {
    readFirstLook(tenantId) {
      const entry = looks.get(tenantId);
      return Promise.resolve(entry && { look: entry.value.look, version: entry.version });
    },
    saveFirstLook: (tenantId, look, version) =>
      Promise.resolve(looks.save(tenantId, { tenantId, look }, version)),
    forget: (tenantId) => Promise.resolve(looks.forget((each) => each.tenantId === tenantId)),
  };
}
