import type { Log, QueueWatch } from '../ports.ts';

/**
 * Logs of each queue how much waits and for how long: an alarm of the deployment reads these lines (infra/modules/alarms.bicep), because
 * nothing else sees a queue that nobody empties.
 */
export async function watchQueues({ queueWatch, log }: { queueWatch: QueueWatch; log: Log }): Promise<void> {
  for (const { queue, depth, waitingSeconds } of await queueWatch.look()) {
    log.info('queue looked at', { stage: 'watch', queue, depth, waitingSeconds });
  }
}
