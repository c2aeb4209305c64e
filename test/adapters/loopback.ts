import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export interface Loopback {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
  /** What was asked since the test began. */
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  /** How every request is answered from now on. */
  reply: Reply;
}

/** A service on loopback that answers as the test says. */
export function loopback(): Loopback {
  const service = {
    endpoint: '',
    requests: [] as Loopback['requests'],
    reply: json(200, {}),
  };
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    service.requests.push({ method, url, headers });
    service.reply(request, response);
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    service.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    service.requests.length = 0;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return service;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** The connection is reset before an answer. */
export const reset: Reply = (request) => {
  request.socket.resetAndDestroy();
};

/** Nothing comes. */
export const hang: Reply = () => undefined;

/** The head and a part of the body come, then nothing more. */
export const hangInBody: Reply = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"value": [');
};

/** The connection is cut within the body. */
export const cutInBody: Reply = (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"value": [', () => request.socket.resetAndDestroy());
};
