import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import type { FirstLook } from './first-look-store.ts';
import { familyQueues } from '../evaluate/families.ts';
import type { QueueName } from '../ports.ts';
import { channelsFor } from '../alert/routing.ts';
import { secondsAfter } from './due.ts';

/** Item of a message `first-collection-finished`; all but `source` is what delivery itself adds while it waits. */
export const firstCollectionSchema = z.object({
  source: z.string().min(1),
  since: z.iso.datetime().exactOptional(),
  depth: z.number().int().exactOptional(),
  unchanged: z.number().int().exactOptional(),
});
export type FirstCollection = z.infer<typeof firstCollectionSchema>;

const standardFirstLookSeconds = 60;
const unchangedLooks = 3;
/** What was collected passes through these until it is an alert. */
const onTheWay: readonly QueueName[] = ['signals', ...Object.values(familyQueues), 'verdicts'];
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
    await updateFirstLook(ports, tenantId, (look) => finished(look, source, now));
    return;
  }

  const known = await ports.firstLooks.readFirstLook(tenantId);
  const look = known?.look ?? { finishedAt: since, sources: [source] };
  if (look.finishedAt > since || look.sources.length === 0) {
    const reason = look.sources.length === 0 ? 'it is told already' : 'another source has finished since';
    log.info('first collection needs no digest of its own', { stage: 'deliver', tenantId, source, reason });
    return;
  }
  const depths = await Promise.all(onTheWay.map((queue) => queues.depth(queue)));
  const depth = depths.reduce((sum, each) => sum + each, 0);
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
  await updateFirstLook(ports, tenantId, (current = look) => {
    const { finishedAt, sources } = current;
    const left = finishedAt > since ? sources.filter((name) => !look.sources.includes(name)) : [];
    return { ...current, sources: left, toldUntil: now };
  });
  log.info('first collection told as numbers', {
    stage: 'deliver',
    tenantId,
    source,
    channels: digests.size,
  });
}

/** How often it is decided anew because another source has finished in between. */
const mostAttempts = 8;

/** @throws when others write all the time: the queue brings the message again */
async function updateFirstLook(
  { firstLooks }: Pick<DeliveryPorts, 'firstLooks'>,
  tenantId: string,
  change: (look: FirstLook | undefined) => FirstLook,
): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const read = await firstLooks.readFirstLook(tenantId);
    const saved = await firstLooks.saveFirstLook(tenantId, change(read?.look), read?.version);
    if (saved === 'saved') return;
  }
  throw new Error(`the first look at tenant ${tenantId} is being changed by others all the time`);
}

function finished(known: FirstLook | undefined, source: string, now: string): FirstLook {
  return { ...known, finishedAt: now, sources: [...new Set([...(known?.sources ?? []), source])] };
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
  for await (const alert of alerts.live(tenantId)) {
    if (alert.firstSight !== true || (toldUntil !== undefined && alert.openedAt <= toldUntil)) continue;
    for (const { id } of channelsFor(alert, channels)) {
      const digest = digests.get(id) ?? newDigest();
      digest.opened += 1;
      digest.bySeverity[alert.severity] = (digest.bySeverity[alert.severity] ?? 0) + 1;
      digest.byRule[alert.rule] = (digest.byRule[alert.rule] ?? 0) + 1;
      digest.titles = { ...digest.titles, [alert.rule]: alert.about.title };
      digests.set(id, digest);
    }
  }
  return digests;
}
