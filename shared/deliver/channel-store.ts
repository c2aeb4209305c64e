import type { WaitingNotices } from '../alert/waiting-notices.ts';
import type { Version } from '../ports.ts';

export interface ChannelState {
  /** When the last post was begun; the next one waits its gap. */
  lastPostAt?: string;
  /** Set while a post is under way; a post whose worker died may be taken over after it. */
  leaseUntil?: string;
  /** Set when the channel answered that it is gone; it stays shut until its URL changes or it is tested again. */
  brokenSince?: string;
  brokenReason?: string;
  /** Fingerprint of the URL that answered so. */
  brokenUrl?: string;
  /** The tenants that were told that the channel refuses notices, until it takes one again. */
  failingTenants?: string[];
  /**
   * The post that was begun last and is not recorded yet, so that whoever takes it over sends the same notices under the same
   * key, or, where `postedAt` says that it was sent, only records it. `sequences` are those that the notices had when they were told,
   * in the same order: one that was decided anew since is told again. `refusals` counts how often the channel has refused the post.
   */
  posting?: {
    idempotencyKey: string;
    notices: string[];
    sequences?: number[];
    postedAt?: string;
    refusals?: number;
  };
  /** Nothing is posted before it: a message that will come then is on its way. */
  wakeAt?: string;
}

/** The state of a channel as it was read, or written last. */
export interface ChannelAsRead {
  state: ChannelState;
  version: Version | undefined;
}

export interface NoticeStore extends WaitingNotices {
  readChannel(channel: string): Promise<ChannelAsRead>;
  /** `changed` where somebody else wrote since `version`. */
  saveChannel(
    channel: string,
    state: ChannelState,
    version: Version | undefined,
  ): Promise<{ kind: 'saved'; version: Version } | { kind: 'changed' }>;
}
