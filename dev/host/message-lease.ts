import type { QueueClient } from '@azure/storage-queue';
import { type LogLine, oneLine } from './log-line.ts';
import { storageProblem } from './storage.ts';

/** A message that is kept hidden while its function runs. */
export interface MessageLease {
  /** Ends the renewal. @returns the receipt that the message now has */
  end(): Promise<string>;
}

/**
 * Renews the time for which a message is hidden at half of it, so that a long run is not taken for a dead one. Where renewal fails
 * the message comes back and is handled again.
 */
export function holdMessage(
  queue: QueueClient,
  message: { messageId: string; popReceipt: string },
  lockSeconds: number,
  log: LogLine,
): MessageLease {
  let { popReceipt } = message;
  let renewal = Promise.resolve();
  const renew = async (): Promise<void> => {
    try {
      const updated = await queue.updateMessage(message.messageId, popReceipt, undefined, lockSeconds);
      popReceipt = updated.popReceipt ?? popReceipt;
    } catch (error) {
      log(
        oneLine(
          `${queue.name}: message ${message.messageId} could not be kept hidden: ${storageProblem(error)}`,
        ),
      );
    }
  };
  const timer = setInterval(
    () => {
      renewal = renewal.then(renew);
    },
    (lockSeconds * 1000) / 2,
  );
  return {
    end: async () => {
      clearInterval(timer);
      await renewal;
      return popReceipt;
    },
  };
}
