import { z } from 'zod';
import { readGraphAudit } from '../ingest/graph-audit.ts';
import type { LogCoverageRow } from '../coverage/coverage-store.ts';
import type { LogProgress, TimeWindow } from '../coverage/log-coverage.ts';
import type { GraphPage } from '../services/graph.ts';
import {
  type CollectedItem,
  type Collector,
  days,
  earlier,
  hours,
  later,
  minutes,
  shifted,
  type StepOutcome,
} from './collector.ts';
import { logCoverage } from './coverage-kinds.ts';
import { follow } from './page-circle.ts';

/** As far back as Entra keeps with P1 or P2; without, it gives seven days and no error (FACTS 6.1). */
const keptFor = days(30);
/** What every tenant has. Premium counts only from when it was bought, so that further back a record has to show it (FACTS 6.1). */
const keptByAll = days(7);
const notKept =
  'read too late: the log is sure to be kept for seven days only, and no record of then was there';
/** Neighbouring windows overlap, because a record may be listed some minutes after its time (FACTS 6.1). */
const overlap = minutes(15);
/** Windows are read again for records that came later still; not more often than `every`. */
const rereads = {
  short: { after: hours(2), every: minutes(30) },
  long: { after: hours(24), every: hours(2) },
} as const;
/** `$top` 1000 was seen to work (FACTS 6.1); 999 is the general maximum of Graph. */
const pageSize = 999;

const windowSchema = z.object({ from: z.string(), to: z.string() });
const stateSchema = z.object({
  windows: z.array(windowSchema),
  /** Path of the next page of `windows[0]`. */
  page: z.string().optional(),
  trail: z.object({ mark: z.string(), steps: z.number(), limit: z.number() }).optional(),
  /** Set where the tenant answers 400 to a filter on the time: pages come newest first and end at the window's start. */
  newestFirst: z.boolean().optional(),
  reread: z.object({ short: z.string(), long: z.string() }),
  /** Up to where everything counts as read; absent where nothing was ever read. */
  readTo: z.string().optional(),
  /** From when on the log is there: what every tenant has, or the oldest record that was read. */
  keptFrom: z.string().optional(),
});
type State = z.infer<typeof stateSchema>;

/** Entra's directory audits, by time of the event, in pages. */
export const entraDirectoryAudits: Collector<State, LogCoverageRow, LogProgress> = {
  source: 'entra-directory-audits',
  everyMinutes: 5,
  coverage: logCoverage,
  parseState: (state) => stateSchema.parse(state),
  plan: planWindows,
  async step(tenantId, state, { graph }) {
    const window = state.windows[0];
    if (window === undefined) {
      return { kind: 'done', items: [], progress: { covered: [], gaps: [], reread: state.reread } };
    }
    const reply = await graph.readPage(tenantId, state.page ?? firstPage(window, state.newestFirst === true));
    switch (reply.kind) {
      case 'later':
        return reply;
      case 'refused':
        return reply.status === 400 && state.page === undefined && state.newestFirst !== true
          ? { kind: 'next', state: unfiltered(state), items: [], progress: { covered: [], gaps: [] } }
          : reply;
      case 'read':
        return afterPage(state, window, reply.value, tenantId);
    }
  },
};

function planWindows(row: LogCoverageRow | undefined, now: string): State {
  const last = row?.windows.at(-1)?.to;
  const oldest = shifted(now, -keptFor);
  const windows: TimeWindow[] = [
    { from: last === undefined ? oldest : later(oldest, shifted(last, -overlap)), to: now },
  ];
  const reread = {
    short: row?.reread?.short ?? shifted(now, -rereads.short.after),
    long: row?.reread?.long ?? shifted(now, -rereads.long.after),
  };
  for (const name of ['short', 'long'] as const) {
    const { after, every } = rereads[name];
    const to = shifted(now, -after);
    if (last === undefined || Date.parse(to) - Date.parse(reread[name]) < every) continue;
    windows.push({ from: later(oldest, reread[name]), to });
    reread[name] = to;
  }
  return {
    windows,
    reread,
    ...(last === undefined ? {} : { readTo: last }),
    keptFrom: shifted(now, -keptByAll),
  };
}

function firstPage(window: TimeWindow, newestFirst: boolean): string {
  const query = new URLSearchParams({ $top: String(pageSize) });
  if (!newestFirst) {
    query.set('$filter', `activityDateTime ge ${window.from} and activityDateTime le ${window.to}`);
  }
  return `/auditLogs/directoryAudits?${query.toString().replaceAll('+', '%20')}`;
}

/** Some tenants refuse a filter on activityDateTime with 400 (FACTS 6.1): one pass back to the earliest start instead. */
function unfiltered(state: State): State {
  const from = state.windows.map((window) => window.from).reduce(earlier);
  const to = state.windows.map((window) => window.to).reduce(later);
  const { page: _, trail: _trail, ...rest } = state;
  return { ...rest, windows: [{ from, to }], newestFirst: true };
}

function afterPage(
  state: State,
  window: TimeWindow,
  page: GraphPage,
  tenantId: string,
): StepOutcome<State, LogProgress> {
  const items = page.value.map((raw) => ({
    kind: 'record' as const,
    raw,
    read: readGraphAudit(raw, tenantId),
  }));
  const keptFrom = oldestOf(items, state.keptFrom);
  const next = state.newestFirst === true && reaches(items, window.from) ? undefined : page.next;
  if (next === undefined) {
    const windows = state.windows.slice(1);
    const { page: _, trail: _trail, newestFirst: _first, readTo, ...rest } = state;
    const { reread } = rest;
    const progress = coveredOf(window, keptFrom, readTo);
    return windows.length === 0
      ? { kind: 'done', items, progress: { ...progress, reread } }
      : { kind: 'next', state: { ...rest, ...kept(keptFrom), windows }, items, progress };
  }
  const trail = follow(state.trail, next);
  if (trail === undefined) {
    return { kind: 'refused', reason: 'the next links of /auditLogs/directoryAudits go in a circle' };
  }
  return {
    kind: 'next',
    state: { ...state, ...kept(keptFrom), page: next, trail },
    items,
    progress: { covered: [], gaps: [] },
  };
}

/** What is not kept is not listed, without a word: of a window only that counts which is sure to have been there. */
function coveredOf(
  { from, to }: TimeWindow,
  keptFrom: string | undefined,
  readTo: string | undefined,
): LogProgress {
  const begin = later(from, keptFrom ?? from);
  const isMissed = readTo !== undefined && readTo < begin;
  return {
    covered: begin < to ? [{ from: begin, to }] : [],
    gaps: isMissed ? [{ from: readTo, to: begin, reason: notKept }] : [],
  };
}

function oldestOf(items: readonly Read[], keptFrom: string | undefined): string | undefined {
  if (keptFrom === undefined) return undefined;
  return items.flatMap((item) => timeOf(item) ?? []).reduce(earlier, keptFrom);
}

function kept(keptFrom: string | undefined): Pick<State, 'keptFrom'> {
  return keptFrom === undefined ? {} : { keptFrom };
}

/** Newest first: a record from before `from` means that everything from then on has been seen. */
function reaches(items: readonly Read[], from: string): boolean {
  return items.some((item) => {
    const at = timeOf(item);
    return at !== undefined && at < from;
  });
}

type Read = Extract<CollectedItem, { kind: 'record' }>;

function timeOf({ read }: Read): string | undefined {
  return read.kind === 'record' ? read.record.at : read.kind === 'ignored' ? read.at : undefined;
}
