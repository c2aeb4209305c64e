import { TableClient } from '@azure/data-tables';

/** A table whose requests are counted, answered in short pages, or fail, as a test says. */
export interface WatchedTable {
  table: TableClient;
  /** What was asked for since the last call: `GET` and `POST` by number. A transaction of many rows is one request. */
  take(): Record<string, number>;
  /** No answer holds more rows; Azure may answer short pages at any time, with a token to go on. */
  mostRows: number;
  /** The next writes until then go through; that one fails, before or after the service has done it; then all work again. */
  failWrite(number: number, when: 'before' | 'after'): void;
}

class PlannedFailure extends Error {
  override name = 'PlannedFailure';
}

export function watchedTable(connectionString: string, name: string): WatchedTable {
  let counted: Record<string, number> = {};
  let failure: { writesLeft: number; when: 'before' | 'after' } | undefined;
  const self: WatchedTable = {
    table: TableClient.fromConnectionString(connectionString, name, {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [
        {
          position: 'perRetry',
          policy: {
            name: 'watch',
            async sendRequest(request, next) {
              const url = new URL(request.url);
              const isRead = request.method === 'GET';
              counted[request.method] = (counted[request.method] ?? 0) + 1;
              if (isRead) {
                // The signature covers the path and not the query.
                const asked = Number(url.searchParams.get('$top') ?? 1000);
                url.searchParams.set('$top', String(Math.min(asked, self.mostRows)));
                request.url = url.href;
                return next(request);
              }
              const isFatal = failure !== undefined && --failure.writesLeft === 0;
              const when = failure?.when;
              if (isFatal) failure = undefined;
              if (isFatal && when === 'before') throw new PlannedFailure('before a write');
              const response = await next(request);
              if (isFatal) throw new PlannedFailure('after a write');
              return response;
            },
          },
        },
      ],
    }),
    take() {
      const taken = counted;
      counted = {};
      return taken;
    },
    mostRows: 1000,
    failWrite(number, when) {
      failure = { writesLeft: number, when };
    },
  };
  return self;
}
