import type { StoredAlert } from './alert.ts';
import type { AlertFilter, AlertPosition } from './alert-store.ts';
import { statusAt } from './lifecycle.ts';

/** What each store of alerts must hold to, whatever it asks its service to leave out. */
export function passes(
  alert: StoredAlert,
  { tenantIds, status, rule, severity, subjectId }: AlertFilter,
): boolean {
  return (
    tenantIds.includes(alert.tenantId) &&
    (status === undefined || status.in.includes(statusAt(alert, status.at))) &&
    (severity === undefined || severity.includes(alert.severity)) &&
    (rule === undefined || alert.rule === rule || alert.rule.endsWith(`/${rule}`)) &&
    (subjectId === undefined || alert.subject.id.toLowerCase() === subjectId.toLowerCase())
  );
}

/** Negative where `left` stands before `right`: newest first; of one moment by id, so that no alert is on two pages or on none. */
export function byPosition(left: AlertPosition, right: AlertPosition): number {
  return (
    Date.parse(right.openedAt) - Date.parse(left.openedAt) ||
    compare(left.id, right.id) ||
    compare(left.tenantId, right.tenantId)
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
