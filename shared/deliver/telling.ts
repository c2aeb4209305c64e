import type { NoticeReason, StoredAlert, StoredNotice } from '../alert/alert.ts';

/** What a card says about one alert: the reason of its notices, and one more for what was over before anybody heard of it. */
export type Telling = Exclude<NoticeReason, 'digest'> | 'opened-and-resolved';

/** Of several reasons that wait for an alert that is not over, the first of these says all. */
const strongestFirst = ['opened', 'reopened', 'escalated', 'worse', 'attributed', 'reminder'] as const;

/**
 * What is to be told of an alert when notices with these reasons wait for one channel: its last state, once. Undefined where the
 * channel knows it already.
 *
 * An alert that was opened and resolved while its notices waited is told as one line, not dropped: usually it waited because the
 * channel did not answer, and an administrator wants to know what happened in that time, and that he has nothing to do.
 */
export function tellingOf(
  channel: string,
  waiting: readonly Pick<StoredNotice, 'reason'>[],
  alert: Pick<StoredAlert, 'status' | 'resolvedAt' | 'notices'>,
): Telling | undefined {
  const reasons = new Set(waiting.map(({ reason }) => reason));
  const strongest = strongestFirst.find((reason) => reasons.has(reason));
  if (alert.status !== 'resolved') {
    // The reopening that makes a waiting `resolved` untrue has a notice of its own, which may be behind it.
    return strongest ?? 'reopened';
  }
  if (strongest === 'opened' || strongest === 'reopened') return 'opened-and-resolved';
  return toldAsOver(channel, alert) ? undefined : 'resolved';
}

/** A card that was sent to this channel after the end showed the alert as resolved already. */
function toldAsOver(
  channel: string,
  { resolvedAt, notices }: Pick<StoredAlert, 'resolvedAt' | 'notices'>,
): boolean {
  return (
    resolvedAt !== undefined &&
    notices.some(
      (notice) => notice.channel === channel && notice.outcome === 'sent' && notice.at >= resolvedAt,
    )
  );
}
