import { z } from 'zod';
import type { Config } from '../config.ts';

const principalSchema = z.object({
  claims: z.array(z.object({ typ: z.string(), val: z.string() })).min(1),
});

/**
 * Whether the caller may be answered. With credential `none` nobody is asked (everything is on loopback); else only a principal
 * that the platform's sign-in has put into `x-ms-client-principal` counts, and only where sign-in is on: where it is off anybody
 * can send that header (FACTS 11.6).
 */
export function mayAsk(config: Pick<Config, 'credential' | 'signInEnabled'>, header: string | null): boolean {
  if (config.credential.kind === 'none') return true;
  if (!config.signInEnabled || header === null) return false;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    return principalSchema.safeParse(decoded).success;
  } catch {
    return false;
  }
}
