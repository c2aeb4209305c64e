import { createHash } from 'node:crypto';
import type { NoticeReason, StoredAlert, StoredNotice } from './alert.ts';

/** What is asked of a channel here; where a notice goes beyond that is a matter of delivery. */
export interface NoticeChannel {
  id: string;
  sendResolved: boolean;
}

export interface NoticeChannels<Channel extends NoticeChannel> {
  all: readonly Channel[];
  /** Those that the alert is routed to now. */
  routed: readonly Channel[];
}

/** An alert that goes on for years keeps so many notices that have their outcome. */
const mostKept = 100;

/**
 * The alert with the notices that it is due for these reasons, waiting to be sent. `alert` is as it is to be stored, with the notices
 * that it has had. The end is told where the beginning was, even if by now the alert would be routed elsewhere.
 *
 * What waits for a channel is told as the last state of the alert, once: where a notice of the same reason still waits, that one
 * serves, and comes behind what was decided before. So no more wait than there are reasons and channels.
 */
export function withNotices<Channel extends NoticeChannel>(
  alert: StoredAlert,
  reasons: readonly NoticeReason[],
  channels: NoticeChannels<Channel>,
  now: string,
): StoredAlert {
  let { notices } = alert;
  for (const reason of reasons) {
    const told =
      reason === 'resolved'
        ? channels.all.filter(({ id, sendResolved }) => sendResolved && awaitsTheEnd(notices, id))
        : channels.routed;
    for (const { id } of told) notices = withNotice({ ...alert, notices }, reason, id, now);
  }
  return notices === alert.notices ? alert : { ...alert, notices: withoutOldest(notices) };
}

function withNotice(
  { id, episode, notices }: StoredAlert,
  reason: NoticeReason,
  channel: string,
  now: string,
): StoredNotice[] {
  const sequence = nextSequence(notices);
  const waits = notices.find(
    (notice) => notice.channel === channel && notice.reason === reason && notice.outcome === 'waiting',
  );
  if (waits !== undefined) {
    return [...notices.filter((notice) => notice !== waits), { ...waits, sequence }];
  }
  const named = JSON.stringify([id, episode, reason, sequence, channel]);
  const key = createHash('sha256').update(named).digest('hex');
  return [...notices, { key, sequence, channel, reason, at: now, outcome: 'waiting' }];
}

/** The number of the next notice of an alert. */
export function nextSequence(notices: readonly StoredNotice[]): number {
  return Math.max(0, ...notices.map(({ sequence }) => sequence)) + 1;
}

/** Whether a channel awaits the end depends on the last that it was told, so that one stays with it. */
function withoutOldest(notices: readonly StoredNotice[]): StoredNotice[] {
  const lastTold = new Set(
    new Map(notices.filter(wasHeard).map((notice) => [notice.channel, notice])).values(),
  );
  const ended = notices.filter(({ outcome }) => outcome !== 'waiting');
  const old = new Set(ended.slice(0, -mostKept));
  return notices.filter((notice) => !old.has(notice) || lastTold.has(notice));
}

function wasHeard({ outcome }: StoredNotice): boolean {
  return outcome !== 'refused';
}

/** Somebody was told of it, or is about to be, and not yet that it is over. */
export function awaitsAnEnd({ notices }: Pick<StoredAlert, 'notices'>): boolean {
  return notices.some(({ channel }) => awaitsTheEnd(notices, channel));
}

/** The last that the channel was told, or is about to be, is no end. */
function awaitsTheEnd(notices: readonly StoredNotice[], channel: string): boolean {
  const last = notices.findLast((notice) => notice.channel === channel && wasHeard(notice));
  return last !== undefined && last.reason !== 'resolved';
}

/** A notice without an outcome is sent again whenever its alert is touched. */
export function waitingNotices({ notices }: StoredAlert): StoredNotice[] {
  return notices.filter(({ outcome }) => outcome === 'waiting');
}
