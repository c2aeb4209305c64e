import { createQueueWatch } from '../../shared/adapters/queue-watch.ts';
import { counted } from '../../shared/text/numbers.ts';
import type { QueueLook } from '../../shared/queues/watch-queues.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';
import { durationWords } from './duration-words.ts';
import { seenInStorage } from './seen-in-storage.ts';

export async function examineQueues({ storage }: Deployment): Promise<Line[]> {
  const account = await storage();
  return seenInStorage('queues', account, async () =>
    judgeQueues(await createQueueWatch(account.clients).look()),
  );
}

const minute = 60;
/** A message is taken within seconds where the app runs; retries of one that fails take some minutes. */
const warnAfterSeconds = 10 * minute;
const failAfterSeconds = 60 * minute;

/** How much waits in each working queue, and for how long the oldest that could have been handled. */
export function judgeQueues(looks: readonly QueueLook[]): Line[] {
  return looks.map(({ queue, depth, waitingSeconds }): Line => {
    const waiting =
      depth === 0
        ? 'empty'
        : `${counted(depth, 'message')}${waitingSeconds === 0 ? '' : `, the oldest for ${durationWords(waitingSeconds * 1000)}`}`;
    if (waitingSeconds <= warnAfterSeconds) return { subject: queue, status: 'ok', means: waiting };
    return {
      subject: queue,
      status: waitingSeconds > failAfterSeconds ? 'fail' : 'warn',
      means: `${waiting}: nobody takes them, or they fail again and again; nothing is lost, but alerts come late`,
      mend: 'does the app run (the line of /api/health)? then its log names the failure of the function that reads this queue',
    };
  });
}
