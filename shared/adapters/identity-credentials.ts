import {
  ClientAssertionCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import type { CredentialSettings } from '../config.ts';
import { exchangeAudience } from './exchange-audience.ts';
import { tokenOf } from './token-in-time.ts';

/** The credentials of @azure/identity; `load-identity.ts` alone loads this file. */
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

export function managedIdentity(clientId: string | undefined): ManagedIdentityCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}
