import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { ChannelAsRead } from './channel-store.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { isBroken } from './broken-channel.ts';
import { reportFailing } from './report-failing.ts';
import { rerouted } from './elsewhere.ts';
import type { WaitingForChannel } from './waiting.ts';
import { writeOutcomes } from './write-outcomes.ts';

type ReroutePorts = Pick<DeliveryPorts, 'alerts' | 'notices' | 'sender' | 'queues' | 'clock' | 'log'>;

type RerouteSettings = Pick<DeliverySettings, 'channels' | 'retrySeconds'>;

const reroutedAtOnce = 1000;

/** What waits for a channel that is gone, or not in the settings any more, goes elsewhere; a thousand in one go. */
export async function rerouteWaiting(
  channel: string,
  { state }: Pick<ChannelAsRead, 'state'>,
  waiting: WaitingForChannel,
  ports: ReroutePorts,
  settings: RerouteSettings,
): Promise<void> {
  const { rows } = await waiting.take(reroutedAtOnce);
  // A channel that was taken out of the settings fails nobody.
  const isSetUp = settings.channels.some(({ id }) => id === channel);
  const reason = state.brokenReason ?? `channel ${channel} is gone`;
  if (isSetUp) await reportFailing(channel, rows, reason, ports);
  await rerouteNotices(channel, rows, ports, settings);
}

/** Marks them as refused: whoever calls it has told that the channel fails. */
export async function rerouteNotices(
  channel: string,
  rows: readonly WaitingNotice[],
  ports: ReroutePorts,
  settings: RerouteSettings,
): Promise<void> {
  const { channels } = settings;
  const broken = new Set<string>();
  for (const { id } of channels) {
    const { state } = await ports.notices.readChannel(id);
    if (isBroken(state, ports.sender.fingerprint(id))) broken.add(id);
  }
  const now = ports.clock.now().toISOString();
  let forwarded = 0;
  await writeOutcomes(
    {
      channel,
      rows,
      decide: (alert, ofAlert) => {
        const outcomes = rerouted(channel, alert, ofAlert, { channels, broken, now });
        forwarded += outcomes.forward.length;
        return outcomes;
      },
    },
    ports,
    settings,
  );
  const fields = { stage: 'deliver', channel, notices: rows.length, forwarded };
  if (forwarded > 0) ports.log.warn('notices of a channel go elsewhere', fields);
  else ports.log.error('notices refused: no other channel can take them, see the list of alerts', fields);
}
