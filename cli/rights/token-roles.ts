import { z } from 'zod';

const claimsSchema = z.object({ roles: z.array(z.string()).default([]) });

/**
 * The application permissions that an access token says it carries; undefined where it is no JWT, as with credential `none`.
 * Its signature is not checked: this explains what a call came to and decides nothing.
 */
export function rolesInToken(token: string): string[] | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return claimsSchema.safeParse(json).data?.roles;
  } catch {
    return undefined;
  }
}
