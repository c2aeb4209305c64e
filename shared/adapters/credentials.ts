import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import type { CredentialSettings } from '../config.ts';
import type { ReadOutcome } from '../services/read-outcome.ts';
import { tokenRefusalCode, tokenRefusalWords } from '../tenants/token-refusal.ts';
import { CredentialNotLoaded, loadIdentity } from './load-identity.ts';
import { NoTokenInTime, tokenOf } from './token-in-time.ts';

/** A token for a tenant and a scope such as `https://graph.microsoft.com/.default`. Rejects where there is none. */
export type TokenFor = (tenantId: string, scope: string) => Promise<string>;

type NewCredential = (
  settings: Exclude<CredentialSettings, { kind: 'none' }>,
  tenantId: string,
  authority: string,
) => TokenCredential | Promise<TokenCredential>;

/** One credential object a tenant, because it is that object that keeps the tokens (FACTS 11.11). */
export function createTokenFor(
  settings: CredentialSettings,
  authority: string,
  newCredential: NewCredential = loadedCredential,
  timeLimitMilliseconds?: number,
): TokenFor {
  if (settings.kind === 'none') return (tenantId) => Promise.resolve(`none:${tenantId}`);
  const credentials = new Map<string, TokenCredential | Promise<TokenCredential>>();
  return async (tenantId, scope) => {
    const credential = credentials.get(tenantId) ?? newCredential(settings, tenantId, authority);
    // Before anything is waited for: two who ask at once get one credential.
    credentials.set(tenantId, credential);
    const ready = await Promise.resolve(credential).catch((error: unknown) => {
      credentials.delete(tenantId);
      throw error;
    });
    const token = await tokenOf(ready, scope, timeLimitMilliseconds);
    if (isOfAnotherTenant(token, tenantId)) throw new WrongTenant();
    return token;
  };
}

async function loadedCredential(...asked: Parameters<NewCredential>): Promise<TokenCredential> {
  const { credentialFor } = await loadIdentity();
  return credentialFor(...asked);
}

/** A managed identity gives a token of its own tenant whatever tenant is meant: one tenant's data would stand under another's name. */
class WrongTenant extends Error {
  override name = 'WrongTenant';
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const claimsSchema = z.object({ tid: z.string() });

/** Only what surely is: a token is the service's affair, and one that is no JWT says nothing here. */
function isOfAnotherTenant(token: string, tenantId: string): boolean {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const tid = claimsSchema.safeParse(claims).data?.tid;
    return tid !== undefined && guid.test(tenantId) && tid.toLowerCase() !== tenantId.toLowerCase();
  } catch {
    return false;
  }
}

/**
 * The token, or why there is none. Only the authority's error code is told: its text may quote what was sent to it.
 * A code means that it decided (consent withdrawn, application gone, secret over); all else may pass.
 */
export async function readToken(
  tokenFor: TokenFor,
  tenantId: string,
  scope: string,
): Promise<ReadOutcome<string>> {
  try {
    return { kind: 'read', value: await tokenFor(tenantId, scope) };
  } catch (error) {
    if (error instanceof WrongTenant) {
      return {
        kind: 'refused',
        reason:
          'no token: a managed identity has rights in its own tenant only; others need GRACEWATCH_CREDENTIAL=federated',
      };
    }
    if (error instanceof CredentialNotLoaded) return { kind: 'later', reason: `no token: ${error.message}` };
    if (error instanceof NoTokenInTime) return { kind: 'later', reason: error.message };
    const code = error instanceof Error ? tokenRefusalCode(error.message) : undefined;
    if (code === undefined) return { kind: 'later', reason: 'no token could be fetched' };
    return { kind: 'refused', reason: `no token: ${tokenRefusalWords(code)}`, code };
  }
}
