/** Done, to be retried (when), or refused (why); `ended` where the channel itself is gone until it is tested again. */
export type DeliveryOutcome =
  | { kind: 'done' }
  | { kind: 'retry'; reason: string; afterSeconds?: number }
  | { kind: 'refused'; reason: string; ended: boolean; tooLarge?: boolean };

export interface ChannelSender {
  /** `idempotencyKey` is the same when the same card is sent again. */
  post(channelId: string, card: unknown, idempotencyKey: string): Promise<DeliveryOutcome>;
  /** Tells one URL of the channel from another without telling the URL. */
  fingerprint(channelId: string): string;
}
