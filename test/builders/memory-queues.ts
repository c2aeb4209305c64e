import { maximumMessageBytes, oversizeSchema, packItems } from '../../shared/envelope.ts';
import type { Envelope } from '../../shared/envelope.ts';
import type { OversizeItems, QueueName, Queues } from '../../shared/ports.ts';

export interface SentMessage {
  envelope: Envelope;
  delaySeconds: number;
}

/** Queues in memory for tests to look into and to take from. They keep the contract of test/contract/queues.test.ts. */
export interface MemoryQueues extends Queues, OversizeItems {
  /** What waits, in the order in which it was sent. */
  messages(queue: QueueName): SentMessage[];
  /** Takes everything that waits, also what is delayed. */
  take(queue: QueueName): SentMessage[];
}

export function createMemoryQueues(): MemoryQueues {
  const waiting = new Map<QueueName, SentMessage[]>();
  const oversizeItems = new Map<string, unknown>();
  const messages = (queue: QueueName): SentMessage[] => structuredClone(waiting.get(queue) ?? []);

  return {
    send(queue, tenantId, kind, items, { delaySeconds = 0, mostItems } = {}) {
      const { envelopes, oversize } = packItems(tenantId, kind, items, maximumMessageBytes, mostItems);
      const references = oversize.map((item) => {
        const oversizeBlob = String(oversizeItems.size);
        oversizeItems.set(oversizeBlob, item);
        return { oversizeBlob };
      });
      const packed = [...envelopes, ...packItems(tenantId, kind, references).envelopes];
      const sent = packed.map((envelope) => ({
        envelope: JSON.parse(JSON.stringify(envelope)) as Envelope,
        delaySeconds,
      }));
      waiting.set(queue, [...(waiting.get(queue) ?? []), ...sent]);
      return Promise.resolve();
    },
    depth: (queue) => Promise.resolve(messages(queue).length),
    resolve(items) {
      return Promise.resolve(
        items.map((item) => {
          const reference = oversizeSchema.safeParse(item);
          if (!reference.success) return item;
          if (!oversizeItems.has(reference.data.oversizeBlob)) throw new Error('the item is not there');
          return structuredClone(oversizeItems.get(reference.data.oversizeBlob));
        }),
      );
    },
    messages,
    take(queue) {
      const taken = messages(queue);
      waiting.delete(queue);
      return taken;
    },
  };
}
