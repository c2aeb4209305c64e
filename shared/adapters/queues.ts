import type { QueueClient } from '@azure/storage-queue';
import { maximumMessageBytes, packItems } from '../envelope.ts';
import type { Envelope } from '../envelope.ts';
import names from '../names.json' with { type: 'json' };
import type { Queues, QueueName } from '../ports.ts';
import { eachBounded } from './bounded.ts';
import { createdWhenMissing, deadline, statusOf } from './storage.ts';
import { storageAnswer } from './storage-answer.ts';
import type { StorageClients } from './storage.ts';
import type { OversizeBlobs } from './oversize-blobs.ts';

export const queueNames: Record<QueueName, string> = {
  collect: names.queues.collect,
  signals: names.queues.signals,
  'evaluate-licence': names.queues.evaluateLicence,
  'evaluate-operations': names.queues.evaluateOperations,
  verdicts: names.queues.verdicts,
  notices: names.queues.notices,
};

/** A message can be hidden for seven days; whoever waits longer looks at the clock and waits again. */
const longestDelaySeconds = 7 * 24 * 60 * 60;
export const neverExpires = -1;
/** What `"notBefore":"2026-01-01T00:00:00.000Z",` takes in an envelope. */
const notBeforeBytes = 40;
const messagesAtOnce = 16;

/**
 * Storage queues. Sent with the SDK and not by output bindings, which write JSON indented and so burst the limit, and never
 * expiring, where the standard is seven days (FACTS 11.7, 11.13). Base64, because that is what the host's trigger reads.
 */
export function createQueues(
  storage: Pick<StorageClients, 'queue'>,
  oversizeBlobs: OversizeBlobs,
  physicalNames: Record<QueueName, string> = queueNames,
): Queues {
  return {
    async send(queue, tenantId, kind, items, options = {}) {
      const client = storage.queue(physicalNames[queue]);
      const visibilityTimeout = delay(options.delaySeconds);
      const limit = maximumMessageBytes - (visibilityTimeout > 0 ? notBeforeBytes : 0);
      const { envelopes, oversize } = packItems(tenantId, kind, items, limit, options.mostItems);
      // The blob is there before the message that refers to it.
      const references: unknown[] = [];
      for (const item of oversize) references.push(await oversizeBlobs.put(item));
      const packed = [...envelopes, ...packItems(tenantId, kind, references).envelopes];
      await eachBounded(packed, messagesAtOnce, (envelope) =>
        sendEnvelope(client, envelope, visibilityTimeout),
      );
    },

    async depth(queue) {
      try {
        const properties = await storage
          .queue(physicalNames[queue])
          .getProperties({ abortSignal: deadline() });
        return storageAnswer('queue', properties).approximateMessagesCount ?? 0;
      } catch (error) {
        if (statusOf(error) === 404) return 0;
        throw error;
      }
    },
  };
}

async function sendEnvelope(
  client: QueueClient,
  envelope: Envelope,
  visibilityTimeout: number,
): Promise<void> {
  const hidden =
    visibilityTimeout > 0 ? { ...envelope, notBefore: secondsFromNow(visibilityTimeout) } : envelope;
  const text = Buffer.from(JSON.stringify(hidden)).toString('base64');
  await createdWhenMissing(
    () => client.createIfNotExists({ abortSignal: deadline() }),
    () =>
      client.sendMessage(text, {
        messageTimeToLive: neverExpires,
        visibilityTimeout,
        abortSignal: deadline(),
      }),
  );
}

function secondsFromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

function delay(seconds = 0): number {
  return Math.min(Math.max(Math.ceil(seconds), 0), longestDelaySeconds);
}
