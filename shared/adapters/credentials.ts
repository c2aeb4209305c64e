import {
  ClientAssertionCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import type { CredentialSettings } from '../config.ts';
import type { ReadOutcome } from '../ports.ts';

/** A token for a tenant and a scope such as `https://graph.microsoft.com/.default`. Rejects where there is none. */
export type TokenFor = (tenantId: string, scope: string) => Promise<string>;

/** Audience of a managed identity that stands in for the application's secret, in the public cloud (FACTS 11.11). */
const exchangeScope = 'api://AzureADTokenExchange/.default';

const timeLimitMilliseconds = 30_000;

/** One credential object a tenant, because it is that object that keeps the tokens (FACTS 11.11). */
export function createTokenFor(
  settings: CredentialSettings,
  authority: string,
  newCredential: typeof credentialFor = credentialFor,
): TokenFor {
  if (settings.kind === 'none') return (tenantId) => Promise.resolve(`none:${tenantId}`);
  const credentials = new Map<string, TokenCredential>();
  return async (tenantId, scope) => {
    const credential = credentials.get(tenantId) ?? newCredential(settings, tenantId, authority);
    credentials.set(tenantId, credential);
    return tokenOf(credential, scope);
  };
}

export function credentialFor(
  settings: Exclude<CredentialSettings, { kind: 'none' }>,
  tenantId: string,
  authority: string,
): TokenCredential {
  switch (settings.kind) {
    case 'managed-identity':
      return managedIdentity(settings.clientId);
    case 'federated': {
      const identity = managedIdentity(settings.identityClientId);
      const assertion = (): Promise<string> => tokenOf(identity, exchangeScope);
      return new ClientAssertionCredential(tenantId, settings.clientId, assertion, {
        authorityHost: authority,
      });
    }
    case 'client-secret':
      return new ClientSecretCredential(tenantId, settings.clientId, settings.secret.reveal(), {
        authorityHost: authority,
      });
  }
}

function managedIdentity(clientId: string | undefined): ManagedIdentityCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  const token = await credential.getToken(scope, { abortSignal: AbortSignal.timeout(timeLimitMilliseconds) });
  if (token === null) throw new Error('the credential gave no token');
  return token.token;
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
    const code = error instanceof Error ? /\bAADSTS\d+\b/.exec(error.message)?.[0] : undefined;
    if (code === undefined) return { kind: 'later', reason: 'no token could be fetched' };
    return { kind: 'refused', reason: `no token: the authority answered ${code}`, code };
  }
}
