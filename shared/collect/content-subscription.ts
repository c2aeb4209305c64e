import { z } from 'zod';
import type { Gap, LogCoverageRow } from '../coverage/coverage-store.ts';
import type { LogProgress, TimeWindow } from '../coverage/log-coverage.ts';
import type { ActivityContent } from '../services/activity-api.ts';
import { days, earlier, hours, later, shifted } from './collector.ts';

/**
 * Since when a content subscription is known to be on. What came while it was off is never given out, also not after the next start
 * (FACTS 7.2), and the service answers a list of that time as if nothing had happened in it: so nothing of it counts as read.
 */

/** It may take so long until the first content of a subscription is listed (FACTS 7.3): then what came until then is listed once more. */
const firstContentWithin = hours(12);
/** The newest content that was listed is looked for again as long as that costs no more than a list. */
const newestWithin = days(1);

/** Why there are gaps; the same words each time, so that gaps that touch become one. */
const wasOff = 'the subscription was off until then, and what came before can never be read';
const wasRestarted =
  'content that had been listed is listed no more: the subscription was stopped and started again';

const listedSchema = z.object({ content: z.string(), created: z.string() });
export const subscriptionSchema = z.object({
  /** Up to where everything counts as read. */
  readTo: z.string(),
  /** Since when it is known to be on; undefined until content shows it. */
  since: z.string().optional(),
  /** It is not known any more: then there is a gap. */
  isDoubted: z.boolean().default(false),
  /** The newest content that an earlier run has listed: it is listed again, or the subscription was started again since. */
  known: listedSchema.extend({ isRead: z.boolean(), isListed: z.boolean() }).optional(),
  /** The first content of the window that came after `readTo`. */
  first: z.string().optional(),
  /** The newest content that this run has listed. */
  newest: listedSchema.optional(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

/** What earlier runs know of it. @param oldest what the service keeps @param end of what the run reads */
export function subscriptionOf(row: LogCoverageRow | undefined, oldest: string, end: string): Subscription {
  const since = row?.givenSince ?? row?.windows[0]?.from;
  const known = row === undefined || since === undefined ? undefined : knownContent(row, end);
  return {
    readTo: later(oldest, readToOf(row) ?? oldest),
    isDoubted: false,
    ...(since === undefined ? {} : { since }),
    ...(known === undefined ? {} : { known }),
  };
}

/** Undefined where nothing was ever read. */
export function readToOf(row: LogCoverageRow | undefined): string | undefined {
  const last = row?.windows.at(-1)?.to;
  return last === undefined || row?.givenSince === undefined
    ? (last ?? row?.givenSince)
    : later(last, row.givenSince);
}

function knownContent({ newest, givenSince = '', gaps }: LogCoverageRow, end: string): Subscription['known'] {
  if (newest === undefined || newest.created < givenSince) return undefined;
  if (newest.created <= shifted(end, -newestWithin)) return undefined;
  return {
    ...newest,
    isRead: !gaps.some(({ content }) => content === newest.content),
    isListed: false,
  };
}

/** From where a run lists so that it sees what was listed before, and once the first hours after a start. */
export function listedFrom(
  { readTo, known }: Subscription,
  row: LogCoverageRow | undefined,
  overlap: number,
  end: string,
): string {
  const from = earlier(shifted(readTo, -overlap), known?.created ?? readTo);
  const { givenSince, windows = [] } = row ?? {};
  const last = windows.at(-1)?.to;
  if (givenSince === undefined || last === undefined) return from;
  const firstListedBy = shifted(givenSince, firstContentWithin);
  return last < firstListedBy && firstListedBy <= end ? earlier(from, givenSince) : from;
}

/** It was off until `now`: all before that was not read is lost, also what came before it was stopped. */
export function offUntil({ readTo }: Subscription, now: string): Gap {
  return { from: earlier(readTo, now), to: now, reason: wasOff };
}

/** It is on since `now`. */
export function startedAt(now: string): Subscription {
  return { readTo: now, since: now, isDoubted: false };
}

export function withoutKnown({ known: _, ...subscription }: Subscription): Subscription {
  return subscription;
}

/** With what a page of the list shows. */
export function withListed(subscription: Subscription, content: readonly ActivityContent[]): Subscription {
  const { readTo, known } = subscription;
  let { first, newest } = subscription;
  for (const { contentUri, contentCreated } of content) {
    const at = Date.parse(contentCreated);
    if (Number.isNaN(at)) continue;
    const created = new Date(at).toISOString();
    if (created > readTo) first = earlier(first ?? created, created);
    if (newest === undefined || created >= newest.created) newest = { content: contentUri, created };
  }
  const isListed =
    known?.isListed === true || content.some(({ contentUri }) => contentUri === known?.content);
  return {
    ...subscription,
    ...(known === undefined ? {} : { known: { ...known, isListed } }),
    ...(first === undefined ? {} : { first }),
    ...(newest === undefined ? {} : { newest }),
  };
}

/**
 * What a window that was read to its end counts for: what came while the subscription is known to have been on. That is since it was
 * started, since content shows it, or, where there is none, since the list was answered.
 */
export function afterWindow(
  { first, ...before }: Subscription,
  window: TimeWindow,
  isLast: boolean,
): {
  subscription: Subscription;
  progress: Pick<LogProgress, 'covered' | 'gaps' | 'givenSince' | 'newest'>;
} {
  const { known, readTo, newest } = before;
  const isRestarted = known !== undefined && !known.isListed && known.created < window.to;
  const { since, ...rest } = isRestarted
    ? { ...withoutKnown(before), since: undefined, isDoubted: true }
    : before;
  const shown = since ?? first ?? (isLast ? window.to : undefined);
  const told = newest === undefined ? {} : { newest };
  if (shown === undefined) return { subscription: rest, progress: { covered: [], gaps: [], ...told } };
  const from = later(window.from, shown);
  const isNew = since === undefined;
  return {
    subscription: { ...rest, since: shown, isDoubted: false, readTo: later(readTo, window.to) },
    progress: {
      covered: from < window.to ? [{ from, to: window.to }] : [],
      gaps:
        isNew && rest.isDoubted && readTo < shown ? [{ from: readTo, to: shown, reason: wasRestarted }] : [],
      ...told,
      ...(isNew ? { givenSince: shown } : {}),
    },
  };
}
