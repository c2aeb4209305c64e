import type { Clock, Log } from '../ports.ts';
import { minutesAfter } from '../time/moments.ts';
import { envelopeIn, replayedBodies } from './poison-envelope.ts';
import type { PoisonQueues, PoisonStore } from './poison-store.ts';
import { type FailingTime, isQuiet } from './storage-failures.ts';

interface ReplayPorts {
  poison: PoisonStore;
  poisonQueues: PoisonQueues;
  clock: Clock;
  log: Log;
}

/** After so many times it is a person's matter. */
export const mostAutomaticReplays = 3;
/** So many a run; the rest waits for the next. */
const mostInARun = 2000;
const removedAtOnce = 100;

/**
 * Puts back what failed while storage failed, once nobody says any more that it fails, and each message later than the time before. A message
 * is taken out of the table after it is in its queue: a crash in between repeats it, which is harmless.
 */
export async function replayAutomatically(
  queues: readonly string[],
  failing: readonly FailingTime[],
  { poison, poisonQueues, clock, log }: ReplayPorts,
  retrySeconds: number,
): Promise<void> {
  const now = clock.now().toISOString();
  if (!isQuiet(failing, retrySeconds, now)) return;
  let left = mostInARun;
  for (const queue of queues) {
    let waits = false;
    let done: string[] = [];
    for await (const { messageId, body, insertedAt } of poison.list({ queue, storageFailed: true })) {
      const { replays = 0 } = envelopeIn(body) ?? {};
      // Each time four times as long.
      const replayedFrom = minutesAfter(insertedAt, (retrySeconds * 4 ** replays) / 60);
      if (left === 0 || replayedFrom > now) {
        waits = true;
        continue;
      }
      left -= 1;
      for (const each of replayedBodies(body, replays + 1)) await poisonQueues.putBack(queue, each);
      done.push(messageId);
      log.info('a message that failed while storage failed is put back', {
        stage: 'alert',
        queue,
        messageId,
      });
      if (done.length === removedAtOnce) {
        await poison.remove(queue, done);
        done = [];
      }
    }
    await poison.remove(queue, done);
    if (!waits) await poison.unmark('automatic', queue);
  }
}
