import { z } from 'zod';
import type { ChannelAsRead } from './channel-store.ts';
import { type DeliveryPorts, updateChannel } from './delivery.ts';
import { secondsUntil } from './due.ts';

/**
 * Item of a message `notices-waiting`: something waits for the channel. `wakeAt` and `attempt` are only in the messages that
 * delivery sends to itself: when it was to come, and how often the channel has failed in a row.
 */
export const wakeSchema = z.object({
  channel: z.string().min(1),
  wakeAt: z.iso.datetime().exactOptional(),
  attempt: z.number().int().min(0).default(0),
});
export type Wake = z.infer<typeof wakeSchema>;

/** Work that waits is a message. It is sent before it is announced: nobody relies on one that is not there. */
export async function wakeLater(
  tenantId: string,
  { channel, wakeAt, attempt }: Wake & { wakeAt: string },
  ports: Pick<DeliveryPorts, 'clock' | 'queues' | 'notices'>,
  read?: ChannelAsRead,
): Promise<ChannelAsRead> {
  const delaySeconds = secondsUntil(wakeAt, ports.clock.now().toISOString());
  await ports.queues.send('notices', tenantId, 'notices-waiting', [{ channel, wakeAt, attempt }], {
    delaySeconds,
  });
  return updateChannel(ports, channel, (state) => ({ ...state, wakeAt }), read);
}
