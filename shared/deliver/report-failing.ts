import type { WaitingNotice } from '../ports.ts';
import { mended } from './broken-channel.ts';
import { type DeliveryPorts, updateChannel } from './delivery.ts';
import { deliveryFailing, deliveryWorks } from './delivery-failing.ts';

type ReportPorts = Pick<DeliveryPorts, 'notices' | 'queues' | 'clock'>;

/**
 * Raises `delivery-failing` in every tenant whose notices the channel refuses; before any of them is marked as refused, so that
 * none is refused silently. Who was told is remembered until the channel takes a post: the next refusal says nothing new.
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
  for (const tenantId of tenants) {
    await ports.queues.send('verdicts', tenantId, 'findings', [
      deliveryFailing(tenantId, channel, reason, now),
    ]);
  }
  await updateChannel(ports, channel, (current) => ({
    ...current,
    failingTenants: [...new Set([...(current.failingTenants ?? []), ...tenants])],
  }));
}

/** After a post that arrived: clears what was raised, then forgets it. */
export async function reportWorking(channel: string, ports: ReportPorts): Promise<void> {
  const { state } = await ports.notices.readChannel(channel);
  if (state.brokenSince === undefined && state.failingTenants === undefined) return;
  const now = ports.clock.now().toISOString();
  for (const tenantId of state.failingTenants ?? []) {
    await ports.queues.send('verdicts', tenantId, 'findings', [deliveryWorks(tenantId, channel, now)]);
  }
  await updateChannel(ports, channel, mended);
}
