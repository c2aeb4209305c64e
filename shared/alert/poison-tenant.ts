import { envelopeSchema } from '../envelope.ts';
import type { PoisonMessage } from '../ports.ts';

/** The tenant of a message that could not be handled, where it is kept with it or its body is an envelope: as base64 or as it is. */
export function tenantNamedIn({
  tenantId,
  body,
}: Pick<PoisonMessage, 'tenantId' | 'body'>): string | undefined {
  if (tenantId !== undefined) return tenantId;
  for (const text of [Buffer.from(body, 'base64').toString('utf8'), body]) {
    try {
      const envelope = envelopeSchema.safeParse(JSON.parse(text));
      if (envelope.success) return envelope.data.tenantId;
    } catch {
      // Not JSON in this reading; the next one, or nobody's.
    }
  }
  return undefined;
}
