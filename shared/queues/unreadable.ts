import { createHash } from 'node:crypto';
import type { PoisonMessage } from './poison-store.ts';

const prefix = 'unreadable-';

/** A record of a source that could not be read, kept beside the poison messages under a queue name of its own. */
export function unreadableRecord(tenantId: string, source: string, raw: unknown, now: string): PoisonMessage {
  const body = JSON.stringify(raw);
  const messageId = createHash('sha256').update(body).digest('hex');
  return { queue: `${prefix}${source}`, messageId, insertedAt: now, body, tenantId };
}

export function isUnreadableRecord(message: Pick<PoisonMessage, 'queue'>): boolean {
  return message.queue.startsWith(prefix);
}

export function sourceOfUnreadable(queue: string): string {
  return queue.slice(prefix.length);
}
