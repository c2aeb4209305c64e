import { z } from 'zod';

/**
 * A message: `{v, tenantId, kind, items[], notBefore?}`. No field may be called `id` or like any other queue metadata: the Functions host
 * lets top-level properties of a JSON message overwrite the trigger metadata of the same name (FACTS 11.13).
 */
export const envelopeVersion = 1;

export const envelopeSchema = z.object({
  v: z.number().int(),
  tenantId: z.string().min(1),
  kind: z.string().min(1),
  items: z.array(z.unknown()),
  /** Until then the message was hidden on purpose, so it does not count as waiting (ISO 8601, UTC). */
  notBefore: z.string().exactOptional(),
  /** True where it could not be handled and was put back: what it stored then was never said. */
  replayed: z.boolean().exactOptional(),
  /** How often it was put back by itself, because storage had failed (shared/queues/replay-automatically.ts). */
  replays: z.number().int().min(0).exactOptional(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** Stands in `items` for an item that was too large for a message and lies in a blob. */
export const oversizeSchema = z.strictObject({ oversizeBlob: z.string().min(1) });
export type OversizeReference = z.infer<typeof oversizeSchema>;

/** What the body of a message must not exceed before base64: 48 KiB become 64 KiB, the limit of a storage queue (FACTS 11.7). */
export const largestBodyBytes = 48 * 1024;
/** What one may have that is sent: `"replayed":true,"replays":3,` must still fit in when it is put back. */
export const maximumMessageBytes = largestBodyBytes - 64;

export class NotAnEnvelope extends Error {
  override name = 'NotAnEnvelope';
}

/**
 * Reads what a queue trigger hands over: an object where the host could parse the message, else text.
 * @throws NotAnEnvelope with the reason, never with the body
 */
export function readEnvelope(message: unknown): Envelope {
  const parsed = envelopeSchema.safeParse(message);
  if (!parsed.success) {
    throw new NotAnEnvelope('the message is not an envelope {v, tenantId, kind, items[]}');
  }
  if (parsed.data.v > envelopeVersion) {
    throw new NotAnEnvelope(
      `the message is of version ${String(parsed.data.v)}; this build reads up to ${String(envelopeVersion)}: deploy the newer build`,
    );
  }
  return parsed.data;
}

/** The envelopes that carry `items` in order, each within the limits, and the items that fit in none. */
export function packItems(
  tenantId: string,
  kind: string,
  items: readonly unknown[],
  limit = maximumMessageBytes,
  mostItems = Infinity,
): { envelopes: Envelope[]; oversize: unknown[] } {
  const frame = Buffer.byteLength(JSON.stringify({ v: envelopeVersion, tenantId, kind, items: [] }));
  const envelopes: Envelope[] = [];
  const oversize: unknown[] = [];
  let size = 0;
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    if (frame + bytes > limit) {
      oversize.push(item);
      continue;
    }
    const last = envelopes.at(-1);
    if (last === undefined || last.items.length >= mostItems || size + bytes > limit) {
      envelopes.push({ v: envelopeVersion, tenantId, kind, items: [item] });
      size = frame + bytes;
    } else {
      last.items.push(item);
      size += bytes;
    }
  }
  return { envelopes, oversize };
}
