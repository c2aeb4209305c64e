import { type GroupHistory, isInTime, mayExplain } from '../cause/may-explain.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import { buildTimeline } from '../timeline/timeline.ts';
import { groupOf } from '../timeline/subjects.ts';
import type { TimelineOwner, TimelineReader } from '../timeline/timeline-store.ts';

/** An alert that is not resolved and whose cause has not come. */
interface Unexplained {
  subject: TimelineOwner;
  happenedAt: string;
  /** The time of its newest evidence. */
  lastAt: string;
  /** What is wrong, as ids. */
  extent: readonly string[];
}

export interface AwaitingCause {
  list(tenantId: string): AsyncIterable<Unexplained>;
}

/**
 * Whose alert may find its cause in these records of groups, each once: who was ever a member of the group, or lost what the group gave
 * or lost. A record that names the user himself needs none of this.
 */
export async function awaitingGroups(
  tenantId: string,
  records: readonly AuditRecord[],
  ports: { timeline: TimelineReader; awaitingCause: AwaitingCause },
): Promise<TimelineOwner[]> {
  const ofGroups = records.filter(
    ({ target }) => target.user === undefined && target.group?.id !== undefined,
  );
  if (ofGroups.length === 0) return [];
  const waiting: Unexplained[] = [];
  for await (const alert of ports.awaitingCause.list(tenantId)) waiting.push(alert);
  if (waiting.length === 0) return [];
  const concerned = new Map<string, TimelineOwner>();
  for (const id of new Set(ofGroups.flatMap((record) => groupOf(record) ?? []))) {
    const times = ofGroups.filter((record) => groupOf(record) === id).map(({ at }) => at);
    const inTime = waiting.filter((alert) => times.some((at) => isInTime(at, alert)));
    if (inTime.length === 0) continue;
    const history = await historyOf(tenantId, id, ports.timeline);
    for (const alert of inTime) {
      if (times.some((at) => mayExplain(at, history, alert))) concerned.set(alert.subject.id, alert.subject);
    }
  }
  return [...concerned.values()];
}

async function historyOf(tenantId: string, id: string, timeline: TimelineReader): Promise<GroupHistory> {
  const { records } = await timeline.readSubject(tenantId, { kind: 'group', id });
  const { facts } = buildTimeline(tenantId, { kind: 'group', id, name: id }, records, []);
  return { facts };
}
