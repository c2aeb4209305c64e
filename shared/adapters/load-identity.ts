import type * as Credentials from './identity-credentials.ts';

/**
 * What makes tokens could not be loaded: a fault of the package or of the disk, which neither authority nor setting mends. The message says so
 * wherever the failed call is told.
 */
export class CredentialNotLoaded extends Error {
  override name = 'CredentialNotLoaded';
}

/**
 * @azure/identity, when a token is wanted and not before: it takes as long to load as all that answers a request, and with connection string or
 * credential `none` nobody needs it.
 */
export async function loadIdentity(): Promise<typeof Credentials> {
  try {
    return await import('./identity-credentials.ts');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CredentialNotLoaded(`@azure/identity could not be loaded: ${reason}`, { cause: error });
  }
}
