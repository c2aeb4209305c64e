import names from '../names.json' with { type: 'json' };
import type { Clock } from '../ports.ts';
import type { StorageFailureNotes } from '../queues/storage-failures.ts';
import { eachBounded } from './bounded.ts';
import { productTime } from './poison-queues.ts';
import { createdWhenMissing, deadline, statusOf, type StorageClients } from './storage.ts';
import { storageAnswer } from './storage-answer.ts';

const mostAtOnce = 32;
const removedAtOnce = 8;
const hiddenSeconds = 60;
/** A note that nobody has read for so long explains nothing any more. */
const notesLiveSeconds = 24 * 60 * 60;
/** Whoever leaves a note fails anyway, and must not wait long for that. */
const patienceMilliseconds = 5_000;

/** Notes that storage failed, in a queue that no trigger reads. @param secondsBetween two notes of this process */
export function createStorageFailureNotes(
  storage: Pick<StorageClients, 'queue'>,
  clock: Clock,
  secondsBetween: number,
  name: string = names.ownQueues.storageFailures,
): StorageFailureNotes {
  const queue = storage.queue(name);
  let triedAt = -Infinity;
  return {
    async note() {
      const now = Date.now();
      if (now - triedAt < secondsBetween * 1000) return;
      triedAt = now;
      const abortSignal = AbortSignal.timeout(patienceMilliseconds);
      await createdWhenMissing(
        () => queue.createIfNotExists({ abortSignal }),
        () => queue.sendMessage('', { messageTimeToLive: notesLiveSeconds, abortSignal }),
      );
    },

    async receive() {
      try {
        const received = await queue.receiveMessages({
          numberOfMessages: mostAtOnce,
          visibilityTimeout: hiddenSeconds,
          abortSignal: deadline(),
        });
        return storageAnswer('queue', received).receivedMessageItems.map(
          ({ messageId, popReceipt, insertedOn }) => ({
            messageId,
            popReceipt,
            at: productTime(insertedOn, clock),
          }),
        );
      } catch (error) {
        // Storage has not failed yet.
        if (statusOf(error) === 404) return [];
        throw error;
      }
    },

    async remove(notes) {
      await eachBounded(notes, removedAtOnce, async ({ messageId, popReceipt }) => {
        try {
          await queue.deleteMessage(messageId, popReceipt, { abortSignal: deadline() });
        } catch (error) {
          const status = statusOf(error);
          if (status !== 404 && status !== 400) throw error;
        }
      });
    },
  };
}
