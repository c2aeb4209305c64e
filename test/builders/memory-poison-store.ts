import type { PoisonMessage, PoisonQueues, PoisonStore } from '../../shared/ports.ts';

/** Kept messages in memory. They keep the contract of the table (test/contract/poison-store.test.ts). */
export function createMemoryPoisonStore(): PoisonStore {
  const kept = new Map<string, PoisonMessage & { keptAt: string }>();
  return {
    keep({ queue, messageId, insertedAt, body }, keptAt) {
      const key = JSON.stringify([queue, messageId]);
      if (!kept.has(key)) kept.set(key, { queue, messageId, insertedAt, body, keptAt });
      return Promise.resolve();
    },
    async *list() {
      yield* await Promise.resolve(kept.values());
    },
  };
}

/** Poison queues in memory, filled by the test. What was received stays until it is removed and is not seen again. */
export function createMemoryPoisonQueues(messages: readonly PoisonMessage[]): PoisonQueues & {
  left(): PoisonMessage[];
} {
  const waiting = messages.map((message) => ({ ...message, received: false }));
  return {
    receive(limit) {
      const taken = new Map<string, number>();
      const received = waiting.filter((message) => {
        const count = taken.get(message.queue) ?? 0;
        if (message.received || count === limit) return false;
        taken.set(message.queue, count + 1);
        return true;
      });
      for (const message of received) message.received = true;
      return Promise.resolve(
        received.map(({ received: _, ...message }) => ({
          ...message,
          popReceipt: `pop ${message.messageId}`,
        })),
      );
    },
    remove({ queue, messageId }) {
      const index = waiting.findIndex(
        (message) => message.queue === queue && message.messageId === messageId,
      );
      if (index >= 0) waiting.splice(index, 1);
      return Promise.resolve();
    },
    left() {
      return waiting.map(({ received: _, ...message }) => message);
    },
  };
}
