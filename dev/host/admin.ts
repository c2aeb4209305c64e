import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { longestBodyBytes, readBody } from './http-request.ts';
import { sendJson, sendStatus } from './http-response.ts';
import { hostVersion } from './host-version.ts';

const orderSchema = z.object({ input: z.string().nullish() });

/** Starts a function by its name in lower case with a text as its input; undefined where there is none of that name. */
export type StartByHand = (name: string) => ((input: string) => void) | undefined;

/**
 * The part of the host's administration that Gracewatch uses: `GET /admin/host/status` and `POST /admin/functions/{name}`.
 * Neither wants a key, as with `func start`; the host listens on loopback only.
 */
export async function answerAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  startByHand: StartByHand,
): Promise<void> {
  const lowerPath = path.toLowerCase().replace(/\/$/, '');
  if (lowerPath === '/admin/host/status' && request.method === 'GET') {
    sendJson(response, 200, { state: 'Running', processId: process.pid, version: hostVersion });
    return;
  }
  const name = /^\/admin\/functions\/([^/]+)$/.exec(lowerPath)?.[1];
  if (name === undefined || request.method !== 'POST') {
    sendStatus(response, 404);
    return;
  }
  sendStatus(response, await startFunction(request, startByHand(name)));
}

/** Statuses in the order in which the host of Azure finds them (FACTS 11.13). */
async function startFunction(
  request: IncomingMessage,
  start: ((input: string) => void) | undefined,
): Promise<415 | 400 | 404 | 202> {
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    return 415;
  }
  const body = await readBody(request, longestBodyBytes);
  const order = body.kind === 'read' ? orderSchema.safeParse(parseJson(body.bytes)) : undefined;
  if (order?.success !== true) {
    return 400;
  }
  if (start === undefined) {
    return 404;
  }
  start(order.data.input ?? '');
  return 202;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
