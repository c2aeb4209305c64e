import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { ReadState, StateValue } from '../state/state.ts';
import { mended } from './broken-channel.ts';
import { type DeliveryPorts, updateChannel } from './delivery.ts';

type ReportPorts = Pick<DeliveryPorts, 'notices' | 'queues' | 'clock'>;

/**
 * Tells every tenant whose notices the channel refuses that it takes none; before any of them is marked as refused, so that none is
 * refused silently. Who was told is remembered until the channel takes a post: the next refusal says nothing new.
 *
 * @param reason as the sender told it: names the channel and the status, never the URL
 */
export async function reportFailing(
  channel: string,
  refused: readonly WaitingNotice[],
  reason: string,
  ports: ReportPorts,
): Promise<void> {
  const { state } = await ports.notices.readChannel(channel);
  const told = new Set(state.failingTenants);
  const tenants = [...new Set(refused.map(({ tenantId }) => tenantId))].filter((id) => !told.has(id));
  if (tenants.length === 0) return;
  const now = ports.clock.now().toISOString();
  const value = { takesPosts: false, since: state.brokenSince ?? now, reason };
  await tell(tenants, stateOf(channel, value, now), ports);
  await updateChannel(ports, channel, (current) => ({
    ...current,
    failingTenants: [...new Set([...(current.failingTenants ?? []), ...tenants])],
  }));
}

/** After a post that arrived: takes back what was told, then forgets it. */
export async function reportWorking(channel: string, ports: ReportPorts): Promise<void> {
  const { state } = await ports.notices.readChannel(channel);
  if (state.brokenSince === undefined && state.failingTenants === undefined) return;
  const now = ports.clock.now().toISOString();
  await tell(state.failingTenants ?? [], stateOf(channel, { takesPosts: true }, now), ports);
  await updateChannel(ports, channel, mended);
}

async function tell(tenants: readonly string[], state: ReadState, { queues }: ReportPorts): Promise<void> {
  for (const tenantId of tenants) await queues.send('signals', tenantId, 'states', [state]);
}

/** Its version is the time: of two states of a channel the later one counts, in whatever order they come. */
function stateOf(channel: string, value: StateValue<'channel'>, now: string): ReadState {
  return { source: 'channel', subject: { kind: 'channel', id: channel, name: channel }, readAt: now, value };
}
