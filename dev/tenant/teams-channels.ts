import { z } from 'zod';
import { type Answer, type Call, empty, json, proxyPage } from './answer.ts';
import { limitRequests } from './request-limit.ts';

/** A card as it was received; `id` counts up over all channels. */
export interface ReceivedCard {
  id: number;
  channel: string;
  /** ISO 8601, UTC. */
  receivedAt: string;
  card: unknown;
}

export interface TeamsChannels {
  /** Requests under `/teams/`. */
  handle(call: Call): Answer;
  /** Newest first. */
  received(channel?: string): ReceivedCard[];
  /** Tells of every card from now on; call the result to stop. */
  watch(listener: (card: ReceivedCard) => void): () => void;
}

/** Wrapper included (FACTS 10.2). */
const largestMessage = 28 * 1024;

const keptCards = 200;

/** What a workflow needs to post a card (FACTS 10.2, 10.3); all else is the card's own. */
const messageSchema = z.object({
  type: z.literal('message'),
  attachments: z
    .array(
      z.object({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        content: z.looseObject({
          type: z.literal('AdaptiveCard', { error: "Property 'type' must be 'AdaptiveCard'" }),
          version: z.string().regex(/^1\.[0-5]$/, 'Teams shows versions up to 1.5'),
          body: z.array(z.looseObject({ type: z.string() })).min(1),
        }),
      }),
    )
    .min(1),
});

/** Channels that take no card, by name (FACTS 10.2): nothing has to be said beforehand for them to fail. */
const brokenChannels = new Map<string, Answer>([
  ['gone', workflowError(404, 'WorkflowNotFound', 'The workflow could not be found.')],
  [
    'shut',
    workflowError(
      401,
      'DirectApiAuthorizationRequired',
      'The workflow takes requests of its own tenant only.',
    ),
  ],
  ['proxy', proxyPage],
]);

/** Channels behind Teams workflows: `POST /teams/{channel}` posts a card, `GET /teams/{channel}/cards` shows what came. */
export function createTeamsChannels(now: () => number): TeamsChannels {
  const cards: ReceivedCard[] = [];
  const listeners = new Set<(card: ReceivedCard) => void>();
  // FACTS 10.2: more than 4 requests a second are throttled.
  const limit = limitRequests(4, 1, now);
  let lastId = 0;

  const received = (channel?: string): ReceivedCard[] =>
    channel === undefined ? cards : cards.filter((card) => card.channel === channel);

  const keep = (channel: string, card: unknown): void => {
    lastId += 1;
    const one: ReceivedCard = { id: lastId, channel, receivedAt: new Date(now()).toISOString(), card };
    cards.unshift(one);
    cards.length = Math.min(cards.length, keptCards);
    for (const listener of listeners) listener(one);
  };

  const post = (channel: string, body: Buffer): Answer => {
    if (body.length > largestMessage) {
      return workflowError(
        413,
        'RequestEntityTooLarge',
        `The message has ${body.length} bytes; a channel takes ${largestMessage}.`,
      );
    }
    const wait = limit(channel);
    if (wait !== undefined) {
      const refused = workflowError(429, 'TooManyRequests', 'Rate limit is exceeded. Try again later.');
      return { ...refused, headers: { 'retry-after': String(wait) } };
    }
    const message = readMessage(body);
    if (typeof message === 'string') return workflowError(400, 'InvalidRequestContent', message);
    for (const { content } of message.attachments) keep(channel, content);
    // The workflow is queued, nothing more: no body, no proof that the card was posted.
    return empty(202);
  };

  return {
    received,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    handle(call) {
      const [, channel, rest] = call.path.match(/^\/teams\/([a-z0-9-]{1,40})(\/cards)?$/i) ?? [];
      if (channel === undefined) return workflowError(404, 'WorkflowNotFound', 'There is no such channel.');
      if (rest !== undefined && call.method === 'GET') return json(200, { value: received(channel) });
      if (rest !== undefined || call.method !== 'POST') {
        return workflowError(405, 'MethodNotAllowed', 'A workflow takes POST.');
      }
      return brokenChannels.get(channel) ?? post(channel, call.body);
    },
  };
}

function workflowError(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message } });
}

/** The message, or why it is none. */
function readMessage(body: Buffer): z.infer<typeof messageSchema> | string {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return 'The message is not JSON.';
  }
  const parsed = messageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return parsed.error.issues
    .map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`)
    .join('; ');
}
