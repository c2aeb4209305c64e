import { minutesAfter } from '../time/moments.ts';

/*
 * Whether a message failed because storage did cannot be read from it: the host moves it as it was, and while tables fail nothing can be
 * written beside it. So a function whose handling fails because storage does leaves a note in a queue of its own: the queues are the one
 * part that must work for a message to be taken and moved at all. A note carries nothing; what counts is when it came, by the clock of
 * storage. A message that was put aside while there were such notes counts as failed by storage, and is put back without a person. It may be
 * a bad one that failed just then: to put it back is harmless, and after three times it is a person's matter all the same.
 */

/** Storage failed for somebody at both ends, and never longer than some minutes between for nobody. */
export interface FailingTime {
  from: string;
  to: string;
}

/** Notes that lie there. */
export interface StorageFailureNotes {
  /** Says that storage failed just now; once in a while from one process. */
  note(): Promise<void>;
  receive(): Promise<ReceivedNote[]>;
  remove(notes: readonly ReceivedNote[]): Promise<void>;
}

interface ReceivedNote {
  /** When it was left; by the clock of the product. */
  at: string;
  messageId: string;
  popReceipt: string;
}

/** Notes nearer to each other are of one failure: a message is tried every minute. */
const togetherMinutes = 5;
/** Older ones explain no message that comes now. */
const mostKept = 50;

/** How often one process says that storage fails. */
export function noteSeconds(retrySeconds: number): number {
  return Math.min(60, Math.max(1, retrySeconds));
}

/** The times with what the notes add. The same notes again add nothing. */
export function withNotes(failing: readonly FailingTime[], notes: readonly string[]): FailingTime[] {
  const all = [...failing, ...notes.map((at) => ({ from: at, to: at }))].toSorted((a, b) =>
    a.from < b.from ? -1 : 1,
  );
  const joined: FailingTime[] = [];
  for (const { from, to } of all) {
    const last = joined.at(-1);
    if (last === undefined || minutesAfter(last.to, togetherMinutes) < from) joined.push({ from, to });
    else if (last.to < to) joined[joined.length - 1] = { from: last.from, to };
  }
  return joined.slice(-mostKept);
}

/** What passes between a note that another failure did not repeat and the move of a message that failed then. */
const moveSeconds = 30;

/** Whether a message that was put aside then failed while storage did. */
export function failedWithStorage(
  insertedAt: string,
  failing: readonly FailingTime[],
  retrySeconds: number,
): boolean {
  const margin = (noteSeconds(retrySeconds) + moveSeconds) / 60;
  return failing.some(
    ({ from, to }) => minutesAfter(from, -margin) <= insertedAt && insertedAt <= minutesAfter(to, margin),
  );
}

/** Whether nobody has said for a while that storage fails. */
export function isQuiet(failing: readonly FailingTime[], retrySeconds: number, now: string): boolean {
  const last = failing.at(-1);
  return last === undefined || minutesAfter(last.to, (2 * noteSeconds(retrySeconds)) / 60) <= now;
}
