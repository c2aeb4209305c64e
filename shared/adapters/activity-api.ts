import { z } from 'zod';
import { permissionToRead } from '../permissions.ts';
import type { ActivityApi } from '../services/activity-api.ts';
import type { TakeAllowance } from '../services/allowance.ts';
import type { ReadOutcome } from '../services/read-outcome.ts';
import { spendingOf } from '../services/throttle-classes.ts';
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
  throttled,
  withoutRedirects,
} from './http-answers.ts';
import type { Answer, Failure } from './http-answers.ts';
import { createOwnAllowances } from './request-budget.ts';

const service = 'the Activity API';

const contentSchema = z.array(
  z.object({
    contentUri: z.string().min(1),
    contentId: z.string().min(1),
    contentCreated: z.string().min(1),
  }),
);
const recordsSchema = z.array(z.unknown());
const subscriptionsSchema = z.array(z.object({ contentType: z.string().min(1), status: z.string() }));

export interface ActivityApiOptions {
  /** Origin, such as `https://manage.office.com`. */
  endpoint: string;
  tokenFor: TokenFor;
  /** The vendor's tenant, to which requests are charged (FACTS 7.1); without it the watched tenant itself. */
  publisherId?: string;
  timeoutMilliseconds?: number;
  /** The standard one counts for this process alone. */
  takeAllowance?: TakeAllowance;
}

export function createActivityApi(options: ActivityApiOptions): ActivityApi {
  const { endpoint, tokenFor, publisherId, timeoutMilliseconds = standardTimeoutMilliseconds } = options;
  const { takeAllowance = createOwnAllowances() } = options;

  const feed = (tenantId: string, operation: string, query: Record<string, string>): string =>
    `${endpoint}/api/v1.0/${encodeURIComponent(tenantId)}/activity/feed/${operation}?${new URLSearchParams(query).toString()}`;

  /** `link` is ours or came from the service; the token goes to no other host. */
  const request = async (
    tenantId: string,
    link: string,
    method: 'GET' | 'POST',
  ): Promise<ReadOutcome<Answer>> => {
    const url = sameOrigin(link, endpoint);
    if (url === undefined) return elsewhere;
    const token = await readToken(tokenFor, tenantId, `${endpoint}/.default`);
    if (token.kind !== 'read') return token;
    const spending = spendingOf('activity', url.pathname);
    const afterSeconds = spending === undefined ? 0 : await takeAllowance(tenantId, spending);
    if (spending !== undefined && afterSeconds > 0) {
      const reason = `the allowance of ${spending.words} is used up`;
      return { kind: 'later', reason, afterSeconds, throttled: true };
    }
    const publisher = new URLSearchParams({ PublisherIdentifier: publisherId ?? tenantId }).toString();
    // Appended as text: writing the query anew could change how the service encoded its own part.
    if (!url.searchParams.has('PublisherIdentifier'))
      url.search += `${url.search === '' ? '' : '&'}${publisher}`;
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
    async listSubscriptions(tenantId) {
      const answer = await request(tenantId, feed(tenantId, 'subscriptions/list', {}), 'GET');
      if (answer.kind !== 'read') return answer;
      const listed = parse(answer.value, subscriptionsSchema, 'a list of subscriptions that cannot be read');
      if (listed.kind !== 'read') return listed;
      const value = listed.value.map(({ contentType, status }) => ({
        contentType,
        enabled: status === 'enabled',
      }));
      return { kind: 'read', value };
    },

    async start(tenantId, contentType) {
      const answer = await request(tenantId, feed(tenantId, 'subscriptions/start', { contentType }), 'POST');
      if (answer.kind === 'later') return answer;
      // Undocumented, and no error: the subscription is on already (FACTS 7.2).
      if (answer.kind === 'refused' && answer.code !== 'AF20024') return answer;
      return { kind: 'read', value: undefined };
    },

    async stop(tenantId, contentType) {
      const answer = await request(tenantId, feed(tenantId, 'subscriptions/stop', { contentType }), 'POST');
      if (answer.kind === 'later') return answer;
      // There is none: what was to be reached is so already (FACTS 7.4).
      if (answer.kind === 'refused' && answer.code !== 'AF20022') return answer;
      return { kind: 'read', value: undefined };
    },

    async listContent(tenantId, contentType, window, page) {
      const query = { contentType, ...wholeSeconds(window) };
      const answer = await request(tenantId, page ?? feed(tenantId, 'subscriptions/content', query), 'GET');
      if (answer.kind !== 'read') return answer;
      const content = parse(answer.value, contentSchema, 'a list of content that cannot be read');
      if (content.kind !== 'read') return content;
      const next = answer.value.headers.get('NextPageUri') ?? '';
      if (next === '') return { kind: 'read', value: { content: content.value } };
      if (sameOrigin(next, endpoint) === undefined) return elsewhere;
      return { kind: 'read', value: { content: content.value, next } };
    },

    async readContent(tenantId, contentUri) {
      const answer = await request(tenantId, contentUri, 'GET');
      if (answer.kind !== 'read') return answer;
      return parse(answer.value, recordsSchema, 'content that is not a list of records');
    },
  };
}

const elsewhere: Failure = {
  kind: 'refused',
  reason: 'the Activity API gave a link that is not on its own host',
};

function parse<T>(answer: Answer, schema: z.ZodType<T>, otherwise: string): ReadOutcome<T> {
  const json = readJson(service, answer);
  if (json.kind !== 'read') return json;
  const parsed = schema.safeParse(json.value);
  return parsed.success
    ? { kind: 'read', value: parsed.data }
    : { kind: 'refused', reason: `${service} answered ${otherwise}`, status: answer.status };
}

/** The codes of FACTS 7.4 decide before the status does: throttling comes as 403 too. */
function refusal(answer: Answer): Failure {
  const code = errorCode(answer);
  if (code === undefined && saysNoTenant(answer)) {
    const reason = `${service} answered ${answer.status}: it knows no such tenant`;
    return { kind: 'refused', reason, status: answer.status, code: unknownTenant };
  }
  const failure = failureOf(service, answer, code);
  if (code === 'AF429') return throttled(failure.reason, answer.headers);
  if (code === 'AF50000') return later(failure.reason, answer.headers);
  if (failure.kind !== 'refused' || code !== 'AF10001') return failure;
  const permission = permissionToRead('activity', '/activity/feed/');
  return permission === undefined ? failure : { ...failure, permission };
}

const unknownTenant = 'AF20011';
const noTenantSchema = z.object({ error: z.object({ code: z.string(), message: z.string().default('') }) });

/** Where auditing was never switched on, code and message are the text of an exception (FACTS 7.1). It names the tenant, so a code is told. */
function saysNoTenant(answer: Answer): boolean {
  const json = readJson(service, answer);
  const error = noTenantSchema.safeParse(json.kind === 'read' ? json.value : undefined).data?.error;
  return error !== undefined && /\btenant\s+\S*\s*does not exist/i.test(`${error.code} ${error.message}`);
}

/** The service knows whole seconds and no zone (FACTS 7.3); a window that has parts of one is widened. */
function wholeSeconds({ from, to }: { from: string; to: string }): { startTime: string; endTime: string } {
  const format = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);
  return {
    startTime: format(Math.floor(Date.parse(from) / 1000)),
    endTime: format(Math.ceil(Date.parse(to) / 1000)),
  };
}
