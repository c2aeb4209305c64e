import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { WaitingNotice } from '../ports.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { channelsFor } from './routing.ts';
import { secondsAfter } from './due.ts';

/** Item of a message `first-collection-finished`; all but `source` is what delivery itself adds while it waits. */
export const firstCollectionSchema = z.object({
  source: z.string().min(1),
  since: z.iso.datetime().exactOptional(),
  depth: z.number().int().exactOptional(),
  unchanged: z.number().int().exactOptional(),
});
export type FirstCollection = z.infer<typeof firstCollectionSchema>;

const unchangedLooks = 3;
const longestWaitSeconds = 3600;

/**
 * Whether everything that the first collection found has become alerts. What is in the queues of evaluation and verdicts is on
 * its way; what is still there and no less at three looks in a row waits for a later hour (a cause that the logs may still
 * bring), and nothing waits longer than an hour for its numbers.
 */
export function firstSightIsCounted(
  { since, depth, unchanged }: Pick<FirstCollection, 'since' | 'depth' | 'unchanged'>,
  depthNow: number,
  now: string,
): { counted: true } | { counted: false; since: string; depth: number; unchanged: number } {
  const began = since ?? now;
  const looks = depth === depthNow ? (unchanged ?? 0) + 1 : 0;
  const counted = depthNow === 0 || looks >= unchangedLooks || secondsAfter(began, longestWaitSeconds) <= now;
  return counted ? { counted } : { counted, since: began, depth: depthNow, unchanged: looks };
}

/** One `digest` notice a channel with the numbers of what is open from the time before; none where nothing is. */
export async function tellFirstSight(
  tenantId: string,
  item: FirstCollection,
  ports: DeliveryPorts,
  { channels, retrySeconds }: Pick<DeliverySettings, 'channels' | 'retrySeconds'>,
): Promise<void> {
  const { alerts, notices, queues, clock, log } = ports;
  const now = clock.now().toISOString();
  const { source } = item;
  const depth = (await queues.depth('evaluate-licence')) + (await queues.depth('verdicts'));
  const decision = firstSightIsCounted(item, depth, now);
  if (!decision.counted) {
    const { since, depth, unchanged } = decision;
    await queues.send(
      'notices',
      tenantId,
      'first-collection-finished',
      [{ source, since, depth, unchanged }],
      {
        delaySeconds: Math.max(1, retrySeconds),
      },
    );
    return;
  }

  const digests = new Map<string, NonNullable<WaitingNotice['digest']>>();
  const open = alerts.list({ tenantIds: [tenantId], status: ['open', 'acknowledged', 'snoozed'] });
  for await (const alert of open) {
    if (alert.firstSight !== true) continue;
    for (const { id } of channelsFor(alert, channels)) {
      const digest = digests.get(id) ?? { source, opened: 0, bySeverity: {}, byRule: {} };
      digest.opened += 1;
      digest.bySeverity[alert.severity] = (digest.bySeverity[alert.severity] ?? 0) + 1;
      digest.byRule[alert.rule] = (digest.byRule[alert.rule] ?? 0) + 1;
      digests.set(id, digest);
    }
  }
  for (const [channel, digest] of digests) {
    const key = createHash('sha256')
      .update(JSON.stringify(['digest', tenantId, source, channel]))
      .digest('hex');
    // A digest belongs to no alert.
    await notices.putWaiting({ channel, key, tenantId, alertId: '', reason: 'digest', at: now, digest });
    await queues.send('notices', tenantId, 'notices-waiting', [{ channel }]);
  }
  log.info('first collection told as numbers', {
    stage: 'deliver',
    tenantId,
    source,
    channels: digests.size,
  });
}
