import { withoutRedirects } from '../../shared/adapters/http-answers.ts';
import { type Unreachable, whyUnreachable } from './unreachable.ts';

export interface Answered {
  kind: 'answered';
  status: number;
  headers: Headers;
  /** The beginning of the body: as much as anybody wants to see. */
  body: string;
  /** When it was asked and when the head of the answer was there, in milliseconds of this machine. */
  between: [number, number];
}

export type Asked = Answered | { kind: 'unreachable'; why: Unreachable };

export interface Question {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  timeoutMilliseconds?: number;
}

const standardTimeoutMilliseconds = 15_000;
const longestBody = 64 * 1024;

/** One request without a token, as anybody on the network could send it. Never rejects; follows no redirect. */
export async function ask(url: string, question: Question = {}): Promise<Asked> {
  const { timeoutMilliseconds = standardTimeoutMilliseconds, ...init } = question;
  const deadline = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const before = Date.now();
    const response = await fetch(url, { ...withoutRedirects, ...init, signal: deadline });
    const after = Date.now();
    const body = await beginningOf(response, deadline);
    return {
      kind: 'answered',
      status: response.status,
      headers: response.headers,
      body,
      between: [before, after],
    };
  } catch (error) {
    return { kind: 'unreachable', why: deadline.aborted ? 'too-late' : whyUnreachable(error) };
  }
}

async function beginningOf(response: Response, deadline: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestBody || deadline.aborted) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
