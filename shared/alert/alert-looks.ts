import { type AlertStore, everyAlert } from './alert-store.ts';
import type { StoredAlert } from './alert.ts';
import type { OpenAlerts } from '../evaluate/open-alerts.ts';
import type { AwaitingCause } from '../remember/awaiting-cause.ts';

/** What evaluation asks of the alerts that are stored. */
export function createOpenAlerts(alerts: AlertStore): OpenAlerts {
  return {
    async ofSubject(tenantId, rule, subjectId) {
      const open = [];
      const ofRule = everyAlert(alerts, { tenantIds: [tenantId], rule, subjectId });
      for await (const { id, status, qualifiers, severity } of ofRule) {
        if (status !== 'resolved') open.push({ fingerprint: id, qualifiers, severity });
      }
      return open;
    },
  };
}

/** What the reception of records asks of them: whose cause has not come. */
export function createAwaitingCause(alerts: AlertStore): AwaitingCause {
  return {
    async *list(tenantId) {
      for await (const alert of alerts.live(tenantId)) {
        if (!lacksCause(alert)) continue;
        const { subject, happenedAt, evidence, extent } = alert;
        const lastAt = [happenedAt, ...evidence.map(({ at }) => at)].sort().at(-1) ?? happenedAt;
        yield { subject: { kind: subject.kind, id: subject.id }, happenedAt, lastAt, extent };
      }
    },
  };
}

/** Only of what somebody did is there a cause to wait for. What is only likely may be shown to be otherwise. */
function lacksCause({ cause, about }: StoredAlert): boolean {
  return cause === undefined
    ? about.doer === true
    : cause.confidence !== 'certain' || cause.kind === 'not-logged';
}
