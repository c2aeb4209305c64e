import type { IncomingMessage } from 'node:http';
import type { RpcHttpData } from './rpc.ts';

/** Kestrel's limit; what is longer ends in a 500 and a closed connection (FACTS 11.13). */
export const longestBodyBytes = 100 * 1024 * 1024;

export type RequestBody = { kind: 'read'; bytes: Buffer } | { kind: 'too-long' };

export async function readBody(request: IncomingMessage, limit: number): Promise<RequestBody> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    return { kind: 'too-long' };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  const incoming: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const bytes of incoming) {
    length += bytes.length;
    if (length > limit) {
      return { kind: 'too-long' };
    }
    chunks.push(bytes);
  }
  return { kind: 'read', bytes: Buffer.concat(chunks) };
}

/** A request as the host hands it to the worker. */
export function toRpcRequest(
  request: IncomingMessage,
  url: URL,
  params: Record<string, string>,
  body: Buffer,
): RpcHttpData {
  return {
    method: request.method ?? 'GET',
    url: url.href,
    headers: joinedHeaders(request),
    params,
    query: joinedQuery(url.searchParams),
    ...(body.length === 0 ? {} : { body: { bytes: body } }),
  };
}

function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    headers[name] = (values ?? []).join(name === 'cookie' ? '; ' : ', ');
  }
  return headers;
}

/** A repeated parameter is one value joined by a comma, whatever the case of its name (FACTS 11.13). */
function joinedQuery(parameters: URLSearchParams): Record<string, string> {
  const names = new Map<string, string>();
  const query: Record<string, string> = {};
  for (const [name, value] of parameters) {
    const known = names.get(name.toLowerCase());
    if (known === undefined) {
      names.set(name.toLowerCase(), name);
      query[name] = value;
    } else {
      query[known] = `${query[known] ?? ''},${value}`;
    }
  }
  return query;
}
