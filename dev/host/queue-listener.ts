import { setTimeout as sleep } from 'node:timers/promises';
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { QueueOptions } from './host-json.ts';
import { type LogLine, oneLine } from './log-line.ts';
import { holdMessage } from './message-lease.ts';
import {
  type DecodedMessage,
  decodeMessage,
  fateOfMessage,
  isSpent,
  type MessageFate,
} from './queue-message.ts';
import { storageProblem } from './storage.ts';
import type { Trigger } from './trigger.ts';

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

/** Takes messages until it is stopped. `stop` returns when all that were taken are settled or abandoned. */
export function listenToQueue(options: QueueListenerOptions): Trigger {
  const { queue, queues, log } = options;
  const stopped = new AbortController();
  const abandoned = new AbortController();
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
      // Nobody creates it here: on Azure the host does not either, and whoever deploys does (FACTS 11.13).
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
        const work = settleMessage(options, message, abandoned.signal).finally(() => inWork.delete(work));
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
    abandon: () => {
      abandoned.abort();
    },
  };
}

/** Handles one message and does with it what its fate is. Storage that fails here only makes the message come again. */
async function settleMessage(
  options: QueueListenerOptions,
  message: DequeuedMessageItem,
  abandoned: AbortSignal,
): Promise<void> {
  const { queue, queues, poison, log } = options;
  const lease = holdMessage(queue, message, options.lockSeconds, log);
  const fate = await decideFate(options, message);
  const popReceipt = await lease.end();
  if (abandoned.aborted) {
    return;
  }
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
  const outcome = await outcomeOf(options, message, decoded);
  return fateOfMessage(outcome, message.dequeueCount, maxDequeueCount, hasPoison);
}

/** What cannot be decoded never reaches a function: without base64 it is not tried again, with bytes that are no UTF-8 it is (FACTS 11.13). */
async function outcomeOf(
  { queue, handle, log }: QueueListenerOptions,
  message: DequeuedMessageItem,
  decoded: DecodedMessage,
): Promise<'succeeded' | 'failed' | 'not-base64'> {
  switch (decoded.kind) {
    case 'text':
      return handle(decoded.text, message);
    case 'not-utf8':
      log(oneLine(`${queue.name}: message ${message.messageId} is not UTF-8`));
      return 'failed';
    case 'not-base64':
      log(oneLine(`${queue.name}: message ${message.messageId} is not base64`));
      return 'not-base64';
  }
}
