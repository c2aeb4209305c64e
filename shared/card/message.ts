import type { AdaptiveCard } from './adaptive-card.ts';

/** How much a card tells. Texts are in code points. */
export interface Fullness {
  /** Alerts, tenants, steps and names that are listed before "and 12 more". */
  items: number;
  /** Names of people, groups and products. */
  name: number;
  /** Sentences: summary, cause, one step of the runbook. */
  text: number;
  /** Details of the rule, the weightiest first. */
  details: number;
  /** Whether that stands on it which the link tells too. */
  optional: boolean;
}

/**
 * From all to next to nothing. A card is never dropped for its size: the last of these stays under any limit, whatever the
 * names are made of.
 */
const fullnesses: readonly [Fullness, ...Fullness[]] = [
  { items: 10, name: 256, text: 2000, details: 20, optional: true },
  { items: 10, name: 120, text: 1000, details: 20, optional: true },
  { items: 10, name: 80, text: 500, details: 20, optional: true },
  { items: 10, name: 60, text: 300, details: 8, optional: false },
  { items: 5, name: 40, text: 150, details: 4, optional: false },
  { items: 2, name: 20, text: 60, details: 2, optional: false },
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

/** The message that tells as much as fits, and with the least where nothing does. */
export function fittingMessage(
  build: (fullness: Fullness) => AdaptiveCard,
  limit = largestMessageBytes,
): ChannelMessage {
  let message = wrap(build(fullnesses[0]));
  for (const fullness of fullnesses.slice(1)) {
    if (messageBytes(message) < limit) return message;
    message = wrap(build(fullness));
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
