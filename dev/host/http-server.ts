import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerAdmin, type StartByHand } from './admin.ts';
import { errorCode } from './error-code.ts';
import { HostCannotStart } from './host-cannot-start.ts';
import { longestBodyBytes, readBody, toRpcRequest } from './http-request.ts';
import { sendResult, sendStatus } from './http-response.ts';
import type { Invocations } from './invocations.ts';
import type { HttpRegistration } from './registration.ts';
import { compareRoutes, matchRoute } from './route.ts';
import type { Trigger } from './trigger.ts';

export interface HttpServerOptions {
  /** 0 takes any free one. */
  port: number;
  functions: readonly HttpRegistration[];
  routePrefix: string;
  /** False answers `/` with 204, as `AzureWebJobsDisableHomepage` does. */
  homepage: boolean;
  invocations: Invocations;
  startByHand: StartByHand;
}

export interface RunningServer extends Trigger {
  port: number;
}

/** Of the request line, its end included; the host answers before any function (FACTS 11.13). */
const longestRequestLine = 8 * 1024;

/** Node's own limit, far above those of the host: of what it refuses by itself it says no more than that. */
const maxHeaderSize = 1024 * 1024;

/** @throws HostCannotStart when the port is taken */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  // With sign-in switched off everybody who reaches the host is let in, so it is reached from this machine only.
  const address = '127.0.0.1';
  const routes = options.functions.toSorted((left, right) => compareRoutes(left.route, right.route));
  const server = createServer({ maxHeaderSize }, (request, response) => {
    // Somebody may hang up at any time; there is nobody left to tell.
    response.on('error', () => undefined);
    response.once('finish', () => {
      if (!server.listening) {
        // The last answer has gone out; a client that keeps the connection must not keep the host.
        setImmediate(() => {
          server.closeIdleConnections();
        });
      }
    });
    answer(request, response, options, routes).catch(() => {
      if (!response.headersSent) {
        sendStatus(response, 500);
      }
    });
  });
  await listen(server, address, options.port);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : options.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
    abandon: () => {
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = errorCode(error) === 'EADDRINUSE' ? 'is in use' : 'cannot be used';
      reject(
        new HostCannotStart(`port ${String(port)} ${reason}: stop what listens there or set PORT`, {
          cause: error,
        }),
      );
    });
    server.listen(port, address, resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
  routes: readonly HttpRegistration[],
): Promise<void> {
  const target = request.url ?? '/';
  const refusal = refusalOf(request.method ?? '', target, request.httpVersion);
  if (refusal !== undefined) {
    sendStatus(response, refusal);
    return;
  }
  const origin = `http://${request.headers.host ?? '127.0.0.1'}`;
  const url = URL.parse(target.startsWith('/') ? `${origin}${target}` : target);
  if (url === null) {
    sendStatus(response, 400);
    return;
  }
  if (url.pathname === '/') {
    sendHomepage(response, options.homepage);
    return;
  }
  if (/^\/admin\//i.test(url.pathname)) {
    await answerAdmin(request, response, url.pathname, options.startByHand);
    return;
  }
  const found = findFunction(request.method ?? 'GET', url.pathname, options.routePrefix, routes);
  if (found === undefined) {
    sendStatus(response, 404);
    return;
  }
  if (!found.called.anonymous) {
    sendStatus(response, 401);
    return;
  }
  const body = await readBody(request, longestBodyBytes);
  if (body.kind === 'too-long') {
    response.setHeader('connection', 'close');
    sendStatus(response, 500);
    return;
  }
  const result = await options.invocations.run({
    functionName: found.called.name,
    input: { http: toRpcRequest(request, url, found.parameters, body.bytes) },
    triggerMetadata: {},
  });
  sendResult(response, result);
}

function refusalOf(method: string, target: string, version: string): 414 | 400 | undefined {
  if (Buffer.byteLength(`${method} ${target} HTTP/${version}\r\n`, 'latin1') > longestRequestLine) {
    return 414;
  }
  const [path = ''] = target.split('?', 1);
  return path.includes('%00') ? 400 : undefined;
}

function findFunction(
  method: string,
  path: string,
  prefix: string,
  routes: readonly HttpRegistration[],
): { called: HttpRegistration; parameters: Record<string, string> } | undefined {
  const start = prefix === '' ? '' : `/${prefix}`;
  const inside =
    path.toLowerCase() === start.toLowerCase() || path.toLowerCase().startsWith(`${start.toLowerCase()}/`);
  if (!inside) {
    return undefined;
  }
  for (const called of routes) {
    const parameters = called.methods.includes(method)
      ? matchRoute(called.route, path.slice(start.length))
      : undefined;
    if (parameters !== undefined) {
      return { called, parameters };
    }
  }
  return undefined;
}

function sendHomepage(response: ServerResponse, shown: boolean): void {
  if (!shown) {
    sendStatus(response, 204);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<!doctype html><title>Gracewatch</title><p>The functions of Gracewatch are running.</p>');
}
