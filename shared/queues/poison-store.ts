import type { FailingTime } from './storage-failures.ts';

/** A message that could not be handled, kept where it lasts. `body` is the message as it was, base64 or not. */
export interface PoisonMessage {
  queue: string;
  messageId: string;
  /** When it was put into its poison queue, which is right after its last try. */
  insertedAt: string;
  body: string;
  /** Where it is known; an envelope in the body names it too. */
  tenantId?: string;
  /** It failed while storage failed, so it is put back without a person. */
  storageFailed?: boolean;
}

/**
 * One that is kept, without its body: bodies may be many and large. `tenantId` also where only the body names it; what else an envelope
 * says of itself stands here, too.
 */
export type KeptMessage = Omit<PoisonMessage, 'body'> & {
  keptAt: string;
  /** Length of the body. Absent in rows of earlier versions, and so is what follows. */
  bytes?: number;
  kind?: string;
  /** How many items its envelope carries. */
  items?: number;
  /** How often it was put back by itself before. */
  replays?: number;
};

/** What a tenant was last told of a queue. */
export interface ToldPoison {
  queue: string;
  tenantId: string;
  /** How many of its messages were kept. */
  kept: number;
  /** The one that was kept last of all that ever were; it may have left since. */
  newest: NewestKept;
  toldAt: string;
}

export type NewestKept = Pick<PoisonMessage, 'messageId' | 'insertedAt'> & { keptAt?: string };

/** What is kept of one queue in all tenants, as it was counted last. */
export interface KeptOfQueue {
  queue: string;
  kept: number;
  /** When the first and the last of them were kept. */
  since: string;
  latest: string;
}

/** What is known of the kept messages beside them: few rows, read together. */
export interface PoisonNotes {
  /** Queues of which something is kept of which nobody may have been told yet. */
  untold: string[];
  /** Queues with messages that are to be put back without a person. */
  automatic: string[];
  told: ToldPoison[];
  counted: KeptOfQueue[];
  /** When storage failed, in order. */
  failing: FailingTime[];
}

export interface PoisonStore {
  /** Idempotent by queue and message id. */
  keep(message: PoisonMessage, keptAt: string): Promise<void>;
  /** As `keep`, in few transactions. */
  keepAll(messages: readonly PoisonMessage[], keptAt: string): Promise<void>;
  /** With their bodies, a few at a time. */
  list(which?: WhichKept): AsyncIterable<PoisonMessage & { keptAt: string }>;
  listKept(which?: WhichKept): AsyncIterable<KeptMessage>;
  read(queue: string, messageId: string): Promise<(PoisonMessage & { keptAt: string }) | undefined>;
  /** One that is gone already is no error. */
  remove(queue: string, messageIds: readonly string[]): Promise<void>;
  /** Idempotent. */
  mark(what: 'untold' | 'automatic', queue: string): Promise<void>;
  unmark(what: 'untold' | 'automatic', queue: string): Promise<void>;
  readNotes(): Promise<PoisonNotes>;
  /** One transaction, however much is kept. */
  readCounted(): Promise<KeptOfQueue[]>;
  /** Nothing kept is no row. */
  saveCounted(counted: KeptOfQueue): Promise<void>;
  saveTold(told: ToldPoison): Promise<void>;
  removeTold(told: Pick<ToldPoison, 'queue' | 'tenantId'>): Promise<void>;
  saveFailing(failing: readonly FailingTime[]): Promise<void>;
}

export interface WhichKept {
  queue?: string;
  /** Only those that are put back without a person. */
  storageFailed?: true;
}

export interface PoisonQueues {
  /** Takes up to `limit` messages of every poison queue without deleting them. */
  receive(limit: number): Promise<(PoisonMessage & { popReceipt: string })[]>;
  remove(message: PoisonMessage & { popReceipt: string }): Promise<void>;
  /** Puts a message into the queue where it failed; it never expires there. */
  putBack(queue: string, body: string): Promise<void>;
}
