import type { AuditRecord } from '../ingest/audit-record.ts';
import { countDistinct } from './distinct-records.ts';
import type { Fact, Timeline, TimelineSubject } from './fact.ts';
import { factsFrom } from './facts.ts';
import { minutesAfter } from '../time/moments.ts';

/** Facts that may explain a loss of any member, and so are read from all groups of the tenant. */
const explainingKinds = new Set<Fact['kind']>([
  'group-licences-changed',
  'group-rule-changed',
  'group-deleted',
  'group-licensing-finished',
]);

/** What is known of a timeline beside its records. */
export interface TimelineRows {
  /** How many rows of the subject were ever stored; where that is not counted, its distinct records. */
  rows: number;
  /** UPNs that are the user's alone. */
  names: readonly string[];
  /** Where the records are only those after a cut: what the user held there (`FoldState.held`). */
  held?: string | undefined;
}

/**
 * Everything known about one user or group. `records` are all records of the subject, `groupRecords` those of the tenant's groups;
 * a record may stand in both. The same for the same records in whatever order and however often.
 */
export function buildTimeline(
  tenantId: string,
  subject: TimelineSubject,
  records: readonly AuditRecord[],
  groupRecords: readonly AuditRecord[],
  stored?: TimelineRows,
): Timeline {
  const names = new Map((stored?.names ?? []).map((name) => [name, subject.id]));
  return {
    tenantId,
    subject,
    facts: factsFrom(records, names, stored?.held),
    groupFacts: factsFrom(groupRecords).filter(({ kind }) => explainingKinds.has(kind)),
    rows: stored?.rows ?? countDistinct(records),
    origins: originsOf([...records, ...groupRecords]),
  };
}

/** What could be known at a moment: the facts up to and including it. ISO 8601, UTC. */
export function timelineUntil(timeline: Timeline, at: string): Timeline {
  const moment = minutesAfter(at, 0);
  return {
    ...timeline,
    facts: factsUntil(timeline.facts, moment),
    groupFacts: factsUntil(timeline.groupFacts, moment),
  };
}

/** Facts stand in order of time: mostly all of them are known, and then nothing is copied. */
function factsUntil(facts: Fact[], moment: string): Fact[] {
  const last = facts.at(-1);
  return last === undefined || last.at <= moment ? facts : facts.filter((fact) => fact.at <= moment);
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
