import { createHash } from 'node:crypto';
import type { ChannelSettings } from '../config.ts';
import type { ChannelSender, DeliveryOutcome } from '../deliver/channel-sender.ts';
import type { Secret } from '../secret.ts';
import {
  type Answer,
  failureOf,
  receive,
  standardTimeoutMilliseconds,
  withoutRedirects,
} from './http-answers.ts';

export interface TeamsOptions {
  fetch?: typeof fetch;
  timeoutMilliseconds?: number;
}

/** In hexadecimal digits: enough to tell two URLs apart. */
const fingerprintLength = 16;

/**
 * Posts to Teams workflows. Any 2xx is done: a workflow answers 202 before it posts, and nothing proves the delivery (FACTS 10.2).
 * No outcome contains the URL: it is a secret as a whole (`sig`).
 */
export function createTeamsSender(
  channels: readonly Pick<ChannelSettings, 'id' | 'url'>[],
  { fetch = globalThis.fetch, timeoutMilliseconds = standardTimeoutMilliseconds }: TeamsOptions = {},
): ChannelSender {
  const urls = new Map(channels.map(({ id, url }) => [id, url]));
  const urlOf = (channelId: string): Secret => {
    const url = urls.get(channelId);
    if (url === undefined) throw new Error(`channel ${channelId} is not in the settings`);
    return url;
  };
  return {
    fingerprint: (channelId) =>
      createHash('sha256').update(urlOf(channelId).reveal()).digest('hex').slice(0, fingerprintLength),

    async post(channelId, card, idempotencyKey) {
      const url = urlOf(channelId);
      const service = `channel ${channelId}`;
      const answered = await receive(service, timeoutMilliseconds, (signal) =>
        fetch(url.reveal(), {
          ...withoutRedirects,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-idempotency-key': idempotencyKey },
          body: JSON.stringify(card),
          signal,
        }),
      );
      return answered.kind === 'read' ? outcomeOf(service, answered.value) : retryOf(answered);
    },
  };
}

/** These say that the channel itself is gone or shut, whatever is posted (FACTS 10.2). */
const endedStatuses: ReadonlySet<number> = new Set([401, 403, 404, 410]);

function outcomeOf(service: string, answer: Answer): DeliveryOutcome {
  const { status, body } = answer;
  if (status >= 200 && status < 300) {
    const hidden = hiddenFailure(body);
    return hidden === undefined
      ? { kind: 'done' }
      : outcomeOf(service, { ...answer, status: hidden, body: '' });
  }
  const failure = failureOf(service, answer, undefined);
  return failure.kind === 'later'
    ? retryOf(failure)
    : {
        kind: 'refused',
        reason: failure.reason,
        ended: endedStatuses.has(status),
        ...(status === 413 || saysTooLarge(body) ? { tooLarge: true } : {}),
      };
}

/**
 * Old connectors, and flows that pass their answer on, say 200 with "Webhook message delivery failed with error: Microsoft Teams
 * endpoint returned HTTP error 429 …" (FACTS 10.2). The status in the sentence is the true one; without one the card is refused.
 */
function hiddenFailure(body: string): number | undefined {
  if (!/webhook message delivery failed/i.test(body)) return undefined;
  const status = Number(/HTTP error (\d{3})/i.exec(body)?.[1] ?? 400);
  return status >= 300 ? status : 400;
}

/** A card over 28 KB is refused with 413 or with this sentence (FACTS 10.2). */
function saysTooLarge(body: string): boolean {
  return /request entity too large/i.test(body);
}

function retryOf({ reason, afterSeconds }: { reason: string; afterSeconds?: number }): DeliveryOutcome {
  return { kind: 'retry', reason, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
}
