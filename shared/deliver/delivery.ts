import type { ChannelSettings, TenantSettings } from '../config.ts';
import type { AlertStore } from '../alert/alert-store.ts';
import type { ChannelSender } from './channel-sender.ts';
import type { ChannelAsRead, ChannelState, NoticeStore } from './channel-store.ts';
import type { FirstLookStore } from './first-look-store.ts';
import type { Clock, Log, OversizeItems, Queues } from '../ports.ts';

/** What delivery reaches outside with. */
export interface DeliveryPorts {
  alerts: AlertStore;
  notices: NoticeStore;
  firstLooks: FirstLookStore;
  sender: ChannelSender;
  queues: Queues;
  oversize: OversizeItems;
  clock: Clock;
  log: Log;
}

export interface DeliverySettings {
  channels: readonly ChannelSettings[];
  /** For their names. */
  tenants: readonly TenantSettings[];
  publicUrl?: string;
  /** A channel gets at most one post in this time. */
  postGapSeconds: number;
  /** The first wait after a channel did not take a post. */
  retrySeconds: number;
  /** How long a post may take; afterwards another worker may take it over. Longer than the sender's time limit. */
  leaseSeconds: number;
  /** How long after its last post a channel that is gone is tried again; an hour unless told. */
  testAgainSeconds?: number;
  /** How long after a source the next one may finish its first collection and be told with it; a minute unless told. */
  firstLookSeconds?: number;
}

/** How often a decision is made again because somebody else wrote in between. */
const mostAttempts = 8;

/**
 * Writes the state of a channel that `change` makes of the one that is stored now; of the one that was `read` where nobody has written
 * since, so that it is not read again. A `change` that gives back what it got writes nothing.
 * @throws when others write all the time: the queue brings the message again
 */
export async function updateChannel(
  { notices }: Pick<DeliveryPorts, 'notices'>,
  channel: string,
  change: (state: ChannelState) => ChannelState,
  read?: ChannelAsRead,
): Promise<ChannelAsRead> {
  let current = read ?? (await notices.readChannel(channel));
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const state = change(current.state);
    if (state === current.state) return current;
    const saved = await notices.saveChannel(channel, state, current.version);
    if (saved.kind === 'saved') return { state, version: saved.version };
    current = await notices.readChannel(channel);
  }
  throw new Error(`the state of channel ${channel} is being changed by others all the time`);
}
