import type { NoticeReason, StoredAlert } from '../alert/alert.ts';

/** What a card says about one alert: the reason of its notices, one more for what was over before anybody heard of it, one for what turned out to be nothing. */
export type Telling = Exclude<NoticeReason, 'digest'> | 'opened-and-resolved' | 'settled';

/** Of several reasons that wait for an alert that is not over, the first of these says all. */
const strongestFirst = ['opened', 'reopened', 'escalated', 'worse', 'attributed', 'reminder'] as const;

/**
 * What is told of an alert when notices with these reasons wait for one channel: its last state, once.
 *
 * An alert that was opened and resolved while its notices waited is told as one line, not dropped: usually it waited because the
 * channel did not answer, and an administrator wants to know what happened in that time, and that he has nothing to do. The same goes
 * for what has become low: that is never told for itself, so whatever waits says that it is settled.
 */
export function tellingOf(
  waiting: readonly NoticeReason[],
  { status, severity }: Pick<StoredAlert, 'status' | 'severity'>,
): Telling {
  const strongest = strongestFirst.find((reason) => waiting.includes(reason));
  if (status === 'resolved') {
    return strongest === 'opened' || strongest === 'reopened' ? 'opened-and-resolved' : 'resolved';
  }
  if (severity === 'low' && waiting.includes('resolved')) return 'settled';
  // The reopening that makes a waiting `resolved` untrue has a notice of its own, which may still be behind it.
  return strongest ?? 'reopened';
}
