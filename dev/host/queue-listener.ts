import { setTimeout as sleep } from 'node:timers/promises';
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { errorStatus } from './error-code.ts';
import type { QueueOptions } from './host-json.ts';
import { type LogLine, oneLine } from './log-line.ts';
import { holdMessage } from './message-lease.ts';
import { decodeMessage, fateOfMessage, isSpent, type MessageFate } from './queue-message.ts';
import { storageProblem } from './storage.ts';

const shortestPollingMilliseconds = 100;

/** The default of the service, written out because the poison queue's owner has to know it (FACTS 11.13). */
const poisonLifeSeconds = 7 * 24 * 60 * 60;

export interface QueueListenerOptions {
  queue: QueueClient;
  /** Undefined where there can be none: failed messages then stay hidden for their time and come again. */
  poison: QueueClient | undefined;
  queues: QueueOptions;
  lockSeconds: number;
  /** Runs the function with the text of one message. */
  handle: (text: string, message: DequeuedMessageItem) => Promise<'succeeded' | 'failed'>;
  log: LogLine;
}

/** A host that is killed as soon as it answers must not have counted against a message that it never worked on. */
const beforeFirstMessageMilliseconds = 250;

/** Takes messages until it is stopped. `stop` returns when all that were taken are settled. */
export function listenToQueue(options: QueueListenerOptions): { stop: () => Promise<void> } {
  const { queue, queues, log } = options;
  const stopped = new AbortController();
  const inWork = new Set<Promise<void>>();
  let reachable = true;

  async function takeMessages(): Promise<DequeuedMessageItem[]> {
    try {
      const received = await queue.receiveMessages({
        numberOfMessages: queues.batchSize,
        visibilityTimeout: options.lockSeconds,
      });
      reachable = true;
      return received.receivedMessageItems;
    } catch (error) {
      if (errorStatus(error) === 404) {
        // Somebody deleted it while the host was running.
        await queue.createIfNotExists().catch(() => undefined);
      }
      if (reachable) {
        log(oneLine(`${queue.name}: no messages can be received for now: ${storageProblem(error)}`));
        reachable = false;
      }
      return [];
    }
  }

  async function poll(): Promise<void> {
    let pause = shortestPollingMilliseconds;
    await sleep(beforeFirstMessageMilliseconds, undefined, { signal: stopped.signal }).catch(() => undefined);
    while (!stopped.signal.aborted) {
      if (inWork.size > queues.newBatchThreshold) {
        await Promise.race(inWork);
        continue;
      }
      const messages = await takeMessages();
      for (const message of messages) {
        const work = settleMessage(options, message).finally(() => inWork.delete(work));
        inWork.add(work);
      }
      if (messages.length === 0) {
        await sleep(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
        pause = Math.min(pause * 2, queues.maxPollingMilliseconds);
      } else {
        pause = shortestPollingMilliseconds;
      }
    }
  }

  const polling = poll();
  return {
    stop: async () => {
      stopped.abort();
      await polling;
      await Promise.all(inWork);
    },
  };
}

/** Handles one message and does with it what its fate is. Storage that fails here only makes the message come again. */
async function settleMessage(options: QueueListenerOptions, message: DequeuedMessageItem): Promise<void> {
  const { queue, queues, poison, log } = options;
  const lease = holdMessage(queue, message, options.lockSeconds, log);
  const fate = await decideFate(options, message);
  const popReceipt = await lease.end();
  try {
    switch (fate) {
      case 'delete':
        await queue.deleteMessage(message.messageId, popReceipt);
        return;
      case 'retry': {
        const seconds = Math.round(queues.visibilityTimeoutMilliseconds / 1000);
        await queue.updateMessage(message.messageId, popReceipt, undefined, seconds);
        return;
      }
      case 'poison':
        // Copied before it is deleted: a crash between leaves two rather than none.
        await poison?.createIfNotExists();
        await poison?.sendMessage(message.messageText, { messageTimeToLive: poisonLifeSeconds });
        await queue.deleteMessage(message.messageId, popReceipt);
        log(oneLine(`${queue.name}: message ${message.messageId} moved to ${poison?.name ?? ''}`));
        return;
      case 'leave':
        return;
    }
  } catch (error) {
    log(oneLine(`${queue.name}: message ${message.messageId} will come again: ${storageProblem(error)}`));
  }
}

async function decideFate(options: QueueListenerOptions, message: DequeuedMessageItem): Promise<MessageFate> {
  const { maxDequeueCount, messageEncoding } = options.queues;
  const hasPoison = options.poison !== undefined;
  if (isSpent(message.dequeueCount, maxDequeueCount, hasPoison)) {
    return 'poison';
  }
  const decoded = decodeMessage(message.messageText, messageEncoding);
  if (decoded.kind === 'undecodable') {
    // It never reaches a function (FACTS 11.13).
    options.log(oneLine(`${options.queue.name}: message ${message.messageId} is not base64`));
  }
  const outcome = decoded.kind === 'text' ? await options.handle(decoded.text, message) : 'failed';
  return fateOfMessage(outcome, message.dequeueCount, maxDequeueCount, hasPoison);
}
