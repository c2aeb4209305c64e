import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How often each kind of storage transaction was asked for: `queue get messages`, `table batch`, … */
export type Transactions = Record<string, number>;

export interface CountingStorage {
  /** As the one given, on ports that count. */
  connectionString: string;
  /** What was counted since the last call. */
  take(): Transactions;
  /** When anything but a poll for messages was asked for last, in milliseconds as `Date.now()`. */
  lastWorkAt(): number;
  close(): Promise<void>;
}

/**
 * Stands in front of a storage emulator and counts what is asked of it. The signatures cover paths and neither hosts nor queries, so they
 * stay valid.
 * @param mostRows no answer of a table holds more, as Azure may answer at any time
 */
export async function countingStorage(
  connectionString: string,
  { mostRows }: { mostRows?: number } = {},
): Promise<CountingStorage> {
  let counted: Transactions = {};
  let lastWorkAt = Date.now();
  const servers: Server[] = [];
  let counting = connectionString;
  for (const service of ['blob', 'queue', 'table'] as const) {
    const pattern = new RegExp(`(${service}Endpoint=)(http://[^/;]+)`, 'i');
    const target = new URL(pattern.exec(connectionString)?.[2] ?? '');
    const server = createServer((incoming, outgoing) => {
      const kind = `${service} ${kindOf(service, incoming)}`;
      counted[kind] = (counted[kind] ?? 0) + 1;
      if (kind !== 'queue get messages') lastWorkAt = Date.now();
      const forwarded = request(
        {
          host: target.hostname,
          port: target.port,
          method: incoming.method,
          path: mostRows === undefined ? incoming.url : withMostRows(incoming, mostRows),
          headers: incoming.headers,
        },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    counting = counting.replace(
      pattern,
      `$1http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    );
  }
  return {
    connectionString: counting,
    take: () => {
      const taken = counted;
      counted = {};
      return taken;
    },
    lastWorkAt: () => lastWorkAt,
    close: async () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
        await once(server, 'close').catch(() => undefined);
      }
    },
  };
}

function withMostRows({ method, url = '' }: IncomingMessage, most: number): string {
  const { pathname, searchParams } = new URL(url, 'http://storage');
  if (method !== 'GET' || !searchParams.has('$filter')) return url;
  searchParams.set('$top', String(Math.min(Number(searchParams.get('$top') ?? most), most)));
  return `${pathname}?${searchParams.toString()}`;
}

function kindOf(service: 'blob' | 'queue' | 'table', { method = '', url = '' }: IncomingMessage): string {
  const { pathname, searchParams } = new URL(url, 'http://storage');
  if (service === 'queue' && /\/messages$/.test(pathname)) {
    if (method === 'POST') return 'put message';
    return searchParams.get('peekonly') === 'true' ? 'peek' : 'get messages';
  }
  if (service === 'queue' && /\/messages\//.test(pathname)) {
    return method === 'DELETE' ? 'delete message' : 'renew message';
  }
  if (service === 'table' && pathname.endsWith('/$batch')) return 'batch';
  if (service === 'table' && method === 'GET') return 'read';
  if (service === 'table') return 'write';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
