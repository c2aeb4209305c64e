import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FirstLook, WaitingNotice } from '../ports.ts';
import { type DeliveryPorts, type DeliverySettings, updateChannel } from './delivery.ts';
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

/** The name under which the first look at a tenant is kept among the channels, none of which has a colon in its id. */
export const firstLookOf = (tenantId: string): string => `first-look:${tenantId}`;

const standardFirstLookSeconds = 60;
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

type FirstSightSettings = Pick<DeliverySettings, 'channels' | 'retrySeconds' | 'firstLookSeconds'>;

/**
 * One `digest` notice a channel with the numbers of what is open from the time before; none where nothing is. The sources of a
 * tenant finish one after the other: each begins the wait anew, the message of the last one tells for all, and what a later one
 * brings is told without what was told before.
 */
export async function tellFirstSight(
  tenantId: string,
  item: FirstCollection,
  ports: DeliveryPorts,
  settings: FirstSightSettings,
): Promise<void> {
  const { notices, queues, clock, log } = ports;
  const now = clock.now().toISOString();
  const { source, since } = item;
  const wait = async (next: FirstCollection, delaySeconds: number): Promise<void> => {
    await queues.send('notices', tenantId, 'first-collection-finished', [next], {
      delaySeconds: Math.max(1, delaySeconds),
    });
  };
  if (since === undefined) {
    await wait({ source, since: now }, settings.firstLookSeconds ?? standardFirstLookSeconds);
    await updateChannel(ports, firstLookOf(tenantId), (state) => ({
      ...state,
      firstLook: finished(state.firstLook, source, now),
    }));
    return;
  }

  const { firstLook } = (await notices.readChannel(firstLookOf(tenantId))).state;
  const look = firstLook ?? { finishedAt: since, sources: [source] };
  if (look.finishedAt > since || look.sources.length === 0) {
    const reason = look.sources.length === 0 ? 'it is told already' : 'another source has finished since';
    log.info('first collection needs no digest of its own', { stage: 'deliver', tenantId, source, reason });
    return;
  }
  const depth = (await queues.depth('evaluate-licence')) + (await queues.depth('verdicts'));
  const decision = firstSightIsCounted(item, depth, now);
  if (!decision.counted) {
    const { since: began, depth: seen, unchanged } = decision;
    await wait({ source, since: began, depth: seen, unchanged }, settings.retrySeconds);
    return;
  }

  const digests = await countFirstSight(tenantId, source, look, ports, settings);
  for (const [channel, digest] of digests) {
    const key = createHash('sha256')
      .update(JSON.stringify(['digest', tenantId, look.toldUntil ?? '', channel]))
      .digest('hex');
    // A digest belongs to no alert.
    await notices.putWaiting({ channel, key, tenantId, alertId: '', reason: 'digest', at: now, digest });
    await queues.send('notices', tenantId, 'notices-waiting', [{ channel }]);
  }
  // Where a source has finished while this was counted, its own message goes on from here.
  await updateChannel(ports, firstLookOf(tenantId), (state) => {
    const { finishedAt, sources } = state.firstLook ?? look;
    const left = finishedAt > since ? sources.filter((name) => !look.sources.includes(name)) : [];
    return { ...state, firstLook: { finishedAt, sources: left, toldUntil: now } };
  });
  log.info('first collection told as numbers', {
    stage: 'deliver',
    tenantId,
    source,
    channels: digests.size,
  });
}

function finished(known: FirstLook | undefined, source: string, now: string): FirstLook {
  const toldUntil = known?.toldUntil;
  return {
    finishedAt: now,
    sources: [...new Set([...(known?.sources ?? []), source])],
    ...(toldUntil === undefined ? {} : { toldUntil }),
  };
}

type DigestNumbers = NonNullable<WaitingNotice['digest']>;

/** The numbers by channel, of what is open and was opened since the digest before. */
async function countFirstSight(
  tenantId: string,
  source: string,
  { sources, toldUntil }: FirstLook,
  { alerts }: DeliveryPorts,
  { channels }: FirstSightSettings,
): Promise<Map<string, DigestNumbers>> {
  const digests = new Map<string, DigestNumbers>();
  const newDigest = (): DigestNumbers => ({
    source,
    sources,
    ...(toldUntil === undefined ? {} : { after: toldUntil }),
    opened: 0,
    bySeverity: {},
    byRule: {},
  });
  const open = alerts.list({ tenantIds: [tenantId], status: ['open', 'acknowledged', 'snoozed'] });
  for await (const alert of open) {
    if (alert.firstSight !== true || (toldUntil !== undefined && alert.openedAt <= toldUntil)) continue;
    for (const { id } of channelsFor(alert, channels)) {
      const digest = digests.get(id) ?? newDigest();
      digest.opened += 1;
      digest.bySeverity[alert.severity] = (digest.bySeverity[alert.severity] ?? 0) + 1;
      digest.byRule[alert.rule] = (digest.byRule[alert.rule] ?? 0) + 1;
      digests.set(id, digest);
    }
  }
  return digests;
}
