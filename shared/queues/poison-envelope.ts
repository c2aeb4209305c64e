import { type Envelope, envelopeSchema, largestBodyBytes } from '../envelope.ts';
import { asObject } from '../json/json-value.ts';
import type { PoisonMessage } from './poison-store.ts';

/** The envelope that the body of a message is, as base64 or as it is; undefined where it is none. */
export function envelopeIn(body: string): Envelope | undefined {
  return readBody(body)?.envelope;
}

/** With it all that the body says, also what only a newer build knows. */
function readBody(body: string): { envelope: Envelope; said: Readonly<Record<string, unknown>> } | undefined {
  for (const text of [Buffer.from(body, 'base64').toString('utf8'), body]) {
    try {
      const said: unknown = JSON.parse(text);
      const envelope = envelopeSchema.safeParse(said);
      if (envelope.success) return { envelope: envelope.data, said: asObject(said) ?? {} };
    } catch {
      // Not JSON in this reading; the next one, or nobody's.
    }
  }
  return undefined;
}

/** The tenant of a message that could not be handled, where it is kept with it or its body is an envelope. */
export function tenantNamedIn({
  tenantId,
  body,
}: Pick<PoisonMessage, 'tenantId' | 'body'>): string | undefined {
  return tenantId ?? envelopeIn(body)?.tenantId;
}

/**
 * What is put into a queue in place of a message that could not be handled: the same, which says that it was `replayed`, so that what it had
 * stored before it failed is said again. What is no envelope is put back as it was.
 * @param replays how often it was put back by itself, this time included; absent where a person does it
 * @returns several only where the message would become too large
 */
export function replayedBodies(body: string, replays?: number): string[] {
  const read = readBody(body);
  if (read === undefined) return [body];
  // What it was hidden for is over.
  const { notBefore: _over, replays: _before, ...said } = read.said;
  const marks = { replayed: true, ...(replays === undefined ? {} : { replays }) };
  return withinLimit(said, read.envelope.items, marks).map((text) => Buffer.from(text).toString('base64'));
}

function withinLimit(said: object, items: readonly unknown[], marks: object): string[] {
  const text = JSON.stringify({ ...said, items, ...marks });
  if (Buffer.byteLength(text) <= largestBodyBytes) return [text];
  // Of an earlier version that left no room for the marks. Better unmarked than never.
  if (items.length < 2) return [JSON.stringify({ ...said, items })];
  const half = Math.ceil(items.length / 2);
  return [...withinLimit(said, items.slice(0, half), marks), ...withinLimit(said, items.slice(half), marks)];
}
