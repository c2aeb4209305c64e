import { envelopeSchema } from '../envelope.ts';
import type { QueueLook, QueueWatch } from '../queues/watch-queues.ts';
import type { QueueName } from '../ports.ts';
import { queueNames } from './queues.ts';
import { deadline, statusOf } from './storage.ts';
import { storageAnswer } from './storage-answer.ts';
import type { StorageClients } from './storage.ts';

/** The most that a queue shows at once; the oldest are in front. */
const mostAtOnce = 32;

/**
 * Looks at the queues without taking anything out. A message counts from when it could first be handled: from its insertion, or from
 * the end of a delay that was asked for; one that fails and comes again goes on counting.
 */
export function createQueueWatch(
  storage: Pick<StorageClients, 'queue'>,
  physicalNames: Record<QueueName, string> = queueNames,
): QueueWatch {
  const look = async (queue: QueueName, physicalName: string): Promise<QueueLook> => {
    const client = storage.queue(physicalName);
    try {
      const properties = await client.getProperties({ abortSignal: deadline() });
      const { approximateMessagesCount: depth = 0 } = storageAnswer('queue', properties);
      const peeked = await client.peekMessages({ numberOfMessages: mostAtOnce, abortSignal: deadline() });
      const { peekedMessageItems } = storageAnswer('queue', peeked);
      const now = Date.now();
      const waiting = peekedMessageItems.map((message) => now - handledFrom(message));
      return { queue, depth, waitingSeconds: Math.round(Math.max(0, ...waiting) / 1000) };
    } catch (error) {
      // Nobody has sent anything yet.
      if (statusOf(error) === 404) return { queue, depth: 0, waitingSeconds: 0 };
      throw error;
    }
  };

  return {
    look: () =>
      Promise.all(
        Object.entries(physicalNames).map(([queue, physicalName]) => look(queue as QueueName, physicalName)),
      ),
  };
}

/** The later of the insertion and the end of the delay; a message that nobody can read waits from its insertion. */
function handledFrom({ messageText, insertedOn }: { messageText: string; insertedOn: Date }): number {
  try {
    const envelope = envelopeSchema.safeParse(
      JSON.parse(Buffer.from(messageText, 'base64').toString('utf8')),
    );
    return Math.max(insertedOn.getTime(), Date.parse(envelope.data?.notBefore ?? '') || 0);
  } catch {
    return insertedOn.getTime();
  }
}
