import { z } from 'zod';
import { readActivityRecord } from '../ingest/activity-record.ts';
import type { ActivityContent } from '../services/activity-api.ts';
import type { Gap, LogCoverageRow } from '../coverage/coverage-store.ts';
import type { LogProgress, TimeWindow } from '../coverage/log-coverage.ts';
import type { SourceName } from '../coverage/coverage.ts';
import type { ReadOutcome } from '../services/read-outcome.ts';
import {
  type CollectedItem,
  type Collector,
  days,
  earlier,
  hours,
  later,
  minutes,
  shifted,
  type Sources,
  type StepOutcome,
} from './collector.ts';
import {
  afterWindow,
  listedFrom,
  offUntil,
  readToOf,
  startedAt,
  type Subscription,
  subscriptionOf,
  subscriptionSchema,
  withListed,
  withoutKnown,
} from './content-subscription.ts';
import { logCoverage } from './coverage-kinds.ts';
import { follow } from './page-circle.ts';

/** Content is listed by when it arrived, at most seven days back, at most 24 hours at a time (FACTS 7.3). */
const keptFor = days(7) - minutes(10);
const longestWindow = hours(24);
const overlap = minutes(15);
/** How many blobs one step reads before it makes a checkpoint. */
const blobsInAStep = 20;
/** Each may hang until its time limit, so a step does not wait for more of them. */
const failuresInAStep = 5;
/** Codes of content that can never be read: missing, expired, bad id (FACTS 7.4). */
const lostContent = new Set(['AF20050', 'AF20051', 'AF20052']);
/** There is no subscription, or it is disabled; the second may come although auditing is on, so it is started all the same (FACTS 7.3). */
const notOn = new Set(['AF20022', 'AF20023']);

/** The same words each time, so that gaps that touch become one. */
const notInTime = 'not read within the seven days that the content is kept';

/**
 * Content that cannot be read is put aside as a gap and tried again at the end of its run, so that it holds up nothing: so often within
 * that run, so long apart, and then once in later runs, ever more rarely.
 */
const triesInItsRun = 3;
const secondsBetweenTries = 5;
const longestBetweenTries = hours(4);
/** How much of what earlier runs could not read one run tries again. */
const mostAgain = 40;
/** So much unread content is no matter of single pieces: the source waits for the service then. It also fits a row. */
const mostUnread = 500;

const contentSchema = z.object({
  contentUri: z.string(),
  contentCreated: z.string(),
  tries: z.number().int().default(0),
});
const stateSchema = z.object({
  windows: z.array(z.object({ from: z.string(), to: z.string() })),
  /** NextPageUri of the page of `windows[0]` that is being read. */
  page: z.string().optional(),
  /** How many blobs of that page are done. */
  blobs: z.number().int().default(0),
  trail: z.object({ mark: z.string(), steps: z.number(), limit: z.number() }).optional(),
  /** The subscription is off: it is started before anything is listed. */
  starting: z.boolean().optional(),
  started: z.boolean().optional(),
  /** A run that another build has begun does not know it. */
  subscription: subscriptionSchema.optional(),
  gaps: z.array(z.object({ from: z.string(), to: z.string(), reason: z.string() })).default([]),
  /** What is tried again when all windows are read. */
  again: z.array(contentSchema).default([]),
  /** How much content stands in gaps. */
  unread: z.number().int().default(0),
  /** When the run began. */
  begunAt: z.string().optional(),
});
type State = z.infer<typeof stateSchema>;
type Content = z.infer<typeof contentSchema>;
type Outcome = StepOutcome<State, LogProgress>;

/** One content type of the Management Activity API, by time of arrival, page by page and blob by blob. */
export function activityContent(
  source: SourceName,
  contentType: string,
): Collector<State, LogCoverageRow, LogProgress> {
  return {
    source,
    everyMinutes: 5,
    coverage: logCoverage,
    parseState: (state) => stateSchema.parse(state),
    plan: planRun,
    step: (tenantId, state, sources) => step(contentType, tenantId, state, sources),
  };
}

function planRun(row: LogCoverageRow | undefined, now: string, byHand: boolean): State {
  const end = wholeSecond(now);
  const oldest = shifted(end, -keptFor);
  const subscription = subscriptionOf(row, oldest, end);
  const readTo = readToOf(row);
  const start =
    readTo === undefined ? oldest : wholeSecond(later(oldest, listedFrom(subscription, row, overlap, end)));
  const gaps =
    readTo !== undefined && readTo < oldest ? [{ from: readTo, to: oldest, reason: notInTime }] : [];
  const windows: TimeWindow[] = [];
  for (let from = start; from < end;) {
    const day = shifted(from, longestWindow);
    const to = day < end ? day : end;
    windows.push({ from, to });
    from = to;
  }
  const unread = (row?.gaps ?? []).filter(({ content }) => content !== undefined);
  const again = unread
    .filter((gap) => byHand || isDue(gap, now))
    .slice(0, mostAgain)
    .flatMap(({ from, content, tries = triesInItsRun }) =>
      content === undefined ? [] : [{ contentUri: content, contentCreated: from, tries }],
    );
  return {
    windows,
    blobs: 0,
    gaps,
    again,
    unread: unread.length,
    begunAt: now,
    subscription,
    ...(row?.off === true ? { starting: true } : {}),
  };
}

/** Soon at first, then twice as long after each try. */
function isDue({ tries = 0, triedAt }: Gap, now: string): boolean {
  const wait = minutes(5) * 2 ** Math.min(Math.max(0, tries - triesInItsRun), 10);
  return triedAt === undefined || shifted(triedAt, Math.min(wait, longestBetweenTries)) <= now;
}

/** The service takes times of whole seconds; a fraction would make the longest window a second too long for it (FACTS 7.3). */
function wholeSecond(at: string): string {
  return new Date(Math.floor(Date.parse(at) / 1000) * 1000).toISOString();
}

async function step(contentType: string, tenantId: string, state: State, sources: Sources): Promise<Outcome> {
  const { activity, clock } = sources;
  const now = clock.now().toISOString();
  if (state.starting === true) return start(contentType, tenantId, state, sources);
  const kept = withoutExpired(state, now);
  const subscription = subscriptionIn(kept);
  const window = kept.windows[0];
  if (window === undefined) return readAgain(tenantId, kept, sources);
  const list = await activity.listContent(tenantId, contentType, window, kept.page);
  if (list.kind === 'refused' && notOn.has(list.code ?? '') && kept.started !== true) {
    // Written down before it is started: once it is on, nothing shows any more that it was off.
    const off = { covered: [], gaps: [...kept.gaps, offUntil(subscription, now)], off: true as const };
    return { kind: 'next', state: { ...kept, gaps: [], starting: true }, items: [], progress: off };
  }
  if (list.kind !== 'read') return explained(list);

  const listed: State = { ...kept, subscription: withListed(subscription, list.value.content) };
  const { known } = subscription;
  const content = list.value.content.filter(
    ({ contentUri }) => contentUri !== known?.content || !known.isRead,
  );
  const { next } = list.value;
  const page = content.slice(listed.blobs, listed.blobs + blobsInAStep);
  const wanted = page.map(({ contentUri, contentCreated }) => ({ contentUri, contentCreated, tries: 0 }));
  const room = Math.max(0, mostUnread - listed.unread);
  const blobs = await readBlobs(tenantId, wanted, Math.min(failuresInAStep, room), listed, sources);
  if (blobs.kind !== 'read') return blobs;
  const { items, aside, gaps, readAtLast, pause } = blobs;
  const after: State = {
    ...listed,
    blobs: listed.blobs + blobs.count,
    gaps: [],
    // More is tried by later runs: it stands in the gaps.
    again: [...listed.again, ...aside].slice(0, 2 * mostAgain),
    unread: listed.unread + aside.length,
  };
  const progress = { covered: [], gaps: [...listed.gaps, ...gaps], readAtLast };
  return after.blobs < content.length
    ? { kind: 'next', state: after, items, progress, ...pause }
    : afterPage(after, window, next, { items, progress, pause });
}

/** What is given out after a start is only what comes from then on: all before it that was not read is lost (FACTS 7.2). */
async function start(
  contentType: string,
  tenantId: string,
  { starting: _, ...state }: State,
  { activity, clock }: Sources,
): Promise<Outcome> {
  const started = await activity.start(tenantId, contentType);
  if (started.kind !== 'read') return explained(started);
  const now = clock.now().toISOString();
  const gap = offUntil(subscriptionIn(state), now);
  return {
    kind: 'next',
    state: { ...state, gaps: [], started: true, subscription: startedAt(now) },
    items: [],
    progress: { covered: [], gaps: [...state.gaps, gap], givenSince: now },
  };
}

/** What a refusal means that only somebody in the tenant can mend (FACTS 7.1, 7.3, 7.4). */
const meanings: Readonly<Record<string, string>> = {
  AF20011: 'unified auditing was never switched on in the tenant (purview.microsoft.com > Audit)',
  AF20012: 'unified auditing is not set up in the tenant (purview.microsoft.com > Audit)',
  AF20022: 'there is no subscription although it was just started',
  AF20023:
    'an administrator of the tenant or of Microsoft has disabled the subscription, and it cannot be started',
};

function explained<F extends Exclude<ReadOutcome<unknown>, { kind: 'read' }>>(failure: F): F {
  const meaning = failure.kind === 'refused' ? meanings[failure.code ?? ''] : undefined;
  return meaning === undefined ? failure : { ...failure, reason: `${failure.reason}: ${meaning}` };
}

function subscriptionIn({ subscription, windows }: State): Subscription {
  return subscription ?? { readTo: windows[0]?.from ?? '', isDoubted: false };
}

/** A run that had to wait may come to a window whose beginning is not given out any more: the service refuses it as a whole (FACTS 7.3). */
function withoutExpired(state: State, now: string): State {
  const [window, ...windows] = state.windows;
  if (window === undefined || state.page !== undefined || window.from >= shifted(now, -days(7))) return state;
  const oldest = wholeSecond(shifted(now, -keptFor));
  const kept = window.to > oldest ? [{ from: oldest, to: window.to }, ...windows] : windows;
  const until = earlier(oldest, window.to);
  const subscription = withoutKnown(subscriptionIn(state));
  const { since, readTo } = subscription;
  // Until it is known that the subscription was on nothing counts as read, and a gap that is told then holds this.
  const isLost = since !== undefined && readTo < until;
  const after: State = {
    ...state,
    windows: kept,
    ...(isLost ? { gaps: [...state.gaps, { from: readTo, to: until, reason: notInTime }] } : {}),
    subscription: isLost ? { ...subscription, readTo: until } : subscription,
  };
  return kept.length < state.windows.length ? withoutExpired(after, now) : after;
}

/**
 * What could not be read is tried once all else is read. A step ends with the first that fails, because each may hang; and the run may
 * end after each, so that new content never waits for old.
 */
async function readAgain(tenantId: string, state: State, sources: Sources): Promise<Outcome> {
  if (state.again.length === 0)
    return { kind: 'done', items: [], progress: { covered: [], gaps: state.gaps } };
  const wanted = state.again.slice(0, blobsInAStep);
  const blobs = await readBlobs(tenantId, wanted, 1, state, sources);
  if (blobs.kind !== 'read') return blobs;
  const { items, gaps, aside, count, readAtLast, pause } = blobs;
  const left = state.again.slice(count);
  const once = aside.filter(({ tries }) => tries < triesInItsRun);
  const again = [...left, ...once];
  const progress = { covered: [], gaps: [...state.gaps, ...gaps], readAtLast };
  if (again.length === 0) return { kind: 'done', items, progress };
  // Nothing else is left to be read before the same content is tried once more.
  const rest = left.length === 0 ? { afterSeconds: secondsBetweenTries } : {};
  return {
    kind: 'next',
    state: { ...state, gaps: [], again },
    items,
    progress,
    ...rest,
    ...pause,
    mayEnd: true,
  };
}

type Blob = Pick<ActivityContent, 'contentUri' | 'contentCreated'> & { tries: number };
type Blobs =
  | {
      kind: 'read';
      items: CollectedItem[];
      gaps: Gap[];
      /** What failed and may be read at another time: it stands in the gaps too. */
      aside: Content[];
      /** How many of those that were wanted are done with. */
      count: number;
      /** Those that need no further try, should they stand in gaps. */
      readAtLast: string[];
      pause: { afterSeconds?: number };
    }
  | Exclude<ReadOutcome<unknown[]>, { kind: 'read' }>;

/**
 * Reads blobs in order. One that cannot be read is a gap and never stops those behind it; only when the service throttles, or knows the
 * caller no more, the rest waits: what was read before it counts.
 * @param mostFailures after so many the rest waits for the next step
 */
async function readBlobs(
  tenantId: string,
  wanted: readonly Blob[],
  mostFailures: number,
  { begunAt }: State,
  { activity }: Sources,
): Promise<Blobs> {
  const items: CollectedItem[] = [];
  const gaps: Gap[] = [];
  const aside: Content[] = [];
  const readAtLast: string[] = [];
  const upTo = (count: number, afterSeconds: number | undefined): Blobs => ({
    kind: 'read',
    items,
    gaps,
    aside,
    count,
    readAtLast,
    pause: afterSeconds === undefined ? {} : { afterSeconds },
  });
  for (const [count, { contentUri, contentCreated, tries: before }] of wanted.entries()) {
    const blob = await activity.readContent(tenantId, contentUri);
    if (blob.kind === 'read') {
      for (const raw of blob.value) {
        items.push({ kind: 'record', raw, read: readActivityRecord(raw, tenantId) });
      }
      readAtLast.push(contentUri);
      continue;
    }
    const { afterSeconds } = blob.kind === 'later' ? blob : {};
    const isAboutAll =
      blob.kind === 'later' ? blob.throttled === true : blob.permission !== undefined || blob.status === 401;
    if (isAboutAll || mostFailures === 0) return count === 0 ? blob : upTo(count, afterSeconds);
    const tries = before + 1;
    const place = { from: contentCreated, to: contentCreated, reason: blob.reason };
    const isLost = blob.kind === 'refused' && blob.code !== undefined && lostContent.has(blob.code);
    if (isLost || isOver(contentCreated, begunAt)) {
      gaps.push(place);
      readAtLast.push(contentUri);
      continue;
    }
    gaps.push({
      ...place,
      content: contentUri,
      tries,
      ...(begunAt === undefined ? {} : { triedAt: begunAt }),
    });
    aside.push({ contentUri, contentCreated, tries });
    if (aside.length >= mostFailures || afterSeconds !== undefined) return upTo(count + 1, afterSeconds);
  }
  return upTo(wanted.length, undefined);
}

/** Content is kept for seven days; what could not be read by then is a gap for good. */
function isOver(contentCreated: string, begunAt: string | undefined): boolean {
  return begunAt !== undefined && contentCreated < shifted(begunAt, -days(7));
}

function afterPage(
  state: State,
  window: TimeWindow,
  next: string | undefined,
  {
    items,
    progress: read,
    pause,
  }: Pick<Extract<Outcome, { kind: 'next' }>, 'items' | 'progress'> & { pause: object },
): Outcome {
  if (next !== undefined) {
    const trail = follow(state.trail, next);
    if (trail === undefined)
      return { kind: 'refused', reason: 'the NextPageUri of the content list goes in a circle' };
    return {
      kind: 'next',
      state: { ...state, page: next, trail, blobs: 0 },
      items,
      progress: read,
      ...pause,
    };
  }
  const windows = state.windows.slice(1);
  const seen = afterWindow(subscriptionIn(state), window, windows.length === 0);
  const progress = { ...read, ...seen.progress, gaps: [...read.gaps, ...seen.progress.gaps] };
  if (windows.length === 0 && state.again.length === 0) return { kind: 'done', items, progress };
  const { page: _page, trail: _trail, ...rest } = state;
  const after: State = { ...rest, windows, blobs: 0, gaps: [], subscription: seen.subscription };
  return { kind: 'next', state: after, items, progress, ...pause };
}
