import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
} from '@azure/identity';
import type { TokenCredential } from '@azure/identity';
import type { TokenFor } from '../shared/adapters/credentials.ts';
import type { ReadOutcome } from '../shared/services/read-outcome.ts';
import { tokenRefusalCode } from '../shared/tenants/token-refusal.ts';
import { messageOf } from './arguments/arguments.ts';

/** The message is one sentence that says what to do; what the tools said is not in it. */
export class NotSignedIn extends Error {
  override name = 'NotSignedIn';
}

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
 * With credential `none` everything is on loopback, and so is the person. Rejects with NotSignedIn.
 */
export function personTokenFor(
  credential: 'none' | 'signed-in',
  newCredential: typeof personCredential = personCredential,
): TokenFor {
  if (credential === 'none') return (tenantId) => Promise.resolve(`none:${tenantId}`);
  // The tools that are asked take seconds each, and a command asks for many calls.
  const tokens = new Map<string, { token: string; expiresOnTimestamp: number }>();
  return async (tenantId, scope) => {
    const key = `${tenantId} ${scope}`;
    const known = tokens.get(key);
    if (known !== undefined && known.expiresOnTimestamp - Date.now() > reserveMilliseconds)
      return known.token;
    try {
      const token = await newCredential(tenantId).getToken(scope);
      if (token === null) throw new NotSignedIn(nobody(tenantId));
      tokens.set(key, token);
      return token.token;
    } catch (error) {
      // A tool that is signed in tells the code with which Entra refused; the rest of what it says may quote anything.
      const code = tokenRefusalCode(messageOf(error));
      throw new NotSignedIn(
        code === undefined
          ? nobody(tenantId)
          : `Entra gives you no token for tenant ${tenantId} (${code}): run az login --tenant ${tenantId}`,
      );
    }
  };
}

const reserveMilliseconds = 120_000;

function nobody(tenantId: string): string {
  return `nobody is signed in: run az login --tenant ${tenantId}`;
}

/** The token, or in one sentence why there is none. */
export async function readPersonToken(
  tokenFor: TokenFor,
  tenantId: string,
  scope: string,
): Promise<ReadOutcome<string>> {
  try {
    return { kind: 'read', value: await tokenFor(tenantId, scope) };
  } catch (error) {
    const reason = error instanceof NotSignedIn ? error.message : 'no token could be fetched';
    return { kind: 'refused', reason };
  }
}
