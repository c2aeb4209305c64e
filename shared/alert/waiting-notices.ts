import type { StoredNotice } from './alert.ts';

/** A notice that waits for its channel, in the channel's own partition so that what waits goes as one card. */
export interface WaitingNotice {
  channel: string;
  key: string;
  tenantId: string;
  alertId: string;
  reason: StoredNotice['reason'];
  at: string;
  /** Only for reason `digest`: what it tells; such a notice belongs to no alert. */
  digest?: {
    /** The source that finished last. */
    source: string;
    /** All that have finished since the digest before; only `source` where it is absent. */
    sources?: string[];
    /** What was opened until then is in the digest before; absent in the first one of the tenant. */
    after?: string;
    opened: number;
    bySeverity: Record<string, number>;
    byRule: Record<string, number>;
    /** What the rules of `byRule` call themselves; absent in rows of older versions. */
    titles?: Record<string, string>;
  };
  /** Only while its alert cannot be read or written: nobody looks at the notice before `until`, so that it holds up no other. */
  aside?: {
    until: string;
    /** How often in a row. */
    attempt: number;
    /** It was told then, as the notice with this number: only its outcome is missing. */
    sent?: { at: string; sequence: number };
  };
}

/** What waits in front of the channels. */
export interface WaitingNotices {
  /** Idempotent by key. */
  putWaiting(notice: WaitingNotice): Promise<void>;
  listWaiting(channel: string): AsyncIterable<WaitingNotice>;
  removeWaiting(channel: string, keys: readonly string[]): Promise<void>;
  /** Replaces rows of one channel by what they are from now on. */
  setAside(channel: string, notices: readonly WaitingNotice[]): Promise<void>;
}
