import type { TableServiceClientOptions } from '@azure/data-tables';

/**
 * Something between answered in place of storage: a page to sign in to a network, a proxy. The SDKs take its 200 for an empty list or for
 * a write that is done, and its 404 for a table that is not there yet; none of that is known (laws 1 and 3).
 */
export class NoStorageAnswer extends Error {
  override name = 'NoStorageAnswer';

  constructor(service: 'table' | 'queue' | 'blob') {
    super(`storage answered something that is not a ${service} answer`);
  }
}

type AdditionalPolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number];

/** Refuses an answer of the table service that does not carry its headers, before the SDK makes something of it. */
export const onlyTableAnswers: AdditionalPolicy = {
  position: 'perRetry',
  policy: {
    name: 'only-table-answers',
    async sendRequest(request, next) {
      const response = await next(request);
      const { status, headers } = response;
      const decides = (status >= 200 && status < 300) || status === 404;
      // Storage puts both on every answer, also on an error.
      const isStorage = headers.has('x-ms-request-id') || headers.has('x-ms-version');
      if (decides && !isStorage) throw new NoStorageAnswer('table');
      return response;
    },
  },
};

/** The SDKs of queues and blobs take no policy, but hand the headers on. @throws NoStorageAnswer */
export function storageAnswer<T extends { requestId?: string; version?: string }>(
  service: 'queue' | 'blob',
  answer: T,
): T {
  if (answer.requestId === undefined && answer.version === undefined) throw new NoStorageAnswer(service);
  return answer;
}
