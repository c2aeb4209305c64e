import type { StoredAlert } from '../../shared/alert/alert.ts';
import { byPosition, passes } from '../../shared/alert/alert-filter.ts';
import type { AlertFilter, AlertStore } from '../../shared/alert/alert-store.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { createVersionedValues } from './memory-versions.ts';

/** Alerts in memory. They keep the contract of the table (test/contract/alert-store.test.ts). */
export function createMemoryAlertStore(): AlertStore & TenantData {
  const alerts = createVersionedValues<StoredAlert>();
  const keyOf = (tenantId: string, id: string): string => JSON.stringify([tenantId, id]);
  const chosen = (filter: AlertFilter): StoredAlert[] =>
    alerts
      .values()
      .filter((alert) => passes(alert, filter))
      .sort(byPosition);

  return {
    get(tenantId, id) {
      const entry = alerts.get(keyOf(tenantId, id));
      return Promise.resolve(entry && { alert: entry.value, version: entry.version });
    },
    save(alert, read) {
      return Promise.resolve(alerts.save(keyOf(alert.tenantId, alert.id), alert, read?.version));
    },
    list(filter, { top, after }) {
      const behind = chosen(filter).filter((alert) => after === undefined || byPosition(after, alert) < 0);
      const page = behind.slice(0, top);
      const last = page.at(-1);
      if (behind.length === page.length || last === undefined) return Promise.resolve({ alerts: page });
      const { openedAt, id, tenantId } = last;
      return Promise.resolve({ alerts: page, next: { openedAt, id, tenantId } });
    },
    async *live(tenantId, rule) {
      const filter = { tenantIds: [tenantId], ...(rule === undefined ? {} : { rule }) };
      yield* await Promise.resolve(chosen(filter).filter(({ status }) => status !== 'resolved'));
    },
    forget: (tenantId) => Promise.resolve(alerts.forget((alert) => alert.tenantId === tenantId)),
  };
}
