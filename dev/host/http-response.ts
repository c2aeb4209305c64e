import type { ServerResponse } from 'node:http';
import type { RpcHttpCookie, RpcHttpData } from './rpc.ts';
import type { InvocationResult } from './worker-messages.ts';

/** They belong to the connection, or to the body as it is really sent. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** What a function's result becomes: an error shows nothing of itself, nothing at all is a 204 (FACTS 11.13). */
export function sendResult(response: ServerResponse, result: InvocationResult): void {
  if (result.kind === 'failed') {
    sendStatus(response, 500);
    return;
  }
  const { returnValue } = result;
  if (returnValue === null || returnValue === undefined) {
    sendStatus(response, 204);
    return;
  }
  if (returnValue.http === null || returnValue.http === undefined) {
    sendStatus(response, 500);
    return;
  }
  sendHttp(response, returnValue.http);
}

export function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'content-length': '0' });
  response.end();
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
}

function sendHttp(response: ServerResponse, http: RpcHttpData): void {
  const body = Buffer.from(http.body?.bytes ?? http.body?.string ?? '');
  response.statusCode = Number(http.statusCode ?? 200);
  for (const [name, value] of Object.entries(http.headers ?? {})) {
    if (!ownHeaders.has(name.toLowerCase())) {
      response.setHeader(name, value);
    }
  }
  if (http.cookies !== undefined && http.cookies.length > 0) {
    response.setHeader('set-cookie', http.cookies.map(cookieText));
  }
  if (![204, 205, 304].includes(response.statusCode)) {
    response.setHeader('content-length', body.length);
  }
  response.end(body);
}

const sameSiteNames = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const;

function cookieText(cookie: RpcHttpCookie): string {
  const expires = cookie.expires?.value?.seconds;
  const sameSite = sameSiteNames[cookie.sameSite ?? 'none'];
  const attributes: [string, string | number | null | undefined][] = [
    ['Max-Age', cookie.maxAge?.value],
    ['Domain', cookie.domain?.value],
    ['Path', cookie.path?.value],
    ['Expires', expires === undefined ? undefined : new Date(expires * 1000).toUTCString()],
    ['SameSite', sameSite],
  ];
  return [
    `${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`,
    ...attributes.flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [`${name}=${String(value)}`],
    ),
    ...(cookie.httpOnly?.value === true ? ['HttpOnly'] : []),
    ...(cookie.secure?.value === true ? ['Secure'] : []),
  ].join('; ');
}
