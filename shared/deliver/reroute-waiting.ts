import type { WaitingNotice } from '../ports.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { isBroken } from './broken-channel.ts';
import { reportFailing } from './report-failing.ts';
import { rerouted } from './reroute.ts';
import { settle } from './settle.ts';
import { takeWaiting } from './waiting-post.ts';

type ReroutePorts = Pick<DeliveryPorts, 'alerts' | 'notices' | 'sender' | 'queues' | 'clock' | 'log'>;

const reroutedAtOnce = 1000;

/** What waits for a channel that is gone, or not in the settings any more, goes elsewhere; a thousand in one go. */
export async function rerouteWaiting(
  channel: string,
  ports: ReroutePorts,
  settings: Pick<DeliverySettings, 'channels'>,
): Promise<void> {
  const { rows } = await takeWaiting(ports, channel, reroutedAtOnce);
  // A channel that was taken out of the settings fails nobody.
  const isSetUp = settings.channels.some(({ id }) => id === channel);
  const { brokenReason } = (await ports.notices.readChannel(channel)).state;
  if (isSetUp) await reportFailing(channel, rows, brokenReason ?? `channel ${channel} is gone`, ports);
  await rerouteNotices(channel, rows, ports, settings);
}

/** Marks them as refused: whoever calls it has told that the channel fails. */
export async function rerouteNotices(
  channel: string,
  rows: readonly WaitingNotice[],
  ports: ReroutePorts,
  { channels }: Pick<DeliverySettings, 'channels'>,
): Promise<void> {
  const broken = new Set<string>();
  for (const { id } of channels) {
    const { state } = await ports.notices.readChannel(id);
    if (isBroken(state, ports.sender.fingerprint(id))) broken.add(id);
  }
  const now = ports.clock.now().toISOString();
  let forwarded = 0;
  await settle(
    channel,
    rows,
    (alert, ofAlert) => {
      const settlement = rerouted(channel, alert, ofAlert, { channels, broken, now });
      forwarded += settlement.forward.length;
      return settlement;
    },
    ports,
  );
  const fields = { stage: 'deliver', channel, notices: rows.length, forwarded };
  if (forwarded > 0) ports.log.warn('notices of a channel go elsewhere', fields);
  else ports.log.error('notices refused: no other channel can take them, see the list of alerts', fields);
}
