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

/** A channel that was told one of these is waiting for the end. */
const opening: ReadonlySet<NoticeReason> = new Set([
  'opened',
  'reopened',
  'worse',
  'reminder',
  'attributed',
  'escalated',
]);

/**
 * The notices that an alert is due for these reasons, waiting to be sent. `alert` is as it is to be stored, with the notices that
 * it has had. The end is told where the beginning was, even if by now the alert would be routed elsewhere.
 */
export function noticesFor<Channel extends NoticeChannel>(
  alert: StoredAlert,
  reasons: readonly NoticeReason[],
  channels: NoticeChannels<Channel>,
  now: string,
): StoredNotice[] {
  return reasons.flatMap((reason) => {
    const told =
      reason === 'resolved'
        ? channels.all.filter(({ id, sendResolved }) => sendResolved && awaitsTheEnd(alert, id))
        : channels.routed;
    return told.map(({ id }) => noticeOf(alert, reason, id, now));
  });
}

function noticeOf(alert: StoredAlert, reason: NoticeReason, channel: string, now: string): StoredNotice {
  const occurrence = alert.notices.filter(
    (notice) => notice.channel === channel && notice.reason === reason,
  ).length;
  const named = JSON.stringify([alert.id, alert.episode, reason, occurrence, channel]);
  const key = createHash('sha256').update(named).digest('hex');
  return { key, channel, reason, at: now, outcome: 'waiting' };
}

/** Something was told, or is about to be, since the last time that the channel was told of an end. */
function awaitsTheEnd(alert: StoredAlert, channel: string): boolean {
  const heard = alert.notices.filter((notice) => notice.channel === channel && notice.outcome !== 'refused');
  const lastEnd = heard.findLastIndex(({ reason }) => reason === 'resolved');
  return heard.slice(lastEnd + 1).some(({ reason }) => opening.has(reason));
}

/** A notice without an outcome is sent again whenever its alert is touched (DESIGN 3). */
export function waitingNotices({ notices }: StoredAlert): StoredNotice[] {
  return notices.filter(({ outcome }) => outcome === 'waiting');
}
