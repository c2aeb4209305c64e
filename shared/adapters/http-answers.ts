import { z } from 'zod';
import type { ReadOutcome } from '../services/read-outcome.ts';

/** What did not give anything, with a reason that names service, status and code and never a URL, token or body (law 9). */
export type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;

/** An answer whose body has arrived completely. */
export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** How long an answer with its whole body may take. */
export const standardTimeoutMilliseconds = 30_000;

/** A redirect is an answer like any other: following one would carry the token elsewhere. */
export const withoutRedirects = { redirect: 'manual' } as const satisfies RequestInit;

/**
 * Sends and reads to the end, within one deadline. A reset, a cut body and a hang are `later`.
 * The error's own text is left out, because it may quote the address or a header.
 */
export async function receive(
  service: string,
  timeoutMilliseconds: number,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<ReadOutcome<Answer>> {
  const deadline = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await send(deadline);
    const body = await response.text();
    return { kind: 'read', value: { status: response.status, headers: response.headers, body } };
  } catch {
    const seconds = String(timeoutMilliseconds / 1000);
    return {
      kind: 'later',
      reason: deadline.aborted
        ? `${service} gave no whole answer within ${seconds} s`
        : `the connection to ${service} failed`,
    };
  }
}

/** The failure that an answer other than 200 is. `code` is the service's own, if it is one (`errorCode`). */
export function failureOf(service: string, { status, headers }: Answer, code: string | undefined): Failure {
  const reason = `${service} answered ${status}${code === undefined ? '' : ` (${code})`}`;
  // Some back ends hide throttling behind a 5xx, so all of them are waited for alike (FACTS 9).
  if (status === 429) return throttled(reason, headers);
  if (status === 408 || status >= 500) return later(reason, headers);
  return { kind: 'refused', reason, status, ...(code === undefined ? {} : { code }) };
}

export function later(reason: string, headers: Headers): Extract<Failure, { kind: 'later' }> {
  const afterSeconds = retryAfterSeconds(headers);
  return { kind: 'later', reason, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
}

export function throttled(reason: string, headers: Headers): Failure {
  return { ...later(reason, headers), throttled: true };
}

/** `Retry-After` in seconds from now, given as a number or as an HTTP date; the service's own `Date` is its now. */
function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const at = Date.parse(value);
  if (Number.isNaN(at)) return undefined;
  const said = Date.parse(headers.get('date') ?? '');
  return Math.max(0, Math.ceil((at - (Number.isNaN(said) ? Date.now() : said)) / 1000));
}

/** JSON of a body. One that breaks off is read again; one that was never JSON (a proxy's page) will not get better. */
export function readJson(service: string, { status, body }: Answer): ReadOutcome<unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return { kind: 'read', value };
  } catch {
    const start = body.trimStart()[0];
    return start === undefined || start === '{' || start === '['
      ? { kind: 'later', reason: `${service} answered JSON that breaks off` }
      : { kind: 'refused', reason: `${service} answered something that is not JSON`, status };
  }
}

const errorSchema = z.object({ error: z.object({ code: z.string().regex(/^[\w.-]{1,80}$/) }) });

/** `error.code` of an error's body, where it is a code and nothing else: codes are told, texts are not. */
export function errorCode(answer: Answer): string | undefined {
  const json = readJson('', answer);
  return errorSchema.safeParse(json.kind === 'read' ? json.value : undefined).data?.error.code;
}

/** The URL where it is on the same scheme, host and port as the endpoint: a token goes nowhere else. */
export function sameOrigin(link: string, endpoint: string): URL | undefined {
  const url = URL.parse(link, endpoint);
  return url !== null && url.origin === new URL(endpoint).origin ? url : undefined;
}
