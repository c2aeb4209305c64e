import type { AuditRecord, LogName } from '../ingest/audit-record.ts';
import { chained, compareText, groupedBy } from '../text/order.ts';
import { togetherMinutes } from './join-reach.ts';
import type { JoinedRecord } from './sequences.ts';
import { groupOf, userOf } from './subjects.ts';
import type { UserAliases } from './subjects.ts';
import { namedProducts } from './named-products.ts';
import { speaksOfLicences } from '../ingest/property-change.ts';
import { toldLicences } from './told-licences.ts';
import type { ToldLicences } from './told-licences.ts';

/** Activities about licences; those that mark a change say nothing else as long as their twin is missing (FACTS 6.3.1). */
const licenceActivities = new Map<string, { of: 'user' | 'group'; marks: boolean }>([
  ['change user license', { of: 'user', marks: true }],
  ['update user', { of: 'user', marks: false }],
  ['add user', { of: 'user', marks: false }],
  ['set group license', { of: 'group', marks: true }],
  ['update group', { of: 'group', marks: false }],
]);

/** Records of one change are written within the same second; ten leave room for a slow service and keep scripts apart. */
const twinSeconds = 10;

type Told = Extract<ToldLicences, { kind: 'told' }>;

/** One attempt to change the licences of one user or group, with everything that both logs say of it. */
export interface LicenceAttempt {
  of: 'user' | 'group';
  failed: boolean;
  members: JoinedRecord[];
  /** Undefined while the record that tells the licences has not come. */
  told?: Told;
}

interface Entry {
  of: 'user' | 'group';
  joined: JoinedRecord;
  activity: string;
  log: LogName;
  at: string;
  told: ToldLicences;
}

/** Attempts under one correlation id, by one user or group, in one run of seconds. */
export function joinTwins(records: readonly JoinedRecord[], aliases: UserAliases): LicenceAttempt[][] {
  const entries = records.flatMap((joined) => entryOf(joined, aliases));
  return [...groupedBy(entries, ({ key }) => key).values()]
    .flatMap((group) => chained(group, twinSeconds, togetherMinutes * 60))
    .map((run) => attemptsIn(run.toSorted(byTimeAndRecord)));
}

function entryOf(joined: JoinedRecord, aliases: UserAliases): (Entry & { key: string })[] {
  const { record } = joined;
  const activity = record.activity.toLowerCase();
  const meaning = licenceActivities.get(activity);
  if (meaning === undefined) return [];
  const subject = meaning.of === 'user' ? userOf(record, aliases) : groupOf(record);
  if (subject === undefined) return [];
  // Without a correlation id nothing says that two records are of one change.
  const change = record.correlationId?.toLowerCase() ?? `${record.log} ${record.id}`;
  return [
    {
      of: meaning.of,
      joined,
      activity,
      log: record.log,
      at: record.at,
      told: toldLicences(record),
      key: JSON.stringify([meaning.of, subject, change]),
    },
  ];
}

function attemptsIn(run: readonly Entry[]): LicenceAttempt[] {
  const drafts = toldDrafts(run);
  const isMarked = run.some(({ activity }) => licenceActivities.get(activity)?.marks === true);
  const untold = run.filter((entry) => entry.told.kind !== 'told' && isOfLicences(entry, isMarked));
  const parts = untold.filter(({ joined }) => !joined.whole);
  const bare = untold.filter(({ joined }) => joined.whole);

  const waitingParts = [...groupedBy(parts, ({ joined }) => sequenceOf(joined)).values()].filter(
    (sequence) => !joinSameSequence(sequence, drafts),
  );
  // Markers first, each to a change of its own: an incomplete sequence must not be swallowed by the change of another marker.
  const waitingBare = nearestFirst(bare, drafts.filter(isReal)).filter(
    (entry) => !joinNearest([entry], drafts.filter(isReal)),
  );
  for (const sequence of waitingParts) {
    if (!joinNearest(sequence, drafts.filter(isReal))) drafts.push({ members: sequence });
  }
  // A marker for which no twin is left is of a change of its own, whose twin has not come.
  for (const entry of waitingBare) {
    const found = joinNearest([entry], drafts.filter(isReal)) || joinNearest([entry], drafts);
    if (!found) drafts.push({ members: [entry] });
  }
  return drafts.map(attemptOf);
}

interface Draft {
  members: Entry[];
  told?: Told;
}

/** Records that tell the same change are of one change; one that failed and one that succeeded are not. */
function toldDrafts(run: readonly Entry[]): Draft[] {
  const telling = run.flatMap((entry) => (entry.told.kind === 'told' ? [{ entry, told: entry.told }] : []));
  return [...groupedBy(telling, ({ told }) => told.signature).values()].flatMap((same) => {
    const failed = same.filter(({ entry }) => entry.joined.record.outcome === 'failure');
    const succeeded = same.some(({ entry }) => entry.joined.record.outcome === 'success');
    const sets = succeeded ? [failed, same.filter((item) => !failed.includes(item))] : [same];
    return sets.flatMap((set) => {
      const told = set.map((item) => item.told).find(({ group }) => group !== undefined) ?? set[0]?.told;
      return told === undefined ? [] : [{ members: set.map(({ entry }) => entry), told }];
    });
  });
}

/**
 * An "Update user" that says nothing of licences belongs here only as the failing twin of a marker (FACTS 6.4), or where it fails,
 * tells of no property at all and names a product: a failed assignment need not say what it was to change.
 */
function isOfLicences({ activity, joined, told }: Entry, isMarked: boolean): boolean {
  if (licenceActivities.get(activity)?.marks === true || told.kind === 'unreadable') return true;
  if (activity === 'add user') return false;
  const { record } = joined;
  if (record.outcome !== 'failure') return false;
  return (
    isMarked ||
    speaksOfLicences(record.change) ||
    (record.change.length === 0 && namedProducts(record).length > 0)
  );
}

function sequenceOf({ record }: JoinedRecord): string {
  return record.slice?.id ?? record.id;
}

/** The same sequence, complete in the other log. */
function joinSameSequence(sequence: readonly Entry[], drafts: readonly Draft[]): boolean {
  const [first] = sequence;
  const draft = drafts.find(({ members }) =>
    members.some(
      ({ joined }) =>
        joined.record.slice !== undefined &&
        first !== undefined &&
        sequenceOf(joined) === sequenceOf(first.joined),
    ),
  );
  draft?.members.push(...sequence);
  return draft !== undefined;
}

function joinNearest(entries: readonly Entry[], drafts: readonly Draft[]): boolean {
  const fitting = drafts.filter((draft) =>
    entries.every((entry) => outcomesAgree(entry, draft) && !claims(draft, entry)),
  );
  const nearest = fitting.toSorted((a, b) => distance(entries, a) - distance(entries, b))[0];
  nearest?.members.push(...entries);
  return nearest !== undefined;
}

/** Of two markers the one beside the change takes it, not the one that was written first. */
function nearestFirst(entries: readonly Entry[], drafts: readonly Draft[]): Entry[] {
  return entries
    .map((entry) => ({ entry, gap: Math.min(...drafts.map((draft) => distance([entry], draft))) }))
    .sort((a, b) => (a.gap === b.gap ? 0 : a.gap - b.gap))
    .map(({ entry }) => entry);
}

function distance(entries: readonly Entry[], { members }: Draft): number {
  return Math.abs(timeOf(members) - timeOf(entries));
}

/** A change has one record of each activity in each log; where a log tells the same change again, one more of each. */
function claims({ members }: Draft, { log, activity }: Entry): boolean {
  const ofThis = members.filter((member) => member.log === log && member.activity === activity);
  const tellings = groupedBy(
    members.filter(({ told }) => told.kind === 'told'),
    (member) => `${member.log} ${member.activity}`,
  );
  return ofThis.length >= Math.max(1, ...[...tellings.values()].map((same) => same.length));
}

function outcomesAgree({ joined }: Entry, draft: Draft): boolean {
  const { outcome } = joined.record;
  const decided = outcomeOf(draft.members);
  return outcome === 'unknown' || decided === 'unknown' || outcome === decided;
}

function outcomeOf(members: readonly Entry[]): AuditRecord['outcome'] {
  const outcomes = members.map(({ joined }) => joined.record.outcome);
  if (outcomes.includes('failure')) return 'failure';
  return outcomes.includes('success') ? 'success' : 'unknown';
}

/** Equal sets are noise, and no marker of a real change belongs to them while there is another place for it. */
function isReal({ told }: Draft): boolean {
  return told === undefined || told.changes;
}

function attemptOf({ members, told }: Draft): LicenceAttempt {
  return {
    of: members[0]?.of ?? 'user',
    failed: outcomeOf(members) === 'failure',
    members: members.map(({ joined }) => joined),
    ...(told === undefined ? {} : { told }),
  };
}

function timeOf(entries: readonly Entry[]): number {
  return Math.min(...entries.map(({ at }) => Date.parse(at)));
}

function byTimeAndRecord(a: Entry, b: Entry): number {
  return (
    compareText(a.at, b.at) ||
    compareText(a.log, b.log) ||
    compareText(a.joined.record.id, b.joined.record.id)
  );
}
