import type { TenantSettings } from '../config.ts';
import type { AlertStore, Clock, CoverageStore, TimelineStore } from '../ports.ts';
import { explainLicenceLoss } from '../timeline/cause.ts';
import { readCoverage, readUserTimeline } from '../evaluate/read-timeline.ts';
import { lossesOf } from '../timeline/losses.ts';
import { type Answer, jsonAnswer, problem } from './problem.ts';

export interface HistoryPorts {
  timeline: TimelineStore;
  alerts: AlertStore;
  coverage: CoverageStore;
  clock: Clock;
}

/** `GET /api/history/{tenantId}/{user}`: everything known about one user, and the answer to "where has my licence gone?". */
export async function showHistory(
  tenantId: string,
  idOrUpn: string,
  tenants: readonly TenantSettings[],
  latestArrivalMinutes: number,
  ports: HistoryPorts,
): Promise<Answer> {
  const tenant = tenants.find(({ id }) => id === tenantId.toLowerCase());
  if (tenant === undefined) return problem(404, 'Unknown tenant', 'this tenant is not watched');
  const userId = await ports.timeline.findUser(tenant.id, idOrUpn.toLowerCase());
  if (userId === undefined) {
    return problem(
      404,
      'Unknown user',
      'no record that was read names this user; is it an object id or a UPN?',
    );
  }
  const now = ports.clock.now().toISOString();
  const timeline = await readUserTimeline(tenant.id, userId, ports.timeline);
  const coverage = await readCoverage(tenant.id, latestArrivalMinutes, ports.coverage);
  const losses = lossesOf(timeline);
  const causes =
    losses.length === 0
      ? [explainLicenceLoss(undefined, timeline, coverage, now)]
      : losses.map((loss) => explainLicenceLoss(loss, timeline, coverage, now));
  const alerts: string[] = [];
  for await (const alert of ports.alerts.list({ tenantIds: [tenant.id], subjectId: userId }))
    alerts.push(alert.id);
  return jsonAnswer({
    tenantId: tenant.id,
    subject: timeline.subject,
    facts: timeline.facts,
    causes,
    alerts,
    coverage: coverage.windows,
  });
}
