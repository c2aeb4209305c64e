import { logNames } from '../ingest/audit-record.ts';
import type { LogName } from '../ingest/audit-record.ts';
import { licenceSourceOf } from './coverage.ts';
import type { Coverage, CoverageWindow } from './coverage.ts';
import { mergeWindows } from './coverage-windows.ts';
import { minutesAfter } from './moments.ts';

/** Whether "no record exists" may be said (law 5). */
export type Settled =
  | { kind: 'settled'; between: [string, string] }
  /** Nobody has read these logs for that time, and waiting does not change it. */
  | { kind: 'unread'; logs: LogName[] };

/** Records may still arrive until `settledBy`. */
export interface Early {
  kind: 'early';
  settledBy: string;
}

/** For something that happened at `at`: both logs are read without a gap from then to its latest arrival, and that is over. */
export function settledFor(at: string, coverage: Coverage, now: string): Settled | Early {
  const settledBy = minutesAfter(at, coverage.latestArrivalMinutes);
  if (Date.parse(now) < Date.parse(settledBy)) return { kind: 'early', settledBy };
  const windows = windowsAround(at, coverage);
  const logs = logNames.filter((log) => {
    const window = windows.get(log);
    return window === undefined || window.to < settledBy || gapsOf(log, coverage, at, settledBy).length > 0;
  });
  return logs.length === 0 ? { kind: 'settled', between: [at, settledBy] } : { kind: 'unread', logs };
}

/** For something of which nobody knows when: what happened later than the latest arrival before `now` cannot be judged yet. */
export function settledUpTo(coverage: Coverage, now: string): Settled {
  const until = minutesAfter(now, -coverage.latestArrivalMinutes);
  const windows = windowsAround(until, coverage);
  const readFrom = new Map(
    [...windows].map(([log, window]): [LogName, string] => {
      const gaps = gapsOf(log, coverage, window.from, now).map(({ to }) => minutesAfter(to, 0));
      return [log, [window.from, ...gaps].reduce(later)];
    }),
  );
  const logs = logNames.filter((log) => (readFrom.get(log) ?? now) >= until);
  if (logs.length > 0) return { kind: 'unread', logs };
  return { kind: 'settled', between: [[...readFrom.values()].reduce(later), until] };
}

/** A record of `from` may have been due in any gap up to its latest arrival: gaps count by arrival (FACTS 7.3). */
function gapsOf(log: LogName, { gaps = [] }: Coverage, from: string, to: string): CoverageWindow[] {
  return gaps.filter(
    (gap) =>
      gap.source === licenceSourceOf[log] &&
      Date.parse(gap.from) <= Date.parse(to) &&
      Date.parse(gap.to) >= Date.parse(from),
  );
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function windowsAround(at: string, { windows }: Coverage): Map<LogName, CoverageWindow> {
  const moment = minutesAfter(at, 0);
  const merged = mergeWindows(windows);
  return new Map(
    logNames.flatMap((log): [LogName, CoverageWindow][] => {
      const window = merged.find(
        ({ source, from, to }) => source === licenceSourceOf[log] && from <= moment && moment <= to,
      );
      return window === undefined ? [] : [[log, window]];
    }),
  );
}
