/** A worker is started again after it ended; at the third time the whole host is recycled (FACTS 11.13). */
export const endsBeforeRecycling = 3;

const forgottenAfterMilliseconds = 30 * 60_000;

/** How many ends count, with one at `now`: earlier ones are forgotten once more than half an hour lies between two (FACTS 11.13). */
export interface WorkerEnds {
  count: number;
  lastAt: number;
}

export function withAnotherEnd(ends: WorkerEnds | undefined, now: number): WorkerEnds {
  const remembered = ends === undefined || now - ends.lastAt > forgottenAfterMilliseconds ? 0 : ends.count;
  return { count: remembered + 1, lastAt: now };
}
