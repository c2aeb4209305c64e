import type { AuditRecord } from '../ingest/audit-record.ts';
import { countDistinct } from './distinct-records.ts';
import type { Fact, Timeline, TimelineSubject } from './fact.ts';
import { factsFrom } from './facts.ts';
import { minutesAfter } from './moments.ts';

/** Facts that may explain a loss of any member, and so are read from all groups of the tenant. */
const explainingKinds = new Set<Fact['kind']>([
  'group-licences-changed',
  'group-deleted',
  'group-licensing-finished',
]);

/**
 * Everything known about one user or group. `records` are all records of the subject, `groupRecords` those of the tenant's groups;
 * a record may stand in both. The same for the same records in whatever order and however often.
 */
export function buildTimeline(
  tenantId: string,
  subject: TimelineSubject,
  records: readonly AuditRecord[],
  groupRecords: readonly AuditRecord[],
): Timeline {
  const all = [...records, ...groupRecords];
  return {
    tenantId,
    subject,
    facts: factsFrom(records),
    groupFacts: factsFrom(groupRecords).filter(({ kind }) => explainingKinds.has(kind)),
    rows: countDistinct(all),
    origins: originsOf(all),
  };
}

/** What could be known at a moment: the facts up to and including it. ISO 8601, UTC. */
export function timelineUntil(timeline: Timeline, at: string): Timeline {
  const moment = minutesAfter(at, 0);
  const isKnown = (fact: Fact): boolean => fact.at <= moment;
  return {
    ...timeline,
    facts: timeline.facts.filter(isKnown),
    groupFacts: timeline.groupFacts.filter(isKnown),
  };
}

/** The earliest time that any reading of a record gives, so that the order of reading does not matter. */
function originsOf(records: readonly AuditRecord[]): NonNullable<Timeline['origins']> {
  const origins = new Map<string, { log: AuditRecord['log']; at: string }>();
  for (const { id, log, at } of records) {
    const known = origins.get(id);
    if (known === undefined || `${at} ${log}` < `${known.at} ${known.log}`) origins.set(id, { log, at });
  }
  return origins;
}
