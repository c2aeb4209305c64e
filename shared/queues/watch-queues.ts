import type { QueueName, Log } from '../ports.ts';

/** What a look at a working queue showed. */
export interface QueueLook {
  queue: QueueName;
  /** About how many messages wait, are hidden or are in work. */
  depth: number;
  /** For how long the oldest of those in front could have been handled; 0 when none waits. */
  waitingSeconds: number;
}

export interface QueueWatch {
  look(): Promise<QueueLook[]>;
}

/**
 * Logs of each queue how much waits and for how long: an alarm of the deployment reads these lines (infra/modules/alarms.bicep), because
 * nothing else sees a queue that nobody empties.
 */
export async function watchQueues({ queueWatch, log }: { queueWatch: QueueWatch; log: Log }): Promise<void> {
  for (const { queue, depth, waitingSeconds } of await queueWatch.look()) {
    log.info('queue looked at', { stage: 'watch', queue, depth, waitingSeconds });
  }
}
