import type { AuditRecord } from '../ingest/audit-record.ts';
import { minutesAfter } from '../time/moments.ts';
import { chained, compareText, groupedBy } from '../text/order.ts';
import { joinReachMinutes } from './join-reach.ts';

/** So near the newest record the next one often lies: a cut there would not stand. */
const quietMinutes = joinReachMinutes + 5;

/** Of two neighbours that are kept the older is at most so many times as old, where there was a choice. */
const ageRatio = 16;
/** Records come later than this only from a replayed message; then the oldest cut that is kept may serve, or none. */
const longestAgeMinutes = 30 * 24 * 60;

/**
 * Moments at which the records of one subject can be parted: the facts of those up to it and of those after it are the facts of all.
 * None goes through a second, for facts of one second are seen together, nor through what may tell one thing.
 * @param least how many records must lie before the first cut; what is remembered of fewer costs more than it saves
 * @returns ISO 8601, UTC, in order; few, farther apart the older they are
 */
export function cutsOf(records: readonly AuditRecord[], least: number): string[] {
  const times = records.map(({ at }) => at).sort(compareText);
  const newest = times.at(-1);
  if (newest === undefined || times.length < least) return [];
  const latest = minutesAfter(newest, -quietMinutes);
  const joined = joinedSpans(records);
  const cuts: string[] = [];
  let span = 0;
  let joinedUntil = '';
  for (const [index, at] of times.entries()) {
    const next = times[index + 1];
    if (at >= latest || next === undefined) break;
    for (let each = joined[span]; each !== undefined && each.from <= at; each = joined[(span += 1)]) {
      if (each.to > joinedUntil) joinedUntil = each.to;
    }
    if (index + 1 >= least && joinedUntil <= at && secondOf(at) !== secondOf(next)) cuts.push(at);
  }
  return thinnedCuts(cuts, newest);
}

/** Whether what was computed up to a cut still holds when a record of `recordAt` comes, which was not known then. */
export function cutHolds(cut: string, recordAt: string): boolean {
  return cut < minutesAfter(recordAt, -joinReachMinutes);
}

/**
 * Which cuts are worth keeping: the newest, for the next record, and older ones, for records that come late. Those of many evaluations
 * can be thinned again and again: some stay in every age.
 * @param newest time of the newest record
 */
export function thinnedCuts(cuts: readonly string[], newest: string): string[] {
  const byAge = [...new Set(cuts)].sort(compareText).reverse();
  const ageOf = (cut: string): number => Date.parse(newest) - Date.parse(cut);
  const kept: string[] = [];
  let index = 0;
  for (let cut = byAge[index]; cut !== undefined; cut = byAge[index]) {
    kept.push(cut);
    const age = ageOf(cut);
    if (age > longestAgeMinutes * 60_000) break;
    const within = byAge.findLastIndex((other) => ageOf(other) <= age * ageRatio);
    index = Math.max(index + 1, within);
  }
  return kept.reverse();
}

export function secondOf(at: string): string {
  return at.slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
}

/**
 * From the first to the last of records that may tell one thing, in order of their beginning: readings of one record, parts of one
 * sequence, whatever bears one correlation id, as long as none lies farther from the one before than records can join.
 */
function joinedSpans(records: readonly AuditRecord[]): { from: string; to: string }[] {
  const keyed = records.flatMap(({ id, log, slice, correlationId, at }) => [
    { key: `id ${log} ${id}`, at },
    ...(slice === undefined ? [] : [{ key: `slice ${slice.id}`, at }]),
    ...(correlationId === undefined ? [] : [{ key: `correlation ${correlationId.toLowerCase()}`, at }]),
  ]);
  return [...groupedBy(keyed, ({ key }) => key).values()]
    .filter(({ length }) => length > 1)
    .flatMap((same) => chained(same, joinReachMinutes * 60))
    .flatMap((run) => {
      const [from, to] = [run[0]?.at, run.at(-1)?.at];
      return from === undefined || to === undefined || from === to ? [] : [{ from, to }];
    })
    .sort((left, right) => compareText(left.from, right.from));
}
