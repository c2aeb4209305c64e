import { z } from 'zod';
import { readActivityRecord } from '../ingest/activity-record.ts';
import type { ActivityContent, CoverageRow } from '../ports.ts';
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
  return { windows, blobs: 0, gaps };
}

/** The service takes times of whole seconds; a fraction would make the longest window a second too long for it (FACTS 7.3). */
function wholeSecond(at: string): string {
  return new Date(Math.floor(Date.parse(at) / 1000) * 1000).toISOString();
}

async function step(
  contentType: string,
  tenantId: string,
  state: State,
  { activity }: Sources,
): Promise<StepOutcome<State>> {
  const window = state.windows[0];
  if (window === undefined) return { kind: 'done', records: [], covered: [], gaps: state.gaps };
  const list = await activity.listContent(tenantId, contentType, window, state.page);
  if (list.kind === 'refused' && list.code === notStarted && state.started !== true) {
    const start = await activity.start(tenantId, contentType);
    return start.kind === 'read'
      ? { kind: 'next', state: { ...state, started: true }, records: [], covered: [], gaps: [] }
      : start;
  }
  if (list.kind !== 'read') return list;

  const { content, next } = list.value;
  const records: CollectedRecord[] = [];
  const gaps: Gap[] = [...state.gaps];
  const end = Math.min(content.length, state.blobs + blobsInAStep);
  for (const [index, item] of content.slice(state.blobs, end).entries()) {
    const blob = await activity.readContent(tenantId, item.contentUri);
    if (blob.kind === 'read') {
      records.push(...blob.value.map((raw) => ({ raw, read: readActivityRecord(raw, tenantId) })));
    } else if (blob.kind === 'refused' && blob.code !== undefined && lostContent.has(blob.code)) {
      gaps.push(lostBlob(item, blob.reason));
    } else if (index === 0) {
      return blob;
    } else {
      // What was read so far counts; the blob that failed is the first of the next step.
      const pause =
        blob.kind === 'later' && blob.afterSeconds !== undefined ? { afterSeconds: blob.afterSeconds } : {};
      const reached = { ...state, blobs: state.blobs + index, gaps: [] };
      return { kind: 'next', state: reached, records, covered: [], gaps, ...pause };
    }
  }
  if (end < content.length) {
    return { kind: 'next', state: { ...state, blobs: end, gaps: [] }, records, covered: [], gaps };
  }
  return afterPage(state, window, next, records, gaps);
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
    : { kind: 'next', state: { windows, blobs: 0, gaps: [] }, records, covered: [window], gaps };
}

function lostBlob(item: ActivityContent, reason: string): Gap {
  return { from: item.contentCreated, to: item.contentCreated, reason };
}
