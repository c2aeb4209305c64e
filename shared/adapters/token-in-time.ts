import type { TokenCredential } from '@azure/identity';

const standardTimeLimitMilliseconds = 30_000;

/** Nobody decided anything: an authority took the request and is silent. */
export class NoTokenInTime extends Error {
  override name = 'NoTokenInTime';
}

/** The SDK is told to give up and does not always do so, thus it is not waited for any longer either. */
export async function tokenOf(
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
