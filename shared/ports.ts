/** What everybody uses of the outside, as types; a port of one owner stands beside it. Adapters implement them, `runtime.ts` joins them, tests fake them. */

export interface Clock {
  now(): Date;
}

export type LogFields = Record<string, string | number | boolean | undefined>;

/** Fixed messages with fields: never a body, token, URL with a secret, or phone number (law 9). */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type QueueName =
  'collect' | 'signals' | 'evaluate-licence' | 'evaluate-operations' | 'verdicts' | 'notices';

export interface Queues {
  /**
   * Sends items in as many envelopes as they need, with no more than `mostItems` in one; an item too large for one goes to a blob and travels by reference.
   * Returns when all are stored. Throws when any could not be: the caller then has not finished.
   */
  send(
    queue: QueueName,
    tenantId: string,
    kind: string,
    items: readonly unknown[],
    options?: { delaySeconds?: number; mostItems?: number },
  ): Promise<void>;
  /** About how many messages wait or are in work; includes delayed ones. */
  depth(queue: QueueName): Promise<number>;
}

/** Fetches the items that travelled by reference; items that did not are returned as they are. */
export interface OversizeItems {
  resolve(items: readonly unknown[]): Promise<unknown[]>;
}

/** What a row looked like when it was read; a save with an old one is refused. */
export type Version = string;
