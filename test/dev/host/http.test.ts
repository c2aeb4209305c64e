import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type HostedApp, hostApp, stopHostedApps } from '../../builders/function-app.ts';

jest.setTimeout(120_000);

let app: HostedApp;
beforeAll(async () => {
  app = await hostApp(`
    const echo = async (request) => ({ jsonBody: {
      method: request.method, url: request.url, params: request.params, query: [...request.query], text: await request.text(),
      header: request.headers.get('x-test'), user: request.user,
    } });
    app.http('echo', { methods: ['GET', 'POST'], route: 'echo/{user}', handler: echo });
    app.http('rest', { methods: ['GET'], route: 'x/{*rest}', handler: echo });
    app.http('no-route', { methods: ['GET'], handler: () => ({ body: 'named by its function' }) });
    app.http('throws', { methods: ['GET'], handler: () => { throw new Error('contoso knows\\na secret line') } });
    app.http('nothing', { methods: ['GET'], handler: () => undefined });
    app.http('bare', { methods: ['GET'], handler: () => 'text' });
    app.http('number', { methods: ['GET'], handler: () => 4 });
    app.http('keyed', { methods: ['GET'], authLevel: 'function', handler: () => ({ body: 'in' }) });
    app.http('accepted', { methods: ['GET'], handler: () => ({ status: 202, headers: { 'x-a': 'b' },
      cookies: [{ name: 'c', value: 'd e', path: '/', httpOnly: true, secure: true, sameSite: 'Strict', maxAge: 5 }] }) });
    app.http('bytes', { methods: ['POST'], handler: async (request) => ({ body: await request.arrayBuffer() }) });
    app.http('unchanged', { methods: ['GET'], handler: () => ({ status: 304 }) });
  `);
});
afterAll(stopHostedApps);

const call = (path: string, init?: RequestInit) => fetch(`${app.url}${path}`, init);

describe('an HTTP function', () => {
  test('gets the request as it was sent', async () => {
    const response = await call('/api/echo/adele?top=5', {
      method: 'POST',
      body: 'hello',
      headers: { 'x-test': 'é?' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      method: 'POST',
      url: `${app.url}/api/echo/adele?top=5`,
      params: { user: 'adele' },
      query: [['top', '5']],
      text: 'hello',
      header: 'é?',
      user: null,
    });
  });

  test('is found whatever the case of its route', async () => {
    const response = await call('/API/Echo/Adele');
    expect(await response.json()).toMatchObject({ params: { user: 'Adele' } });
  });

  test('gets a blank decoded and a slash not', async () => {
    const response = await call('/api/echo/a%20b%2Fc');
    expect(await response.json()).toMatchObject({ params: { user: 'a b%2Fc' } });
  });

  test('gets a repeated parameter as one value', async () => {
    const response = await call('/api/echo/a?x=1&y=&X=2');
    expect(await response.json()).toMatchObject({
      query: [
        ['x', '1,2'],
        ['y', ''],
      ],
    });
  });

  test('with a rest in its route is also found without one', async () => {
    expect((await call('/api/x')).status).toBe(200);
    expect(await (await call('/api/x/a/b')).json()).toMatchObject({ params: { rest: 'a/b' } });
  });

  test('without a route is found by its name', async () => {
    expect(await (await call('/api/no-route')).text()).toBe('named by its function');
  });

  test.each([
    ['DELETE', '/api/echo/a'],
    ['HEAD', '/api/x'],
    ['OPTIONS', '/api/x'],
    ['POST', '/api/no-route'],
    ['GET', '/api/unknown'],
    ['GET', '/api'],
    ['GET', '/echo/a'],
    ['GET', '/apiecho/a'],
  ])('is not reached by %s %s: 404 with an empty body', async (method, path) => {
    const response = await call(path, { method });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  test('that throws answers 500 and shows nothing of it; the log keeps it in one line', async () => {
    const response = await call('/api/throws');
    expect([response.status, await response.text()]).toEqual([500, '']);
    const line = app.lines.find((entry) => entry.startsWith('throws '));
    expect(line).toMatch(/^throws [0-9a-f-]{36} failed \d+ ms: Error: contoso knows\\na secret line$/);
  });

  test('that returns nothing answers 204', async () => {
    expect((await call('/api/nothing')).status).toBe(204);
  });

  test.each(['bare', 'number'])('that returns a %s value answers 500 with an empty body', async (name) => {
    const response = await call(`/api/${name}`);
    expect([response.status, await response.text()]).toEqual([500, '']);
  });

  test('with an authLevel answers 401 without a key', async () => {
    const response = await call('/api/keyed');
    expect([response.status, await response.text()]).toEqual([401, '']);
  });

  test('sets status, headers and cookies', async () => {
    const response = await call('/api/accepted');
    expect(response.status).toBe(202);
    expect(response.headers.get('x-a')).toBe('b');
    expect(response.headers.getSetCookie()).toEqual([
      'c=d%20e; Max-Age=5; Path=/; SameSite=Strict; HttpOnly; Secure',
    ]);
    expect((await call('/api/unchanged')).status).toBe(304);
  });

  test('gets and gives bytes unchanged', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    const response = await call('/api/bytes', { method: 'POST', body: bytes });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('leaves one line without the body in the log for each run', async () => {
    const before = app.lines.length;
    await call('/api/echo/logged', { method: 'POST', body: 'a private body' });
    expect(app.lines.slice(before)).toEqual([expect.stringMatching(/^echo [0-9a-f-]{36} succeeded \d+ ms$/)]);
  });
});

describe('before any function', () => {
  /** As it is on the wire: `fetch` would tidy it. */
  async function raw(path: string, headers: Record<string, string> = {}) {
    const { hostname, port } = new URL(app.url);
    const sending = request({ hostname, port, path, headers });
    sending.end();
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return [response.statusCode, body];
  }
  const line = (length: number) => `/api/x/${'a'.repeat(length - 'GET /api/x/ HTTP/1.1\r\n'.length)}`;

  test('a request line over 8 KB is answered with 414, however long', async () => {
    expect((await raw(line(8192)))[0]).toBe(200);
    expect(await raw(line(8193))).toEqual([414, '']);
    expect(await raw(line(200_000))).toEqual([414, '']);
    expect((await raw(`/api/x?${'a'.repeat(9000)}`))[0]).toBe(414);
    expect((await raw(`/admin/host/status?${'a'.repeat(9000)}`))[0]).toBe(414);
  });

  test('a %00 in the path is answered with 400, in the query it is not', async () => {
    expect(await raw('/api/x/a%00b')).toEqual([400, '']);
    expect(await raw('/nowhere/%00')).toEqual([400, '']);
    expect((await raw('/api/x?a=%00'))[0]).toBe(200);
  });

  test('headers of 20 KB pass', async () => {
    expect((await raw('/api/x', { 'x-test': 'a'.repeat(20 * 1024) }))[0]).toBe(200);
  });
});

describe('a body over 100 MB', () => {
  async function post(headers: Record<string, string>, chunks: number) {
    const sending = request(`${app.url}/api/bytes`, { method: 'POST', headers });
    sending.on('error', () => undefined);
    const closed = once(sending, 'close');
    const answered = once(sending, 'response');
    const chunk = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < chunks && !sending.destroyed; sent += 1) {
      if (!sending.write(chunk)) {
        await Promise.race([once(sending, 'drain').catch(() => undefined), closed]);
      }
    }
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    await closed;
    return { status: response.statusCode, connection: response.headers.connection };
  }

  test('that says so ends in a 500 and a closed connection', async () => {
    const answer = await post({ 'content-length': String(200 * 1024 * 1024) }, 1);
    expect(answer).toEqual({ status: 500, connection: 'close' });
  });

  test('that does not say so ends the same', async () => {
    const answer = await post({ 'transfer-encoding': 'chunked' }, 101);
    expect(answer).toEqual({ status: 500, connection: 'close' });
  });
});

describe('the home page', () => {
  test('answers 200', async () => {
    const response = await call('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test('can be switched off', async () => {
    const quiet = await hostApp(`app.http('a', { handler: () => undefined });`, {
      AzureWebJobsDisableHomepage: 'True',
    });
    const response = await fetch(quiet.url);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });
});
