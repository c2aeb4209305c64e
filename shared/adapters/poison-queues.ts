import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import type { PoisonMessage, PoisonQueues } from '../ports.ts';
import { queueNames } from './queues.ts';
import { deadline, statusOf } from './storage.ts';
import { storageAnswer } from './storage-answer.ts';
import type { StorageClients } from './storage.ts';

/** Long enough to keep what was received; when that fails they come again soon. */
const hiddenSeconds = 300;
const mostAtOnce = 32;

/**
 * The `<queue>-poison` queues to which the host moves what failed too often (FACTS 11.13), read with the SDK because no
 * trigger can read a message that is not base64. `queue` of a message is the queue where it failed, without `-poison`.
 */
export function createPoisonQueues(
  storage: Pick<StorageClients, 'queue'>,
  queues: readonly string[] = Object.values(queueNames),
): PoisonQueues {
  const poisonOf = (queue: string): QueueClient => storage.queue(`${queue}-poison`);

  return {
    async receive(limit) {
      const received: (PoisonMessage & { popReceipt: string })[] = [];
      for (const queue of queues) {
        for await (const message of messagesOf(poisonOf(queue), limit)) {
          received.push({
            queue,
            messageId: message.messageId,
            insertedAt: message.insertedOn.toISOString(),
            body: message.messageText,
            popReceipt: message.popReceipt,
          });
        }
      }
      return received;
    },

    async remove({ queue, messageId, popReceipt }) {
      try {
        await poisonOf(queue).deleteMessage(messageId, popReceipt, { abortSignal: deadline() });
      } catch (error) {
        // Gone, or received again by somebody else, who will remove it: keeping a message is idempotent.
        const status = statusOf(error);
        if (status !== 404 && status !== 400) throw error;
      }
    },
  };
}

async function* messagesOf(client: QueueClient, limit: number): AsyncGenerator<ReceivedMessageItem> {
  let left = limit;
  while (left > 0) {
    const numberOfMessages = Math.min(left, mostAtOnce);
    const messages = await receive(client, numberOfMessages);
    yield* messages;
    if (messages.length < numberOfMessages) return;
    left -= messages.length;
  }
}

/** None while the queue is not there: the host makes it with the first poisoned message. */
async function receive(client: QueueClient, numberOfMessages: number): Promise<ReceivedMessageItem[]> {
  try {
    const received = await client.receiveMessages({
      numberOfMessages,
      visibilityTimeout: hiddenSeconds,
      abortSignal: deadline(),
    });
    return storageAnswer('queue', received).receivedMessageItems;
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw error;
  }
}
