import {
  ClientAssertionCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import type { CredentialSettings } from '../config.ts';
import type { ReadOutcome } from '../services/read-outcome.ts';
import { tokenRefusalCode, tokenRefusalWords } from '../tenants/token-refusal.ts';

/** A token for a tenant and a scope such as `https://graph.microsoft.com/.default`. Rejects where there is none. */
export type TokenFor = (tenantId: string, scope: string) => Promise<string>;

/**
 * Audience of a managed identity that stands in for the application's secret (FACTS 11.11). Each cloud has its own, told by where its
 * authority is (S learn.microsoft.com "Configure an application to trust a managed identity"; the hosts: MSAL.NET's list of clouds).
 */
const exchangeAudiences: readonly (readonly [authorityHost: RegExp, audience: string])[] = [
  [/^(?:login\.microsoftonline\.us|login\.usgovcloudapi\.net)$/, 'api://AzureADTokenExchangeUSGov'],
  [/^(?:login\.partner\.microsoftonline\.cn|login\.chinacloudapi\.cn)$/, 'api://AzureADTokenExchangeChina'],
];

/** @param authority URL such as `https://login.microsoftonline.com` */
export function exchangeAudience(authority: string): string {
  const host = URL.parse(authority)?.hostname ?? '';
  return exchangeAudiences.find(([hosts]) => hosts.test(host))?.[1] ?? 'api://AzureADTokenExchange';
}

const standardTimeLimitMilliseconds = 30_000;

/** One credential object a tenant, because it is that object that keeps the tokens (FACTS 11.11). */
export function createTokenFor(
  settings: CredentialSettings,
  authority: string,
  newCredential: typeof credentialFor = credentialFor,
  timeLimitMilliseconds = standardTimeLimitMilliseconds,
): TokenFor {
  if (settings.kind === 'none') return (tenantId) => Promise.resolve(`none:${tenantId}`);
  const credentials = new Map<string, TokenCredential>();
  return async (tenantId, scope) => {
    const credential = credentials.get(tenantId) ?? newCredential(settings, tenantId, authority);
    credentials.set(tenantId, credential);
    const token = await tokenOf(credential, scope, timeLimitMilliseconds);
    if (isOfAnotherTenant(token, tenantId)) throw new WrongTenant();
    return token;
  };
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
      const assertion = (): Promise<string> => tokenOf(identity, `${exchangeAudience(authority)}/.default`);
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

/** Nobody decided anything: an authority took the request and is silent. */
class NoTokenInTime extends Error {
  override name = 'NoTokenInTime';
}

/** The SDK is told to give up and does not always do so, thus it is not waited for any longer either. */
async function tokenOf(
  credential: TokenCredential,
  scope: string,
  timeLimitMilliseconds = standardTimeLimitMilliseconds,
): Promise<string> {
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NoTokenInTime(`no token came within ${String(timeLimitMilliseconds / 1000)} s`));
      giveUp.abort();
    }, timeLimitMilliseconds);
  });
  try {
    const asked = credential.getToken(scope, { abortSignal: giveUp.signal });
    const token = await Promise.race([asked, silence]);
    if (token === null) throw new Error('the credential gave no token');
    return token.token;
  } finally {
    clearTimeout(timer);
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
    if (error instanceof NoTokenInTime) return { kind: 'later', reason: error.message };
    const code = error instanceof Error ? tokenRefusalCode(error.message) : undefined;
    if (code === undefined) return { kind: 'later', reason: 'no token could be fetched' };
    return { kind: 'refused', reason: `no token: ${tokenRefusalWords(code)}`, code };
  }
}
