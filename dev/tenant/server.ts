import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCardPage } from '../cards/card-page.ts';
import { createActivityApi } from './activity-api.ts';
import { type Answer, type Call, json, proxyPage } from './answer.ts';
import { type AuditLogs, createAuditLogs, type TenantDescription } from './audit-logs.ts';
import { createConditions } from './conditions.ts';
import { createContentSubscriptions } from './content-subscriptions.ts';
import { createControl } from './control.ts';
import { createDirectories } from './directory/directory.ts';
import { createFaults, type Fault, faultAnswer } from './faults.ts';
import { createGraph } from './graph.ts';
import { createStoryPlayer, type StoryPlayer } from './story/play.ts';
import { createTeamsChannels, type TeamsChannels } from './teams-channels.ts';

export interface SimulatedTenantOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Tenants that exist from the start; others come with their first records. */
  tenants?: readonly TenantDescription[];
  /** Base URL of the functions, for the links on the card page. */
  productUrl?: string;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Blobs a page of the content list holds. */
  contentPageSize?: number;
  /** How much faster than real time the story plays. */
  storySpeed?: number;
}

export interface SimulatedTenant {
  /** `http://127.0.0.1:{port}`: endpoint of Graph, of the Activity API and of the Teams workflows. */
  origin: string;
  logs: AuditLogs;
  teams: TeamsChannels;
  story: StoryPlayer;
  close(): Promise<void>;
}

/** Enough for the records of a test with a burst; a page from the internet sends nothing near it. */
const largestBody = 64 * 1024 * 1024;

/**
 * An HTTP server on loopback that answers like Graph, the Management Activity API and a Teams workflow.
 * @throws Error with `code: 'EADDRINUSE'` where the port is taken
 */
export async function startSimulatedTenant(options: SimulatedTenantOptions = {}): Promise<SimulatedTenant> {
  const now = options.now ?? Date.now;
  const logs = createAuditLogs(now);
  for (const tenant of options.tenants ?? []) logs.open(tenant);
  const teams = createTeamsChannels(now);
  const faults = createFaults();
  const story = createStoryPlayer({ logs, now, speed: options.storySpeed ?? 1 });
  const page = createCardPage(teams, options.productUrl ?? 'http://127.0.0.1:7071');

  const directories = createDirectories(now);
  const conditions = createConditions();
  const subscriptions = createContentSubscriptions(now);
  const graph = createGraph({ logs, directories, conditions, now });
  const pageSize = options.contentPageSize ?? 100;
  const activity = createActivityApi({ logs, subscriptions, directories, conditions, now, pageSize });
  const control = createControl({ logs, subscriptions, directories, conditions, faults, story, now });
  const service = (path: string): ((call: Call) => Answer) | undefined => {
    if (path.startsWith('/v1.0/')) return graph;
    if (path.startsWith('/api/v1.0/')) return activity;
    return path.startsWith('/teams/') ? (call) => teams.handle(call) : undefined;
  };

  /** The answer to a request; `undefined` where it is sent already, or never will be. */
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> => {
    const host = loopbackHost(request);
    if (host === undefined) return json(421, { error: 'this server answers on loopback only' });
    const url = new URL(request.url ?? '/', `http://${host}`);
    const handle = service(url.pathname);
    if (handle === undefined && request.method === 'GET' && page(url.pathname, request, response))
      return undefined;
    const body = await readBody(request);
    if (body === undefined) return json(413, { error: 'the body is too large' });
    const call: Call = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      origin: url.origin,
      authorization: request.headers.authorization,
      prefer: request.headers['prefer']?.toString(),
      body,
    };
    if (handle === undefined) {
      // A page of another origin must not steer the tenant through somebody's browser.
      const foreign = request.headers.origin !== undefined && request.headers.origin !== url.origin;
      return foreign ? json(403, { error: 'not from this origin' }) : control(call);
    }
    const fault = faults.take(`${url.pathname}${url.search}`);
    return fault === undefined ? handle(call) : withFault(response, fault, call, handle, now());
  };

  const server = createServer((request, response) => {
    answer(request, response).then(
      (given) => {
        if (given !== undefined) send(response, given);
      },
      (error: unknown) => {
        // The caller went away while it was sending, or this server has a defect that somebody must see.
        if (request.destroyed) response.destroy();
        else send(response, json(500, { error: String(error) }));
      },
    );
  });
  // Long-lived clients keep connections; one that is closed under a request in flight would look like a fault.
  server.keepAliveTimeout = 65_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    logs,
    teams,
    story,
    async close() {
      story.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The Host of a request that was meant for this machine. */
function loopbackHost(request: IncomingMessage): string | undefined {
  const host = request.headers.host ?? '';
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host) ? host : undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function withFault(
  response: ServerResponse,
  fault: Fault,
  call: Call,
  handle: (call: Call) => Answer,
  at: number,
): Answer | undefined {
  if ('status' in fault) return faultAnswer(fault, call.path, at);
  if ('truncate' in fault) return truncated(handle(call));
  if ('nonJson' in fault) return proxyPage;
  // Else it hangs: such a request ends when its caller gives up, or with the server.
  if ('reset' in fault) response.socket?.resetAndDestroy();
  return undefined;
}

function truncated(answer: Answer): Answer {
  if (answer.kind !== 'json') return answer;
  const body = JSON.stringify(answer.body);
  return {
    kind: 'text',
    status: answer.status,
    type: 'application/json',
    body: body.slice(0, Math.floor(body.length / 2)),
    ...(answer.headers === undefined ? {} : { headers: answer.headers }),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case 'json':
      response.writeHead(answer.status, {
        'content-type': 'application/json; charset=utf-8',
        ...answer.headers,
      });
      response.end(JSON.stringify(answer.body));
      return;
    case 'text':
      response.writeHead(answer.status, { 'content-type': answer.type, ...answer.headers });
      response.end(answer.body);
      return;
    case 'empty':
      response.writeHead(answer.status, answer.headers);
      response.end();
  }
}
