import { z } from 'zod';
import type { ChannelSettings } from '../config.ts';
import { readEnvelope } from '../envelope.ts';
import type { ChannelState, DeliveryOutcome, Version, WaitingNotice } from '../ports.ts';
import type { CardSetting } from './card.ts';
import { type DeliveryPorts, type DeliverySettings, updateChannel } from './delivery.ts';
import { dueNow, retryDelaySeconds, secondsAfter, secondsUntil } from './due.ts';
import { firstCollectionSchema, tellFirstSight } from './first-sight.ts';
import { fittingMessage, smallerMessageBytes } from './message.ts';
import { rerouted } from './reroute.ts';
import { markSent, settle } from './settle.ts';
import { gatherPost, takeWaiting, type WaitingPost } from './waiting-post.ts';

/** `wakeAt` and `attempt` are in the messages that delivery sends to itself: when it was to come, and failures so far. */
const wakeSchema = z.object({
  channel: z.string().min(1),
  wakeAt: z.iso.datetime().exactOptional(),
  attempt: z.number().int().min(0).default(0),
});
type Wake = z.infer<typeof wakeSchema>;

/**
 * Handles one message of the queue `notices`: `notices-waiting` with items `{channel}`, or `first-collection-finished` with
 * items `{source}`. Returning means that the message is done with; what must go on is on its way as another message.
 * @throws when the message is none of these, or storage fails: the queue brings it again
 */
export async function deliverNotices(
  message: unknown,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<void> {
  const { tenantId, kind, items } = readEnvelope(message);
  for (const item of await ports.oversize.resolve(items)) {
    switch (kind) {
      case 'notices-waiting':
        await deliverTo(tenantId, wakeSchema.parse(item), ports, settings);
        break;
      case 'first-collection-finished':
        await tellFirstSight(tenantId, firstCollectionSchema.parse(item), ports, settings);
        break;
      default:
        throw new Error(
          `the queue notices does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`,
        );
    }
  }
}

/** So many times it is looked at anew in one go; whoever still has work then sends himself a message. */
const mostRounds = 8;
const reroutedAtOnce = 1000;

async function deliverTo(
  tenantId: string,
  wake: Wake,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<void> {
  const { notices, clock, log } = ports;
  const channel = settings.channels.find(({ id }) => id === wake.channel);
  for (let round = 0; round < mostRounds; round += 1) {
    const { state, version } = await notices.readChannel(wake.channel);
    const waiting = (await takeWaiting(ports, wake.channel, 1)).rows.length > 0;
    const now = clock.now().toISOString();
    const due = dueNow({ state, waiting, now, postGapSeconds: settings.postGapSeconds, wakeAt: wake.wakeAt });
    switch (due.kind) {
      case 'nothing':
        log.info('nothing to deliver now', { stage: 'deliver', channel: wake.channel, reason: due.reason });
        return;
      case 'wait':
        await wakeLater(tenantId, { ...wake, wakeAt: due.until }, ports);
        return;
      case 'record':
        await recordSent(wake.channel, new Set(due.notices), due.sentAt, ports);
        break;
      case 'reroute':
        await rerouteWaiting(wake.channel, ports, settings);
        break;
      case 'post':
        if (channel === undefined) await rerouteWaiting(wake.channel, ports, settings);
        else if ((await post(tenantId, channel, state, version, wake, ports, settings)) === 'done') return;
        break;
    }
  }
  const later = secondsAfter(clock.now().toISOString(), Math.max(1, settings.postGapSeconds));
  await wakeLater(tenantId, { ...wake, wakeAt: later }, ports);
}

/** The message is sent before it is announced: nobody relies on one that is not there. */
async function wakeLater(
  tenantId: string,
  { channel, wakeAt, attempt }: Wake & { wakeAt: string },
  ports: DeliveryPorts,
): Promise<void> {
  const delaySeconds = secondsUntil(wakeAt, ports.clock.now().toISOString());
  await ports.queues.send('notices', tenantId, 'notices-waiting', [{ channel, wakeAt, attempt }], {
    delaySeconds,
  });
  await updateChannel(ports, channel, (state) => ({ ...state, wakeAt }));
}

/** One post, from the claim to the record. `again`: somebody else was faster, look anew. */
async function post(
  tenantId: string,
  channel: ChannelSettings,
  state: ChannelState,
  version: Version | undefined,
  wake: Wake,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<'done' | 'again'> {
  const { notices, sender, clock, log } = ports;
  const waiting = await gatherPost(channel.id, state.posting, ports);
  const { idempotencyKey, rows, card } = waiting;
  const keys = new Set(rows.map(({ key }) => key));
  const now = clock.now().toISOString();
  if (card === undefined) {
    await recordSent(channel.id, keys, now, ports);
    return 'again';
  }

  const { wakeAt: _served, ...unclaimed } = state;
  const posting = { idempotencyKey, notices: [...keys] };
  const leaseUntil = secondsAfter(now, settings.leaseSeconds);
  const claimed: ChannelState = { ...unclaimed, lastPostAt: now, leaseUntil, posting };
  if ((await notices.saveChannel(channel.id, claimed, version)) === 'changed') return 'again';

  const fields = { stage: 'deliver', channel: channel.id, alerts: waiting.alerts, notices: rows.length };
  const outcome = await postFitting(channel, waiting, card, sender, settings);
  switch (outcome.kind) {
    case 'done': {
      const sentAt = clock.now().toISOString();
      await updateChannel(ports, channel.id, (now) => ({ ...now, posting: { ...posting, postedAt: sentAt } }));
      await recordSent(channel.id, keys, sentAt, ports);
      log.info('card posted', fields);
      if (waiting.more) {
        const wakeAt = secondsAfter(now, settings.postGapSeconds);
        await wakeLater(tenantId, { channel: channel.id, wakeAt, attempt: 0 }, ports);
      }
      return 'done';
    }
    case 'retry': {
      const { attempt } = wake;
      const delay = retryDelaySeconds(settings.retrySeconds, attempt, outcome.afterSeconds);
      log.warn('card not posted, will be tried again', { ...fields, attempt, reason: outcome.reason });
      const wakeAt = secondsAfter(clock.now().toISOString(), delay);
      await wakeLater(tenantId, { channel: channel.id, wakeAt, attempt: attempt + 1 }, ports);
      await updateChannel(ports, channel.id, ({ leaseUntil: _released, ...rest }) => rest);
      return 'done';
    }
    case 'refused': {
      const { reason, ended } = outcome;
      log.error(ended ? 'channel is gone until it is tested again' : 'card refused', { ...fields, reason });
      const brokenSince = clock.now().toISOString();
      await updateChannel(ports, channel.id, ({ leaseUntil: _released, ...rest }) =>
        ended ? { ...rest, brokenSince, brokenReason: reason } : rest,
      );
      await rerouteRows(channel.id, rows, ports, settings);
      await updateChannel(ports, channel.id, ({ posting: _refused, ...rest }) => rest);
      return 'again';
    }
  }
}
