import { z } from 'zod';
import { readGraphAudit } from '../ingest/graph-audit.ts';
import type { CoverageRow, GraphPage } from '../ports.ts';
import {
  type CollectedRecord,
  type Collector,
  days,
  earlier,
  hours,
  later,
  minutes,
  shifted,
  type StepOutcome,
  type TimeWindow,
} from './collector.ts';
import { follow } from './page-circle.ts';

/** As far back as Entra keeps with P1 or P2; without, it gives seven days and no error (FACTS 6.1). */
const keptFor = days(30);
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
});
type State = z.infer<typeof stateSchema>;

/** Entra's directory audits, by time of the event, in pages. */
export const entraDirectoryAudits: Collector<State> = {
  source: 'entra-directory-audits',
  parseState: (state) => stateSchema.parse(state),
  plan: planWindows,
  async step(tenantId, state, { graph }) {
    const window = state.windows[0];
    if (window === undefined)
      return { kind: 'done', records: [], covered: [], gaps: [], reread: state.reread };
    const reply = await graph.readPage(tenantId, state.page ?? firstPage(window, state.newestFirst === true));
    switch (reply.kind) {
      case 'later':
        return reply;
      case 'refused':
        return reply.status === 400 && state.page === undefined && state.newestFirst !== true
          ? { kind: 'next', state: unfiltered(state), records: [], covered: [], gaps: [] }
          : reply;
      case 'read':
        return afterPage(state, window, reply.value, tenantId);
    }
  },
};

function planWindows(row: CoverageRow | undefined, now: string): State {
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
  return { windows, reread };
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
  return { windows: [{ from, to }], newestFirst: true, reread: state.reread };
}

function afterPage(state: State, window: TimeWindow, page: GraphPage, tenantId: string): StepOutcome<State> {
  const records: CollectedRecord[] = page.value.map((raw) => ({ raw, read: readGraphAudit(raw, tenantId) }));
  const next = state.newestFirst === true && reaches(records, window.from) ? undefined : page.next;
  if (next === undefined) {
    const windows = state.windows.slice(1);
    return windows.length === 0
      ? { kind: 'done', records, covered: [window], gaps: [], reread: state.reread }
      : { kind: 'next', state: { windows, reread: state.reread }, records, covered: [window], gaps: [] };
  }
  const trail = follow(state.trail, next);
  if (trail === undefined) {
    return { kind: 'refused', reason: 'the next links of /auditLogs/directoryAudits go in a circle' };
  }
  return { kind: 'next', state: { ...state, page: next, trail }, records, covered: [], gaps: [] };
}

/** Newest first: a record from before `from` means that everything from then on has been seen. */
function reaches(records: readonly CollectedRecord[], from: string): boolean {
  return records.some(({ read }) => {
    const at = read.kind === 'record' ? read.record.at : read.kind === 'ignored' ? read.at : undefined;
    return at !== undefined && at < from;
  });
}
