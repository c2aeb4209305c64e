import { readEnvelope } from '../envelope.ts';
import { standardTestAgainSeconds } from './broken-channel.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { dueNow, secondsAfter } from './due.ts';
import { firstCollectionSchema, tellFirstSight } from './first-sight.ts';
import { postWaiting, recordSent } from './post-card.ts';
import { rerouteWaiting } from './reroute-waiting.ts';
import { type Wake, wakeLater, wakeSchema } from './wake.ts';
import { openWaiting } from './waiting.ts';

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

/** So many times a channel is looked at anew in one go; whoever still has work then sends himself a message. */
const mostRounds = 8;

async function deliverTo(
  tenantId: string,
  wake: Wake,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<void> {
  const { notices, sender, clock, log } = ports;
  const channel = settings.channels.find(({ id }) => id === wake.channel);
  for (let round = 0; round < mostRounds; round += 1) {
    const read = await notices.readChannel(wake.channel);
    const waiting = await openWaiting(ports, wake.channel);
    const now = clock.now().toISOString();
    const due = dueNow({
      state: read.state,
      waiting: !waiting.isEmpty,
      isSetUp: channel !== undefined,
      now,
      postGapSeconds: settings.postGapSeconds,
      urlFingerprint: channel === undefined ? undefined : sender.fingerprint(channel.id),
      testAgainSeconds: settings.testAgainSeconds ?? standardTestAgainSeconds,
      wakeAt: wake.wakeAt,
    });
    switch (due.kind) {
      case 'nothing':
        log.info('nothing to deliver now', { stage: 'deliver', channel: wake.channel, reason: due.reason });
        return;
      case 'wait':
        await wakeLater(tenantId, { ...wake, wakeAt: due.until }, ports, read);
        return;
      case 'record':
        await recordSent(
          { channel: wake.channel, read, posting: due.posting, sentAt: due.sentAt },
          ports,
          settings,
        );
        break;
      case 'reroute':
        await rerouteWaiting(wake.channel, read, waiting, ports, settings);
        break;
      case 'post': {
        if (channel === undefined) break;
        const { attempt } = wake;
        const dueChannel = { tenantId, channel, read, waiting, attempt };
        if ((await postWaiting(dueChannel, ports, settings)) === 'done') return;
      }
    }
  }
  const wakeAt = secondsAfter(clock.now().toISOString(), Math.max(1, settings.postGapSeconds));
  await wakeLater(tenantId, { ...wake, wakeAt }, ports);
}
