import { z } from 'zod';
import { readActivityRecord } from '../ingest/activity-record.ts';
import type { ActivityContent, CoverageRow, ReadOutcome } from '../ports.ts';
import type { SourceName } from '../timeline/coverage.ts';
import {
  type CollectedRecord,
  type Collector,
  days,
  type Gap,
  hours,
  later,
  minutes,
  shifted,
  type Sources,
  type StepOutcome,
  type TimeWindow,
} from './collector.ts';
import { follow } from './page-circle.ts';

/** Content is listed by when it arrived, at most seven days back, at most 24 hours at a time (FACTS 7.3). */
const keptFor = days(7) - minutes(10);
const longestWindow = hours(24);
const overlap = minutes(15);
/** How many blobs one step reads before it makes a checkpoint. */
const blobsInAStep = 20;
/** Codes of content that can never be read: missing, expired, bad id (FACTS 7.4). */
const lostContent = new Set(['AF20050', 'AF20051', 'AF20052']);
const notStarted = 'AF20022';

const stateSchema = z.object({
  windows: z.array(z.object({ from: z.string(), to: z.string() })),
  /** NextPageUri of the page of `windows[0]` that is being read. */
  page: z.string().optional(),
  /** How many blobs of that page are done. */
  blobs: z.number().int().default(0),
  trail: z.object({ mark: z.string(), steps: z.number(), limit: z.number() }).optional(),
  started: z.boolean().optional(),
  gaps: z.array(z.object({ from: z.string(), to: z.string(), reason: z.string() })).default([]),
  /** What earlier runs could not read. */
  again: z.array(z.object({ contentUri: z.string(), contentCreated: z.string() })).default([]),
});
type State = z.infer<typeof stateSchema>;

/** One content type of the Management Activity API, by time of arrival, page by page and blob by blob. */
export function activityContent(source: SourceName, contentType: string): Collector<State> {
  return {
    source,
    parseState: (state) => stateSchema.parse(state),
    plan: planWindows,
    step: (tenantId, state, sources) => step(contentType, tenantId, state, sources),
  };
}

function planWindows(row: CoverageRow | undefined, now: string): State {
  const end = wholeSecond(now);
  const last = row?.windows.at(-1)?.to;
  const oldest = shifted(end, -keptFor);
  const start = last === undefined ? oldest : wholeSecond(later(oldest, shifted(last, -overlap)));
  const gaps: Gap[] =
    last !== undefined && last < oldest
      ? [{ from: last, to: oldest, reason: 'not read within the seven days that the content is kept' }]
      : [];
  const windows: TimeWindow[] = [];
  for (let from = start; from < end;) {
    const day = shifted(from, longestWindow);
    const to = day < end ? day : end;
    windows.push({ from, to });
    from = to;
  }
  const again = (row?.gaps ?? []).flatMap(({ from, content }) =>
    content === undefined ? [] : [{ contentUri: content, contentCreated: from }],
  );
  return { windows, blobs: 0, gaps, again };
}

/** The service takes times of whole seconds; a fraction would make the longest window a second too long for it (FACTS 7.3). */
function wholeSecond(at: string): string {
  return new Date(Math.floor(Date.parse(at) / 1000) * 1000).toISOString();
}

async function step(
  contentType: string,
  tenantId: string,
  state: State,
  sources: Sources,
): Promise<StepOutcome<State>> {
  if (state.again.length > 0) return readAgain(tenantId, state, sources);
  const window = state.windows[0];
  if (window === undefined) return { kind: 'done', records: [], covered: [], gaps: state.gaps };
  const { activity } = sources;
  const list = await activity.listContent(tenantId, contentType, window, state.page);
  if (list.kind === 'refused' && list.code === notStarted && state.started !== true) {
    const start = await activity.start(tenantId, contentType);
    return start.kind === 'read'
      ? { kind: 'next', state: { ...state, started: true }, records: [], covered: [], gaps: [] }
      : start;
  }
  if (list.kind !== 'read') return list;

  const { content, next } = list.value;
  const wanted = content.slice(state.blobs, state.blobs + blobsInAStep);
  const blobs = await readBlobs(tenantId, wanted, sources);
  if (blobs.kind !== 'read') return blobs;
  const gaps = [...state.gaps, ...blobs.gaps];
  const reached = state.blobs + blobs.count;
  if (reached < content.length) {
    const { records, pause } = blobs;
    return {
      kind: 'next',
      state: { ...state, blobs: reached, gaps: [] },
      records,
      covered: [],
      gaps,
      ...pause,
    };
  }
  return afterPage(state, window, next, blobs.records, gaps);
}

/** What earlier runs could not read is tried first: it expires first. */
async function readAgain(tenantId: string, state: State, sources: Sources): Promise<StepOutcome<State>> {
  const wanted = state.again.slice(0, blobsInAStep);
  const blobs = await readBlobs(tenantId, wanted, sources);
  if (blobs.kind !== 'read') return blobs;
  const { records, gaps, pause } = blobs;
  return {
    kind: 'next',
    state: { ...state, again: state.again.slice(blobs.count) },
    records,
    covered: [],
    gaps,
    settled: wanted.slice(0, blobs.count).map(({ contentUri }) => contentUri),
    ...pause,
  };
}

type Blob = Pick<ActivityContent, 'contentUri' | 'contentCreated'>;
type Blobs =
  | {
      kind: 'read';
      records: CollectedRecord[];
      gaps: Gap[];
      /** How many of those that were wanted are done with. */
      count: number;
      pause: { afterSeconds?: number };
    }
  | Exclude<ReadOutcome<unknown[]>, { kind: 'read' }>;

/**
 * Reads blobs in order. One that cannot be read is a gap and never stops those behind it; only when the service answers later, or
 * knows the caller no more, the rest waits: what was read before it counts.
 */
async function readBlobs(tenantId: string, wanted: readonly Blob[], { activity }: Sources): Promise<Blobs> {
  const records: CollectedRecord[] = [];
  const gaps: Gap[] = [];
  for (const [count, { contentUri, contentCreated }] of wanted.entries()) {
    const blob = await activity.readContent(tenantId, contentUri);
    if (blob.kind === 'read') {
      records.push(...blob.value.map((raw) => ({ raw, read: readActivityRecord(raw, tenantId) })));
    } else if (blob.kind === 'later' || blob.permission !== undefined || blob.status === 401) {
      if (count === 0) return blob;
      const { afterSeconds } = blob.kind === 'later' ? blob : {};
      return {
        kind: 'read',
        records,
        gaps,
        count,
        pause: afterSeconds === undefined ? {} : { afterSeconds },
      };
    } else {
      const gone = blob.code !== undefined && lostContent.has(blob.code);
      const place = { from: contentCreated, to: contentCreated, reason: blob.reason };
      gaps.push(gone ? place : { ...place, content: contentUri });
    }
  }
  return { kind: 'read', records, gaps, count: wanted.length, pause: {} };
}

function afterPage(
  state: State,
  window: TimeWindow,
  next: string | undefined,
  records: CollectedRecord[],
  gaps: Gap[],
): StepOutcome<State> {
  if (next !== undefined) {
    const trail = follow(state.trail, next);
    if (trail === undefined)
      return { kind: 'refused', reason: 'the NextPageUri of the content list goes in a circle' };
    return {
      kind: 'next',
      state: { ...state, page: next, trail, blobs: 0, gaps: [] },
      records,
      covered: [],
      gaps,
    };
  }
  const windows = state.windows.slice(1);
  return windows.length === 0
    ? { kind: 'done', records, covered: [window], gaps }
    : { kind: 'next', state: { windows, blobs: 0, gaps: [], again: [] }, records, covered: [window], gaps };
}
