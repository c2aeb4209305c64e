import { readFile } from 'node:fs/promises';

/**
 * Where Microsoft publishes the table; linked from
 * https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference (FACTS 3.4).
 */
export const publishedTable =
  'https://download.microsoft.com/download/e/3/e/e3e9faf2-f28b-490a-9ada-c6089a1fc5b0/Product%20names%20and%20service%20plan%20identifiers%20for%20licensing.csv';

const timeLimitMilliseconds = 120_000;
const mostBytes = 20_000_000;

/** What is no table of Microsoft's, or not all of it; the message is a sentence for whoever runs the job. */
export class NotTheTable extends Error {
  override name = 'NotTheTable';
}

/** @param source a file, or an address: of https, or of this machine */
export async function readSource(source: string): Promise<string> {
  const url = URL.parse(source);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return await readFile(source, 'utf8').catch((error: unknown) => {
      throw new NotTheTable(`it cannot be read: ${reasonOf(error)}`);
    });
  }
  const isHere = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  if (url.protocol !== 'https:' && !isHere) throw new NotTheTable(`${source} is no https address`);
  return await download(url);
}

async function download(url: URL): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeLimitMilliseconds) }).catch(
    (error: unknown) => {
      throw new NotTheTable(`${url.host} cannot be reached: ${reasonOf(error)}`);
    },
  );
  if (!answer.ok)
    throw new NotTheTable(`${url.host} answered with ${String(answer.status)}: has the table moved?`);
  if (Number(answer.headers.get('content-length') ?? 0) > mostBytes)
    throw new NotTheTable(`${url.host} answered with more than any table of products`);
  // Node's fetch rejects where fewer bytes come than were announced.
  return await answer.text().catch((error: unknown) => {
    throw new NotTheTable(`${url.host} broke off its answer: ${reasonOf(error)}`);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}, ${error.cause.message}` : error.message;
}
