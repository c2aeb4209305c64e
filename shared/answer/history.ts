import type { TenantSettings } from '../config.ts';
import { type AlertStore, everyAlert } from '../alert/alert-store.ts';
import type { Clock } from '../ports.ts';
import type { CoverageStore } from '../coverage/coverage-store.ts';
import type { TimelineStore } from '../timeline/timeline-store.ts';
import { readCoverage, readTimeline } from '../evaluate/read-timeline.ts';
import { explainedLosses, type Explained } from '../rules/licence/remedies.ts';
import type { CoverageWindow } from '../coverage/coverage.ts';
import type { Fact, TimelineSubject } from '../timeline/fact.ts';

export interface HistoryPorts {
  timeline: TimelineStore;
  alerts: AlertStore;
  coverage: CoverageStore;
  clock: Clock;
}

export type History =
  | {
      kind: 'history';
      history: {
        tenantId: string;
        subject: TimelineSubject;
        facts: Fact[];
        causes: Explained[];
        /** The ids of all alerts about him. */
        alerts: string[];
        coverage: CoverageWindow[];
      };
    }
  /** Not watched. */
  | { kind: 'unknown-tenant' }
  /** No record that was read names him. */
  | { kind: 'unknown-user' };

/** Everything known about one user, and the answer to "where has my licence gone?". */
export async function showHistory(
  tenantId: string,
  idOrUpn: string,
  tenants: readonly TenantSettings[],
  latestArrivalMinutes: number,
  ports: HistoryPorts,
): Promise<History> {
  const tenant = tenants.find(({ id }) => id === tenantId.toLowerCase());
  if (tenant === undefined) return { kind: 'unknown-tenant' };
  const userId = await ports.timeline.findUser(tenant.id, idOrUpn.toLowerCase());
  if (userId === undefined) return { kind: 'unknown-user' };
  const now = ports.clock.now().toISOString();
  const owner = { kind: 'user' as const, id: userId };
  const { timeline } = await readTimeline(tenant.id, owner, ports.timeline);
  const coverage = await readCoverage(tenant.id, latestArrivalMinutes, ports.coverage);
  const causes = explainedLosses(timeline, coverage, now);
  const alerts: string[] = [];
  for await (const { id } of everyAlert(ports.alerts, { tenantIds: [tenant.id], subjectId: userId })) {
    alerts.push(id);
  }
  const { subject, facts } = timeline;
  const { windows } = coverage;
  return {
    kind: 'history',
    history: { tenantId: tenant.id, subject, facts, causes, alerts, coverage: windows },
  };
}
