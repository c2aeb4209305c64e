import { Client, HTTPMessageHandler, ResponseType } from '@microsoft/microsoft-graph-client';
import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import { z } from 'zod';
import { permissionToRead } from '../permissions.ts';
import type { Graph, GraphPage, ReadOutcome } from '../ports.ts';
import { readToken } from './credentials.ts';
import type { TokenFor } from './credentials.ts';
import {
  errorCode,
  failureOf,
  readJson,
  receive,
  sameOrigin,
  standardTimeoutMilliseconds,
  withoutRedirects,
} from './http-answers.ts';
import type { Answer, Failure } from './http-answers.ts';
import { createRequestBudget } from './request-budget.ts';
import type { RequestBudget } from './request-budget.ts';

const service = 'Graph';
const version = 'v1.0';

const pageSchema = z.object({ value: z.array(z.unknown()), '@odata.nextLink': z.string().optional() });
const objectSchema = z.record(z.string(), z.unknown());

export interface GraphOptions {
  /** Origin, such as `https://graph.microsoft.com`, without version. */
  endpoint: string;
  tokenFor: TokenFor;
  timeoutMilliseconds?: number;
  /** By tenant; the standard one is that of the audit logs: 5 requests in 10 seconds an application and tenant (FACTS 9). */
  auditLogBudget?: RequestBudget;
}

export function createGraph(options: GraphOptions): Graph {
  const { endpoint, tokenFor, timeoutMilliseconds = standardTimeoutMilliseconds } = options;
  const auditLogBudget =
    options.auditLogBudget ?? createRequestBudget({ requests: 5, seconds: 10, patienceSeconds: 3 });

  const read = async (tenantId: string, path: string): Promise<ReadOutcome<Answer>> => {
    const token = await readToken(tokenFor, tenantId, `${endpoint}/.default`);
    if (token.kind !== 'read') return token;
    const afterSeconds = path.startsWith('/auditLogs/') ? await auditLogBudget(tenantId) : 0;
    if (afterSeconds > 0) {
      return { kind: 'later', reason: 'the allowance of the audit logs is used up', afterSeconds };
    }
    const answer = await receive(service, timeoutMilliseconds, (signal) =>
      get(endpoint, token.value, path, signal),
    );
    return answer.kind === 'read' && answer.value.status !== 200 ? refusal(path, answer.value) : answer;
  };

  return {
    async readPage(tenantId, path) {
      const answer = await read(tenantId, path);
      return answer.kind === 'read' ? pageOf(endpoint, answer.value) : answer;
    },

    async readObject(tenantId, path) {
      const answer = await read(tenantId, path);
      return answer.kind === 'read' ? objectOf(answer.value) : answer;
    },
  };
}

/**
 * The SDK with a chain of our own. Its standard chain sends no token to an http endpoint, retries a 429 inside the queue's
 * retries and follows redirects.
 */
async function get(endpoint: string, token: string, path: string, signal: AbortSignal): Promise<Response> {
  const client = Client.initWithMiddleware({
    baseUrl: endpoint,
    defaultVersion: version,
    middleware: [authorisation(endpoint, token, signal), new HTTPMessageHandler()],
  });
  // The SDK takes `https://` anywhere in a path, also in a query, for the start of another host.
  const request = client.api(path.replaceAll('://', ':%2F%2F')).responseType(ResponseType.RAW);
  const response: unknown = await request.get();
  if (!(response instanceof Response)) throw new Error('the Graph client gave no response');
  return response;
}

function authorisation(endpoint: string, token: string, signal: AbortSignal): Middleware {
  let next: Middleware | undefined;
  return {
    setNext(middleware) {
      next = middleware;
    },
    async execute(context: Context) {
      const url: unknown = context.request;
      if (typeof url !== 'string' || sameOrigin(url, endpoint) === undefined) {
        throw new Error('the request is for another host');
      }
      context.options = {
        ...context.options,
        ...withoutRedirects,
        signal,
        headers: { Accept: 'application/json', Authorization: `Bearer ${token}` },
      };
      await next?.execute(context);
    },
  };
}

function pageOf(endpoint: string, answer: Answer): ReadOutcome<GraphPage> {
  const json = readJson(service, answer);
  if (json.kind !== 'read') return json;
  const page = pageSchema.safeParse(json.value);
  if (!page.success) {
    return {
      kind: 'refused',
      reason: 'Graph answered a page without a list of values',
      status: answer.status,
    };
  }
  const { value, '@odata.nextLink': link } = page.data;
  if (link === undefined) return { kind: 'read', value: { value } };
  const next = nextOf(endpoint, link);
  if (next === undefined) {
    return { kind: 'refused', reason: 'Graph gave a link to the next page that is not on its own host' };
  }
  return { kind: 'read', value: { value, next } };
}

function objectOf(answer: Answer): ReadOutcome<Record<string, unknown>> {
  const json = readJson(service, answer);
  if (json.kind !== 'read') return json;
  const object = objectSchema.safeParse(json.value);
  return object.success
    ? { kind: 'read', value: object.data }
    : { kind: 'refused', reason: 'Graph answered something that is not an object', status: answer.status };
}

/** Path and query behind `/v1.0`: the SDK glues an absolute http link behind its base, and a token goes to no other host. */
function nextOf(endpoint: string, link: string): string | undefined {
  const url = sameOrigin(link, endpoint);
  const base = `${new URL(endpoint).pathname.replace(/\/$/, '')}/${version}`;
  return url?.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) + url.search : undefined;
}

function refusal(path: string, answer: Answer): Failure {
  const failure = failureOf(service, answer, errorCode(answer));
  // Without a code of its own it is not Graph that refuses, but something on the way, such as a proxy.
  if (failure.kind !== 'refused' || answer.status !== 403 || failure.code === undefined) return failure;
  const permission = permissionToRead('graph', path);
  return permission === undefined ? failure : { ...failure, permission };
}
