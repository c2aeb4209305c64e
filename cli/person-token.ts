import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
} from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import type { TokenFor } from '../shared/adapters/credentials.ts';

/** The person who runs the command, as the Azure CLI, azd or Azure PowerShell has signed him in. */
export function personCredential(tenantId: string): TokenCredential {
  return new ChainedTokenCredential(
    new AzureCliCredential({ tenantId }),
    new AzureDeveloperCliCredential({ tenantId }),
    new AzurePowerShellCredential({ tenantId }),
  );
}

/**
 * Tokens with the rights of the person who runs the command: what a command writes to a directory, it writes as him.
 * With credential `none` everything is on loopback, and so is the person.
 */
export function personTokenFor(credential: 'none' | 'signed-in'): TokenFor {
  if (credential === 'none') return (tenantId) => Promise.resolve(`none:${tenantId}`);
  return async (tenantId, scope) => {
    const token = await personCredential(tenantId).getToken(scope);
    if (token === null) throw new Error('nobody is signed in: run az login');
    return token.token;
  };
}
