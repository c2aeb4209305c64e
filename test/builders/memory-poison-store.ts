import { envelopeIn, tenantNamedIn } from '../../shared/queues/poison-envelope.ts';
import type {
  KeptMessage,
  KeptOfQueue,
  PoisonMessage,
  PoisonQueues,
  PoisonStore,
  ToldPoison,
  WhichKept,
} from '../../shared/queues/poison-store.ts';
import type { FailingTime, StorageFailureNotes } from '../../shared/queues/storage-failures.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { forgetSome } from './memory-versions.ts';

type Kept = PoisonMessage & { keptAt: string };

/** Kept messages in memory. They keep the contract of the table (test/contract/poison-store.test.ts). */
export function createMemoryPoisonStore(): PoisonStore & TenantData {
  const kept = new Map<string, Kept>();
  const marks = { untold: new Set<string>(), automatic: new Set<string>() };
  const told = new Map<string, ToldPoison>();
  const counted = new Map<string, KeptOfQueue>();
  let failing: FailingTime[] = [];
  const toldKey = ({ queue, tenantId }: Pick<ToldPoison, 'queue' | 'tenantId'>): string =>
    JSON.stringify([queue, tenantId]);
  const which = ({ queue, storageFailed }: WhichKept): Kept[] =>
    [...kept.values()].filter(
      (message) =>
        (queue === undefined || message.queue === queue) &&
        (storageFailed === undefined || message.storageFailed === true),
    );
  const store: PoisonStore & TenantData = {
    keep: (message, keptAt) => store.keepAll([message], keptAt),
    keepAll(messages, keptAt) {
      for (const { queue, messageId, insertedAt, body, tenantId, storageFailed } of messages) {
        const key = JSON.stringify([queue, messageId]);
        const known = {
          ...(tenantId === undefined ? {} : { tenantId }),
          ...(storageFailed === undefined ? {} : { storageFailed }),
        };
        if (!kept.has(key)) kept.set(key, { queue, messageId, insertedAt, body, keptAt, ...known });
      }
      return Promise.resolve();
    },
    async *list(asked = {}) {
      yield* await Promise.resolve(which(asked));
    },
    async *listKept(asked = {}) {
      yield* await Promise.resolve(which(asked).map(withoutBody));
    },
    read: (queue, messageId) => Promise.resolve(kept.get(JSON.stringify([queue, messageId]))),
    remove(queue, messageIds) {
      for (const messageId of messageIds) kept.delete(JSON.stringify([queue, messageId]));
      return Promise.resolve();
    },
    mark(what, queue) {
      marks[what].add(queue);
      return Promise.resolve();
    },
    unmark(what, queue) {
      marks[what].delete(queue);
      return Promise.resolve();
    },
    readNotes: () =>
      Promise.resolve({
        untold: [...marks.untold],
        automatic: [...marks.automatic],
        told: [...told.values()],
        counted: [...counted.values()],
        failing,
      }),
    readCounted: () => Promise.resolve([...counted.values()]),
    saveCounted(row) {
      if (row.kept === 0) counted.delete(row.queue);
      else counted.set(row.queue, { ...row });
      return Promise.resolve();
    },
    saveTold(row) {
      told.set(toldKey(row), structuredClone(row));
      return Promise.resolve();
    },
    removeTold(row) {
      told.delete(toldKey(row));
      return Promise.resolve();
    },
    saveFailing(times) {
      failing = [...times];
      return Promise.resolve();
    },
    forget(tenantId) {
      for (const row of told.values()) if (row.tenantId === tenantId) told.delete(toldKey(row));
      return Promise.resolve(forgetSome(kept, (message) => tenantNamedIn(message) === tenantId));
    },
  };
  return store;
}

function withoutBody({ body, ...rest }: Kept): KeptMessage {
  const tenantId = tenantNamedIn({ ...rest, body });
  const envelope = envelopeIn(body);
  return {
    ...rest,
    bytes: Buffer.byteLength(body),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(envelope === undefined ? {} : { kind: envelope.kind, items: envelope.items.length }),
    ...(envelope?.replays === undefined ? {} : { replays: envelope.replays }),
  };
}

/** Notes that storage failed, at these times. */
export function createMemoryStorageFailures(): StorageFailureNotes & { failedAt(...times: string[]): void } {
  let waiting: string[] = [];
  return {
    failedAt: (...times) => void waiting.push(...times),
    note: () => Promise.resolve(),
    receive: () => Promise.resolve(waiting.map((at) => ({ at, messageId: at, popReceipt: `pop ${at}` }))),
    remove(notes) {
      waiting = waiting.filter((at) => !notes.some((note) => note.at === at));
      return Promise.resolve();
    },
  };
}

/** Poison queues in memory, filled by the test. What was received stays until it is removed and is not seen again. */
export function createMemoryPoisonQueues(messages: readonly PoisonMessage[]): PoisonQueues & {
  left(): PoisonMessage[];
  /** What was put back, by queue. */
  replayed: { queue: string; body: string }[];
} {
  const replayed: { queue: string; body: string }[] = [];
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
    replayed,
    putBack(queue, body) {
      replayed.push({ queue, body });
      return Promise.resolve();
    },
    left() {
      return waiting.map(({ received: _, ...message }) => message);
    },
  };
}
