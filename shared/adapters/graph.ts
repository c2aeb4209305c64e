import { Client, HTTPMessageHandler, ResponseType } from '@microsoft/microsoft-graph-client';
import type { Context, GraphRequest, Middleware } from '@microsoft/microsoft-graph-client';
import { z } from 'zod';
import { permissionToRead } from '../permissions.ts';
import type { TakeAllowance } from '../services/allowance.ts';
import type { Graph, GraphObject, GraphPage } from '../services/graph.ts';
import type { ReadOutcome } from '../services/read-outcome.ts';
import { spendingOf } from '../services/throttle-classes.ts';
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
import { createOwnAllowances } from './request-budget.ts';

const service = 'Graph';
const version = 'v1.0';
/** More are refused (FACTS 9). */
const mostInABatch = 20;

export interface GraphOptions {
  /** Origin, such as `https://graph.microsoft.com`, without version. */
  endpoint: string;
  tokenFor: TokenFor;
  /** How it is told why there is no token. */
  readToken?: typeof readToken;
  timeoutMilliseconds?: number;
  /** The standard one counts for this process alone. */
  takeAllowance?: TakeAllowance;
}

interface GraphCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Behind `/v1.0`. */
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** Everything that goes to Graph goes through here, whoever asks. */
export interface GraphCalls {
  /** Any answer of Graph is `read`, whatever its status. */
  send(tenantId: string, call: GraphCall): Promise<ReadOutcome<Answer>>;
}

/**
 * The SDK with a chain of our own: token, allowance, answer. Its standard chain sends no token to an http endpoint, follows redirects,
 * and retries a 429 within the retries of the queue; here nothing is retried, and whoever asked is told when to come again.
 */
export function createGraphCalls(options: GraphOptions): GraphCalls {
  const { endpoint, takeAllowance = createOwnAllowances() } = options;
  const client = Client.initWithMiddleware({
    baseUrl: endpoint,
    defaultVersion: version,
    middleware: [
      authorise(options),
      spend(takeAllowance),
      answer(options.timeoutMilliseconds ?? standardTimeoutMilliseconds),
      new HTTPMessageHandler(),
    ],
  });
  return {
    async send(tenantId, call) {
      const travelling = new TravellingCall(tenantId, call.path);
      try {
        // The SDK takes `https://` anywhere in a path, also in a query, for the start of another host.
        const request = client
          .api(call.path.replaceAll('://', ':%2F%2F'))
          .headers({ ...call.headers })
          .responseType(ResponseType.RAW)
          .middlewareOptions([travelling]);
        await sendAs(call, request);
      } catch {
        travelling.outcome ??= { kind: 'later', reason: `the connection to ${service} failed` };
      }
      return travelling.outcome ?? { kind: 'later', reason: `${service} was not asked` };
    },
  };
}

function sendAs({ method, body }: GraphCall, request: GraphRequest): Promise<unknown> {
  switch (method) {
    case 'GET':
      return request.get();
    case 'POST':
      return request.post(body);
    case 'PATCH':
      return request.patch(body);
    case 'DELETE':
      return request.delete();
  }
}

/** What travels with a call through the chain, and what became of it. */
class TravellingCall {
  outcome: ReadOutcome<Answer> | undefined;
  readonly tenantId: string;
  readonly path: string;
  constructor(tenantId: string, path: string) {
    this.tenantId = tenantId;
    this.path = path;
  }
}

type Go = () => Promise<void>;

/** A part of the chain: it goes on, or says what became of the call. */
function part(execute: (call: TravellingCall, context: Context, go: Go) => Promise<void>): Middleware {
  let next: Middleware | undefined;
  return {
    setNext(middleware) {
      next = middleware;
    },
    async execute(context) {
      const call: unknown = context.middlewareControl?.getMiddlewareOptions(TravellingCall);
      if (!(call instanceof TravellingCall)) throw new Error('the call does not travel with its request');
      await execute(call, context, async () => {
        await next?.execute(context);
      });
    },
  };
}

function authorise({ endpoint, tokenFor, readToken: read = readToken }: GraphOptions): Middleware {
  return part(async (call, context, go) => {
    const url: unknown = context.request;
    if (typeof url !== 'string' || sameOrigin(url, endpoint) === undefined) {
      throw new Error('the request is for another host');
    }
    const token = await read(tokenFor, call.tenantId, `${endpoint}/.default`);
    if (token.kind !== 'read') {
      call.outcome = token;
      return;
    }
    const headers = { Accept: 'application/json', Authorization: `Bearer ${token.value}` };
    context.options = {
      ...context.options,
      headers: { ...(context.options?.headers as Record<string, string> | undefined), ...headers },
    };
    await go();
  });
}

function spend(takeAllowance: TakeAllowance): Middleware {
  return part(async (call, _context, go) => {
    call.outcome = await allowanceOf(takeAllowance, call.tenantId, call.path);
    if (call.outcome === undefined) await go();
  });
}

/** Undefined where the call may be made now. */
async function allowanceOf(
  takeAllowance: TakeAllowance,
  tenantId: string,
  path: string,
): Promise<Failure | undefined> {
  const spending = path === batchPath ? undefined : spendingOf('graph', path);
  const afterSeconds = spending === undefined ? 0 : await takeAllowance(tenantId, spending);
  return spending === undefined || afterSeconds === 0
    ? undefined
    : {
        kind: 'later',
        reason: `the allowance of ${spending.words} is used up`,
        afterSeconds,
        throttled: true,
      };
}

/** The answer with its whole body, or why none came. */
function answer(timeoutMilliseconds: number): Middleware {
  return part(async (call, context, go) => {
    call.outcome = await receive(service, timeoutMilliseconds, async (signal) => {
      context.options = { ...context.options, ...withoutRedirects, signal };
      await go();
      if (context.response === undefined) throw new Error('the Graph client gave no response');
      return context.response;
    });
  });
}

export function createGraph(options: GraphOptions): Graph {
  const { endpoint, takeAllowance = createOwnAllowances() } = options;
  const calls = createGraphCalls({ ...options, takeAllowance });

  const read = async (tenantId: string, path: string): Promise<ReadOutcome<Answer>> => {
    const outcome = await calls.send(tenantId, { method: 'GET', path });
    return outcome.kind === 'read' && outcome.value.status !== 200 ? refusal(path, outcome.value) : outcome;
  };

  /** A request within a batch is throttled by itself, so each takes its own part of an allowance (FACTS 9). */
  const readBatch = async (
    tenantId: string,
    paths: readonly string[],
  ): Promise<ReadOutcome<GraphObject>[]> => {
    const outcomes: (ReadOutcome<GraphObject> | undefined)[] = [];
    for (const path of paths) outcomes.push(await allowanceOf(takeAllowance, tenantId, path));
    const asked = paths.flatMap((path, index) =>
      outcomes[index] === undefined ? [{ id: String(index), method: 'GET', url: path }] : [],
    );
    const answers = asked.length === 0 ? undefined : await sendBatch(calls, tenantId, asked);
    return paths.map((path, index) => outcomes[index] ?? answerIn(answers, String(index), path));
  };

  return {
    async readPage(tenantId, path) {
      const outcome = await read(tenantId, path);
      return outcome.kind === 'read' ? pageOf(endpoint, outcome.value) : outcome;
    },

    async readObject(tenantId, path) {
      const outcome = await read(tenantId, path);
      return outcome.kind === 'read' ? objectOf(outcome.value) : outcome;
    },

    async readObjects(tenantId, paths) {
      const outcomes: ReadOutcome<GraphObject>[] = [];
      for (let from = 0; from < paths.length; from += mostInABatch) {
        outcomes.push(...(await readBatch(tenantId, paths.slice(from, from + mostInABatch))));
      }
      return outcomes;
    },
  };
}

const batchPath = '/$batch';

const batchSchema = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number().int(),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.unknown().optional(),
    }),
  ),
});
type BatchAnswers = ReadOutcome<Map<string, Answer>>;

/** The answers come in any order and are told apart by their ids (FACTS 9). */
async function sendBatch(
  calls: GraphCalls,
  tenantId: string,
  requests: readonly { id: string; method: string; url: string }[],
): Promise<BatchAnswers> {
  const outcome = await calls.send(tenantId, { method: 'POST', path: batchPath, body: { requests } });
  if (outcome.kind !== 'read') return outcome;
  if (outcome.value.status !== 200) return failureOf(service, outcome.value, errorCode(outcome.value));
  const json = readJson(service, outcome.value);
  if (json.kind !== 'read') return json;
  const batch = batchSchema.safeParse(json.value);
  if (!batch.success) {
    return {
      kind: 'refused',
      reason: `${service} answered a batch without a list of responses`,
      status: 200,
    };
  }
  const answers = batch.data.responses.map(({ id, status, headers, body }): [string, Answer] => [
    id,
    { status, headers: new Headers(headers), body: JSON.stringify(body ?? null) },
  ]);
  return { kind: 'read', value: new Map(answers) };
}

function answerIn(answers: BatchAnswers | undefined, id: string, path: string): ReadOutcome<GraphObject> {
  if (answers !== undefined && answers.kind !== 'read') return answers;
  const found = answers?.value.get(id);
  if (found === undefined) {
    return { kind: 'later', reason: `${service} left a request of a batch without an answer` };
  }
  return found.status === 200 ? objectOf(found) : refusal(path, found);
}

const pageSchema = z.object({ value: z.array(z.unknown()), '@odata.nextLink': z.string().optional() });
const objectSchema = z.record(z.string(), z.unknown());

/** @returns `refused` where the next page would be on another host: a token goes to no other */
export function pageOf(endpoint: string, { status, ...rest }: Answer): ReadOutcome<GraphPage> {
  const json = readJson(service, { status, ...rest });
  if (json.kind !== 'read') return json;
  const page = pageSchema.safeParse(json.value);
  if (!page.success) {
    return { kind: 'refused', reason: 'Graph answered a page without a list of values', status };
  }
  const { value, '@odata.nextLink': link } = page.data;
  if (link === undefined) return { kind: 'read', value: { value } };
  const next = nextOf(endpoint, link);
  if (next === undefined) {
    return { kind: 'refused', reason: 'Graph gave a link to the next page that is not on its own host' };
  }
  return { kind: 'read', value: { value, next } };
}

function objectOf(from: Answer): ReadOutcome<GraphObject> {
  const json = readJson(service, from);
  if (json.kind !== 'read') return json;
  const object = objectSchema.safeParse(json.value);
  return object.success
    ? { kind: 'read', value: object.data }
    : { kind: 'refused', reason: 'Graph answered something that is not an object', status: from.status };
}

/** Path and query behind `/v1.0`: the SDK glues an absolute http link behind its base, and a token goes to no other host. */
function nextOf(endpoint: string, link: string): string | undefined {
  const url = sameOrigin(link, endpoint);
  const base = `${new URL(endpoint).pathname.replace(/\/$/, '')}/${version}`;
  return url?.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) + url.search : undefined;
}

function refusal(path: string, from: Answer): Failure {
  const failure = failureOf(service, from, errorCode(from));
  // Without a code of its own it is not Graph that refuses, but something on the way, such as a proxy.
  if (failure.kind !== 'refused' || from.status !== 403 || failure.code === undefined) return failure;
  const permission = permissionToRead('graph', path);
  return permission === undefined ? failure : { ...failure, permission };
}
