import { logNames } from '../ingest/audit-record.ts';
import type { LogName } from '../ingest/audit-record.ts';
import { licenceSourceOf } from '../coverage/coverage.ts';
import type { Coverage } from '../coverage/coverage.ts';
import { mergeWindows } from '../coverage/windows.ts';
import { compareText } from '../text/order.ts';
import { minutesAfter } from '../time/moments.ts';

/** A time in which nobody has read a log: without `from` all before `to`, without `to` all since `from`, without both ever. */
export interface UnreadTime {
  log: LogName;
  from?: string;
  to?: string;
}

/** Whether "no record exists" may be said (law 5). */
export type Settled =
  /** `unread`: why it is no more than likely although the last record must be here. */
  | {
      kind: 'settled';
      between: [string, string];
      confidence: 'likely' | 'certain';
      certainBy: string;
      unread: UnreadTime[];
    }
  /** Of these times, and waiting does not change it. */
  | { kind: 'unread'; unread: UnreadTime[] };

/** Records may still arrive until `settledBy`. What of `unread` they would have been in never comes. */
export interface Early {
  kind: 'early';
  settledBy: string;
  unread: UnreadTime[];
}

/** No record of either log comes later (FACTS 7.3). */
export const certainMinutes = 7 * 24 * 60;

/**
 * For something that happened at `at`: both logs are read without a gap from then to its latest arrival, and that is over. Some few
 * records come later still, so until none can it is only likely.
 */
export function settledFor(at: string, coverage: Coverage, now: string): Settled | Early {
  const { latestArrivalMinutes } = coverage;
  const settledBy = minutesAfter(at, latestArrivalMinutes);
  const certainBy = minutesAfter(at, Math.max(certainMinutes, latestArrivalMinutes));
  const unread = unreadBetween(at, settledBy, coverage);
  const moment = minutesAfter(now, 0);
  if (moment < settledBy) {
    return { kind: 'early', settledBy, unread: unread.filter(({ to }) => to !== undefined && to <= moment) };
  }
  if (unread.length > 0) return { kind: 'unread', unread };
  if (moment < certainBy) {
    return { kind: 'settled', between: [at, settledBy], confidence: 'likely', certainBy, unread: [] };
  }
  const later = unreadBetween(at, certainBy, coverage);
  return later.length > 0
    ? { kind: 'settled', between: [at, settledBy], confidence: 'likely', certainBy, unread: later }
    : { kind: 'settled', between: [at, certainBy], confidence: 'certain', certainBy, unread: [] };
}

/** For something of which nobody knows when: what happened later than the latest arrival before `now` cannot be judged yet. */
export function settledUpTo(coverage: Coverage, now: string): Settled {
  const until = minutesAfter(now, -coverage.latestArrivalMinutes);
  const unread = unreadBetween('', now, coverage);
  // What is not read yet of the time since then is no reason; what cannot be read of it is, for it may have brought what came late.
  const inTheWay = unread.filter(({ from = '', to }) => (to === undefined ? from < until : to >= until));
  if (inTheWay.length > 0) return { kind: 'unread', unread: inTheWay };
  const from = unread.flatMap(({ to }) => (to === undefined || to >= until ? [] : [to])).reduce(later, '');
  const certainBy = minutesAfter(until, certainMinutes);
  return { kind: 'settled', between: [from, until], confidence: 'likely', certainBy, unread: [] };
}

/**
 * The times between `from` and `to` in which a log was not read, each in its whole length, in order of log and time. A record of then
 * may have been due in any gap up to its latest arrival: gaps count by arrival (FACTS 7.3).
 */
function unreadBetween(from: string, to: string, { windows, gaps = [] }: Coverage): UnreadTime[] {
  const [begin, end] = [from === '' ? '' : minutesAfter(from, 0), minutesAfter(to, 0)];
  return logNames.flatMap((log): UnreadTime[] => {
    const ofLog = ({ source }: { source: string }): boolean => source === licenceSourceOf[log];
    const known = mergeWindows(windows.filter(ofLog));
    // As long as nothing was read, the last gap says from when on it will be.
    const begun = gaps
      .filter(ofLog)
      .map((gap) => minutesAfter(gap.to, 0))
      .reduce(later, '');
    const read = known.length === 0 && begun !== '' ? [{ from: begun, to: begun }] : known;
    const lost = gaps
      .filter(ofLog)
      .map((gap) => ({ from: minutesAfter(gap.from, 0), to: minutesAfter(gap.to, 0) }))
      .filter((gap) => gap.from <= end && gap.to >= begin);
    // A gap says from when on there was anything to be read; before the first window nothing else does.
    const head = lost.find((gap) => gap.from <= begin && gap.to >= begin)?.from ?? '';
    const holes = ['', ...read.map((window) => window.to)]
      .map((hole, index) => ({ from: hole === '' ? head : hole, to: read[index]?.from ?? never }))
      .filter((hole) => hole.from < end && hole.to > begin);
    return joined([...holes, ...lost]).map((time) => ({
      log,
      ...(time.from === '' ? {} : { from: time.from }),
      ...(time.to === never ? {} : { to: time.to }),
    }));
  });
}

/** Behind every moment. */
const never = '~';

interface Span {
  from: string;
  to: string;
}

/** What overlaps is one. */
function joined(spans: readonly Span[]): Span[] {
  const times: Span[] = [];
  for (const span of spans.toSorted((a, b) => compareText(a.from, b.from))) {
    const last = times.at(-1);
    if (last === undefined || last.to <= span.from) times.push(span);
    else times[times.length - 1] = { from: last.from, to: later(last.to, span.to) };
  }
  return times;
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}
