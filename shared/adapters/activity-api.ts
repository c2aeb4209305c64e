import { z } from 'zod';
import type { ActivityApi, ReadOutcome } from '../ports.ts';
import { readToken } from './credentials.ts';
import type { TokenFor } from './credentials.ts';
import {
  errorCode,
  failureOf,
  later,
  readJson,
  receive,
  sameOrigin,
  standardTimeoutMilliseconds,
  withoutRedirects,
} from './http-answers.ts';
import type { Answer, Failure } from './http-answers.ts';

const service = 'the Activity API';

const contentSchema = z.array(
  z.object({
    contentUri: z.string().min(1),
    contentId: z.string().min(1),
    contentCreated: z.string().min(1),
  }),
);
const recordsSchema = z.array(z.unknown());
const errorSchema = z.object({ error: z.object({ code: z.unknown() }) });

export interface ActivityApiOptions {
  /** Origin, such as `https://manage.office.com`. */
  endpoint: string;
  tokenFor: TokenFor;
  /** The vendor's tenant, to which requests are charged (FACTS 7.1); without it the watched tenant itself. */
  publisherId?: string;
  timeoutMilliseconds?: number;
}

export function createActivityApi(options: ActivityApiOptions): ActivityApi {
  const { endpoint, tokenFor, publisherId, timeoutMilliseconds = standardTimeoutMilliseconds } = options;

  const feed = (tenantId: string, operation: string, query: Record<string, string>): string =>
    `${endpoint}/api/v1.0/${encodeURIComponent(tenantId)}/activity/feed/${operation}?${new URLSearchParams(query).toString()}`;

  /** `link` is ours or came from the service; the token goes to no other host. */
  const request = async (tenantId: string, link: string, method: 'GET' | 'POST'): Promise<ReadOutcome<Answer>> => {
    const url = sameOrigin(link, endpoint);
    if (url === undefined) {
      return { kind: 'refused', reason: 'the Activity API gave a link that is not on its own host' };
    }
    const token = await readToken(tokenFor, tenantId, `${endpoint}/.default`);
    if (token.kind !== 'read') return token;
    const publisher = new URLSearchParams({ PublisherIdentifier: publisherId ?? tenantId }).toString();
    // Appended as text: writing the query anew could change how the service encoded its own part.
    if (!url.searchParams.has('PublisherIdentifier')) url.search += `${url.search === '' ? '' : '&'}${publisher}`;
    const answer = await receive(service, timeoutMilliseconds, (signal) =>
      fetch(url, {
        ...withoutRedirects,
        method,
        signal,
        headers: { Accept: 'application/json', Authorization: `Bearer ${token.value}` },
      }),
    );
    return answer.kind === 'read' && answer.value.status !== 200 ? refusal(answer.value) : answer;
  };

  return {
    async start(tenantId, contentType) {
      const answer = await request(tenantId, feed(tenantId, 'subscriptions/start', { contentType }), 'POST');
      if (answer.kind === 'later') return answer;
      // Undocumented, and no error: the subscription is on already (FACTS 7.2).
      if (answer.kind === 'refused' && answer.code !== 'AF20024') return answer;
      return { kind: 'read', value: undefined };
    },

    async listContent(tenantId, contentType, window, page) {
      const query = { contentType, startTime: wholeSecond(window.from), endTime: wholeSecond(window.to) };
      const answer = await request(tenantId, page ?? feed(tenantId, 'subscriptions/content', query), 'GET');
      const list = parse(answer, contentSchema, 'a list of content that cannot be read');
      if (answer.kind !== 'read' || list.kind !== 'read') return list as Failure;
      const next = answer.value.headers.get('NextPageUri') ?? '';
      if (next === '') return { kind: 'read', value: { content: list.value } };
      if (sameOrigin(next, endpoint) === undefined) {
        return { kind: 'refused', reason: 'the Activity API gave a next page that is not on its own host' };
      }
      return { kind: 'read', value: { content: list.value, next } };
    },

    async readContent(tenantId, contentUri) {
      const answer = await request(tenantId, contentUri, 'GET');
      return parse(answer, recordsSchema, 'content that is not a list of records');
    },
  };
}
