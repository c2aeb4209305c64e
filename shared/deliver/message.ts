import type { AdaptiveCard } from './adaptive-card.ts';

/** How much a card tells. Texts are in code points. */
export interface Detail {
  /** Alerts, tenants and products that are listed before "and 12 more". */
  items: number;
  /** Names of people, groups and products. */
  name: number;
  /** Sentences: summary, cause, one step of the runbook. */
  text: number;
  /** Whether facts stand on it that the link tells too. */
  optional: boolean;
}

/**
 * From all to next to nothing. A card is never dropped for its size: the last of these stays under any limit, whatever the
 * names are made of.
 */
const details: readonly [Detail, ...Detail[]] = [
  { items: 10, name: 256, text: 2000, optional: true },
  { items: 10, name: 120, text: 1000, optional: true },
  { items: 10, name: 80, text: 500, optional: true },
  { items: 10, name: 60, text: 300, optional: false },
  { items: 5, name: 40, text: 150, optional: false },
  { items: 2, name: 20, text: 60, optional: false },
];

/** The wrapper that a workflow expects: `attachments` always, plain text fails in the flow (FACTS 10.2). */
export interface ChannelMessage {
  type: 'message';
  attachments: {
    contentType: 'application/vnd.microsoft.card.adaptive';
    contentUrl: null;
    content: AdaptiveCard;
  }[];
}

/** A workflow refuses more than 28 KB, wrapper included (FACTS 10.2); whether a KB is 1,000 bytes or 1,024 it does not say. */
export const largestMessageBytes = 28_000;

/** Tried one after the other where a channel answers that even that was too large. */
export const smallerMessageBytes: readonly number[] = [14_000, 7_000];

/** The message with as much detail as fits, and with the least where nothing does. */
export function fittingMessage(
  build: (detail: Detail) => AdaptiveCard,
  limit = largestMessageBytes,
): ChannelMessage {
  let message = wrap(build(details[0]));
  for (const detail of details.slice(1)) {
    if (messageBytes(message) < limit) return message;
    message = wrap(build(detail));
  }
  return message;
}

export function messageBytes(message: ChannelMessage): number {
  return Buffer.byteLength(JSON.stringify(message));
}

function wrap(content: AdaptiveCard): ChannelMessage {
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}
