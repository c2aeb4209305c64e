import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import type { Clock } from '../ports.ts';
import type { PoisonMessage, PoisonQueues } from '../queues/poison-store.ts';
import { neverExpires, queueNames } from './queues.ts';
import { createdWhenMissing, deadline, statusOf } from './storage.ts';
import { storageAnswer } from './storage-answer.ts';
import type { StorageClients } from './storage.ts';

/** Long enough to keep what was received; when that fails they come again soon. */
const hiddenSeconds = 300;
const mostAtOnce = 32;

/**
 * The `<queue>-poison` queues to which the host moves what failed too often (FACTS 11.13), read with the SDK because no
 * trigger can read a message that is not base64. `queue` of a message is the queue where it failed, without `-poison`; its times are those
 * of the product's clock.
 */
export function createPoisonQueues(
  storage: Pick<StorageClients, 'queue'>,
  clock: Clock,
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
            insertedAt: productTime(message.insertedOn, clock),
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

    async putBack(queue, body) {
      const client = storage.queue(queue);
      await createdWhenMissing(
        () => client.createIfNotExists({ abortSignal: deadline() }),
        () => client.sendMessage(body, { messageTimeToLive: neverExpires, abortSignal: deadline() }),
      );
    },
  };
}

/** The product may live later than the service (GRACEWATCH_CLOCK). */
export function productTime(serviceTime: Date, clock: Clock): string {
  const ahead = Math.round((clock.now().getTime() - Date.now()) / 1000);
  return new Date(serviceTime.getTime() + ahead * 1000).toISOString();
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
