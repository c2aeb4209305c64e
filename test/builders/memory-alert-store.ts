import type { StoredAlert } from '../../shared/alert/alert.ts';
import type { AlertFilter, AlertStore, TenantData } from '../../shared/ports.ts';
import { createVersionedValues } from './memory-versions.ts';

/** Alerts in memory. They keep the contract of the table (test/contract/alert-store.test.ts). */
export function createMemoryAlertStore(): AlertStore & TenantData {
  const alerts = createVersionedValues<StoredAlert>();
  const keyOf = (tenantId: string, id: string): string => JSON.stringify([tenantId, id]);

  return {
    get(tenantId, id) {
      const entry = alerts.get(keyOf(tenantId, id));
      return Promise.resolve(entry && { alert: entry.value, version: entry.version });
    },
    save(alert, version) {
      return Promise.resolve(alerts.save(keyOf(alert.tenantId, alert.id), alert, version));
    },
    async *list(filter) {
      yield* await Promise.resolve(alerts.values().filter((alert) => matches(alert, filter)));
    },
    forget: (tenantId) => Promise.resolve(alerts.forget((alert) => alert.tenantId === tenantId)),
  };
}

function matches(alert: StoredAlert, { tenantIds, status, rule, severity, subjectId }: AlertFilter): boolean {
  return (
    tenantIds.includes(alert.tenantId) &&
    (status === undefined || status.includes(alert.status)) &&
    (severity === undefined || severity.includes(alert.severity)) &&
    (rule === undefined || alert.rule === rule || alert.rule.endsWith(`/${rule}`)) &&
    (subjectId === undefined || alert.subject.id === subjectId)
  );
}
