import { tenantNamedIn } from '../../shared/alert/poison-tenant.ts';
import type { PoisonMessage, PoisonQueues, PoisonStore, TenantData } from '../../shared/ports.ts';
import { forgetSome } from './memory-versions.ts';

/** Kept messages in memory. They keep the contract of the table (test/contract/poison-store.test.ts). */
export function createMemoryPoisonStore(): PoisonStore & TenantData {
  const kept = new Map<string, PoisonMessage & { keptAt: string }>();
  return {
    keep({ queue, messageId, insertedAt, body, tenantId }, keptAt) {
      const key = JSON.stringify([queue, messageId]);
      const named = tenantId === undefined ? {} : { tenantId };
      if (!kept.has(key)) kept.set(key, { queue, messageId, insertedAt, body, keptAt, ...named });
      return Promise.resolve();
    },
    async *list() {
      yield* await Promise.resolve(kept.values());
    },
    forget: (tenantId) => Promise.resolve(forgetSome(kept, (message) => tenantNamedIn(message) === tenantId)),
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
