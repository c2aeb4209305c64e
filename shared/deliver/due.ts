import type { ChannelState } from './channel-store.ts';
import { isBroken } from './broken-channel.ts';

/** What is to be done about a channel now, and why where it is nothing. */
export type Due =
  | { kind: 'post' }
  /** The last post was sent, and whoever sent it died before it was recorded. */
  | { kind: 'record'; posting: NonNullable<ChannelState['posting']>; sentAt: string }
  /** The channel is gone, or not set up any more: what waits for it goes elsewhere. */
  | { kind: 'reroute' }
  | { kind: 'wait'; until: string }
  | { kind: 'nothing'; reason: string };

export interface DueInput {
  state: ChannelState;
  /** Whether anything waits for the channel. */
  waiting: boolean;
  /** Whether the channel is in the settings. */
  isSetUp: boolean;
  now: string;
  postGapSeconds: number;
  /** Of the URL that the channel has now. */
  urlFingerprint?: string | undefined;
  testAgainSeconds: number;
  /** Of a message that was sent to wake the channel: when it was to come. */
  wakeAt?: string | undefined;
}

/**
 * At most one post in `postGapSeconds` and one worker at a time. However many messages say that something waits, only one of
 * them stays on its way: the others find it in `state.wakeAt` and are done.
 */
export function dueNow(input: DueInput): Due {
  const { state, waiting, isSetUp, now, postGapSeconds, urlFingerprint, testAgainSeconds, wakeAt } = input;
  const { posting, leaseUntil, lastPostAt } = state;
  const leased = leaseUntil !== undefined && isBefore(now, leaseUntil);
  if (!leased && posting?.postedAt !== undefined) {
    return { kind: 'record', posting, sentAt: posting.postedAt };
  }
  if (!waiting) return { kind: 'nothing', reason: 'nothing waits' };
  if (!isSetUp) return { kind: 'reroute' };
  if (isBroken(state, urlFingerprint)) {
    // Somebody tests it, or takes away what it refused.
    if (leased) return { kind: 'wait', until: leaseUntil };
    const lastTried = lastPostAt ?? state.brokenSince ?? now;
    if (isBefore(now, secondsAfter(lastTried, testAgainSeconds))) return { kind: 'reroute' };
  }
  // The awaited message itself goes on, also where its clock is behind that of the queue.
  if (state.wakeAt !== undefined && state.wakeAt !== wakeAt && isBefore(now, state.wakeAt)) {
    return { kind: 'nothing', reason: 'a later message is on its way' };
  }
  const gapUntil = lastPostAt === undefined ? now : secondsAfter(lastPostAt, postGapSeconds);
  if (isBefore(now, gapUntil)) return { kind: 'wait', until: gapUntil };
  if (leased) return { kind: 'wait', until: leaseUntil };
  return { kind: 'post' };
}

/** How long to wait before the next attempt where the channel does not say: twice as long each time, at most an hour. */
export function retryDelaySeconds(retrySeconds: number, attempt: number, asked?: number): number {
  const longestWait = 3600;
  const longestAsked = 24 * 3600;
  const grown = Math.min(retrySeconds * 2 ** Math.min(attempt, 20), longestWait);
  return Math.max(1, asked === undefined ? grown : Math.min(asked, longestAsked));
}

export function secondsAfter(at: string, seconds: number): string {
  return new Date(new Date(at).getTime() + seconds * 1000).toISOString();
}

/** Whole seconds, at least one: a queue counts no less, and a message that is hidden for none comes at once. */
export function secondsUntil(until: string, now: string): number {
  return Math.max(1, Math.ceil((new Date(until).getTime() - new Date(now).getTime()) / 1000));
}

function isBefore(a: string, b: string): boolean {
  return new Date(a).getTime() < new Date(b).getTime();
}
