import { describe, expect, test } from '@jest/globals';
import { text as bodyOf } from 'node:stream/consumers';
import { createGraph, createGraphCalls } from '../../shared/adapters/graph.ts';
import type { GraphOptions } from '../../shared/adapters/graph.ts';
import type { TakeAllowance } from '../../shared/services/allowance.ts';
import type { Graph } from '../../shared/services/graph.ts';
import { cutInBody, hang, hangInBody, json, loopback, type Reply, reset, text } from './loopback.ts';

const service = loopback();
const elsewhere = loopback();
const contoso = '11111111-1111-4111-8111-111111111111';
const token = 'eyJ0-very-secret-token';
const path =
  "/auditLogs/directoryAudits?$filter=activityDateTime ge 2026-02-03T00:00:00Z and id eq 'secret-query'&$top=999";

function graph(options: Partial<GraphOptions> = {}): Graph {
  return createGraph({
    endpoint: service.endpoint,
    tokenFor: () => Promise.resolve(token),
    takeAllowance: () => Promise.resolve(0),
    ...options,
  });
}

describe('a page of Graph', () => {
  test('is read with its values as they came and without a next page', async () => {
    service.reply = json(200, { '@odata.context': 'x', value: [{ id: 'a', unknown: [1, null] }, 7] });
    expect(await graph().readPage(contoso, path)).toEqual({
      kind: 'read',
      value: { value: [{ id: 'a', unknown: [1, null] }, 7] },
    });
  });

  test('is asked for under v1.0, with the whole query and the token of the tenant', async () => {
    service.reply = json(200, { value: [] });
    const asked: string[][] = [];
    const tokenFor = (tenantId: string, scope: string): Promise<string> => {
      asked.push([tenantId, scope]);
      return Promise.resolve(`none:${tenantId}`);
    };
    await graph({ tokenFor }).readPage(contoso, path);
    const [request] = service.requests;
    const url = new URL(request?.url ?? '', service.endpoint);
    expect(url.pathname).toBe('/v1.0/auditLogs/directoryAudits');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      $filter: "activityDateTime ge 2026-02-03T00:00:00Z and id eq 'secret-query'",
      $top: '999',
    });
    expect(request?.headers.authorization).toBe(`Bearer none:${contoso}`);
    expect(asked).toEqual([[contoso, `${service.endpoint}/.default`]]);
  });

  test('gives the next page as path and query, and that is read where the link pointed', async () => {
    const query = '?$filter=a%20eq%20%27b%26c%27&$skiptoken=https%3a%2f%2fx%2fy%3d%3d&other=1=2';
    service.reply = json(200, {
      value: [],
      '@odata.nextLink': `${service.endpoint}/v1.0/auditLogs/directoryAudits${query}`,
    });
    const first = await graph().readPage(contoso, path);
    expect(first).toEqual({ kind: 'read', value: { value: [], next: `/auditLogs/directoryAudits${query}` } });
    await graph().readPage(contoso, `/auditLogs/directoryAudits${query}`);
    expect(service.requests.at(-1)?.url).toBe(`/v1.0/auditLogs/directoryAudits${query}`);
  });

  test('is asked of the endpoint also where the query holds another address', async () => {
    service.reply = json(200, { value: [] });
    for (const hostile of [
      `/auditLogs/directoryAudits?$skiptoken=https://${elsewhere.endpoint.slice(7)}/v1.0/x`,
      `https://${elsewhere.endpoint.slice(7)}/v1.0/x`,
      `//${elsewhere.endpoint.slice(7)}/v1.0/x`,
      `@${elsewhere.endpoint.slice(7)}/v1.0/x`,
    ]) {
      await graph().readPage(contoso, hostile);
    }
    expect(service.requests.length).toBe(4);
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a link to the next page', () => {
  test.each([
    ['another host', () => `${elsewhere.endpoint}/v1.0/auditLogs/directoryAudits?$skiptoken=x`],
    ['another scheme', () => `${service.endpoint.replace('http:', 'https:')}/v1.0/auditLogs/directoryAudits`],
    [
      'a host that only begins like it',
      () => `${service.endpoint}.evil.example/v1.0/auditLogs/directoryAudits`,
    ],
    ['a name and password before another host', () => `${service.endpoint}@evil.example/v1.0/auditLogs`],
    ['another version', () => `${service.endpoint}/beta/auditLogs/directoryAudits`],
    ['no URL', () => 'http://[broken'],
  ])('to %s is refused and not followed', async (_, link) => {
    service.reply = json(200, { value: [{ id: 'a' }], '@odata.nextLink': link() });
    const outcome = await graph().readPage(contoso, path);
    expect(outcome).toEqual({
      kind: 'refused',
      reason: 'Graph gave a link to the next page that is not on its own host',
    });
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a read that Graph does not answer with a page', () => {
  const error = (code: string): unknown => ({ error: { code, message: `secret-message ${token}` } });

  test.each([
    ['400', json(400, error('BadRequest')), { kind: 'refused', status: 400, code: 'BadRequest' }],
    [
      '401',
      json(401, error('InvalidAuthenticationToken')),
      { kind: 'refused', status: 401, code: 'InvalidAuthenticationToken' },
    ],
    [
      '403, naming the permission',
      json(403, error('Authorization_RequestDenied')),
      { kind: 'refused', status: 403, code: 'Authorization_RequestDenied', permission: 'AuditLog.Read.All' },
    ],
    [
      '404',
      json(404, error('Request_ResourceNotFound')),
      { kind: 'refused', status: 404, code: 'Request_ResourceNotFound' },
    ],
    [
      '410',
      json(410, error('syncStateNotFound')),
      { kind: 'refused', status: 410, code: 'syncStateNotFound' },
    ],
    ['404 without a body', text(404, ''), { kind: 'refused', status: 404 }],
    [
      '400 whose code is a text',
      json(400, error('go to http://x?secret-query')),
      { kind: 'refused', status: 400 },
    ],
    [
      '429 with seconds',
      json(429, error('TooManyRequests'), { 'retry-after': '17' }),
      { kind: 'later', afterSeconds: 17, throttled: true },
    ],
    [
      '429 with a date',
      json(429, error('TooManyRequests'), {
        date: 'Tue, 03 Feb 2026 09:00:00 GMT',
        'retry-after': 'Tue, 03 Feb 2026 09:01:30 GMT',
      }),
      { kind: 'later', afterSeconds: 90, throttled: true },
    ],
    [
      '429 with a date that is over',
      json(429, error('TooManyRequests'), {
        date: 'Tue, 03 Feb 2026 09:00:00 GMT',
        'retry-after': 'Tue, 03 Feb 2026 08:00:00 GMT',
      }),
      { kind: 'later', afterSeconds: 0, throttled: true },
    ],
    [
      '429 with nonsense',
      json(429, error('TooManyRequests'), { 'retry-after': 'soon' }),
      { kind: 'later', throttled: true },
    ],
    ['429 without a time', json(429, error('TooManyRequests')), { kind: 'later', throttled: true }],
    ['500', json(500, error('InternalServerError')), { kind: 'later' }],
    ['502 with a page of a proxy', text(502, '<html>'), { kind: 'later' }],
    ['503 with seconds', text(503, '', { 'retry-after': '5' }), { kind: 'later', afterSeconds: 5 }],
    ['504', text(504, ''), { kind: 'later' }],
    ['a reset', reset, { kind: 'later' }],
    ['a connection cut within the page', cutInBody, { kind: 'later' }],
    ['a page that breaks off', text(200, '{"value": [{"id": "a"}, {"i'), { kind: 'later' }],
    ['an empty page', text(200, ''), { kind: 'later' }],
    ['a page that is not JSON', text(200, '<html>secret-message</html>'), { kind: 'refused', status: 200 }],
    ['a page without values', json(200, {}), { kind: 'refused', status: 200 }],
    [
      'values that are no list',
      json(200, { value: { id: 'secret-message' } }),
      { kind: 'refused', status: 200 },
    ],
    ['a page that is a list', json(200, [1]), { kind: 'refused', status: 200 }],
    [
      'a link that is no text',
      json(200, { value: [], '@odata.nextLink': 7 }),
      { kind: 'refused', status: 200 },
    ],
  ])('is told what it is: %s', async (_, reply, expected) => {
    service.reply = reply;
    const { reason, ...outcome } = (await graph().readPage(contoso, path)) as { reason: string };
    expect(outcome).toEqual(expected);
    expect(reason).not.toMatch(/secret|127\.0\.0\.1|Bearer/);
    expect(reason).toMatch(/^(Graph|the connection to Graph)/);
    expect(service.requests).toHaveLength(1);
  });

  test.each([
    ['before the answer', hang],
    ['within the page', hangInBody],
  ])('is given up after the time limit: a hang %s', async (_, reply) => {
    service.reply = reply;
    expect(await graph({ timeoutMilliseconds: 50 }).readPage(contoso, path)).toEqual({
      kind: 'later',
      reason: 'Graph gave no whole answer within 0.05 s',
    });
  });

  test('is later when nothing listens', async () => {
    const outcome = await graph({ endpoint: 'http://127.0.0.1:1' }).readPage(contoso, path);
    expect(outcome).toEqual({ kind: 'later', reason: 'the connection to Graph failed' });
  });

  test('names no permission for a path that it does not know', async () => {
    service.reply = json(403, error('Authorization_RequestDenied'));
    expect(await graph().readPage(contoso, '/something')).not.toHaveProperty('permission');
  });

  test('does not carry the token to where a redirect points', async () => {
    elsewhere.reply = json(200, { value: [] });
    service.reply = text(302, '', { location: `${elsewhere.endpoint}/v1.0/auditLogs/directoryAudits` });
    expect(await graph().readPage(contoso, path)).toEqual({
      kind: 'refused',
      reason: 'Graph answered 302',
      status: 302,
    });
    expect(elsewhere.requests).toEqual([]);
  });

  test('is not asked at all without a token', async () => {
    const refused = graph({
      tokenFor: () => Promise.reject(new Error(`AADSTS7000112: ${token} is disabled`)),
    });
    expect(await refused.readPage(contoso, path)).toEqual({
      kind: 'refused',
      reason: 'no token: the application is switched off in the tenant (AADSTS7000112)',
      code: 'AADSTS7000112',
    });
    const unreachable = graph({ tokenFor: () => Promise.reject(new Error(`connect ${token}`)) });
    expect(await unreachable.readPage(contoso, path)).toEqual({
      kind: 'later',
      reason: 'no token could be fetched',
    });
    expect(service.requests).toEqual([]);
  });

  test('fails quietly when the token cannot stand in a header', async () => {
    const outcome = await graph({ tokenFor: () => Promise.resolve('secret\ntoken') }).readPage(contoso, path);
    expect(outcome).toEqual({ kind: 'later', reason: 'the connection to Graph failed' });
  });
});

describe('one thing of Graph', () => {
  const settings = '/admin/reportSettings';

  test('is read as it came, with the token of the tenant', async () => {
    service.reply = json(200, { displayConcealedNames: true, unknown: [1] });
    expect(await graph().readObject(contoso, settings)).toEqual({
      kind: 'read',
      value: { displayConcealedNames: true, unknown: [1] },
    });
    expect(service.requests[0]?.url).toBe('/v1.0/admin/reportSettings');
    expect(service.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });

  test.each([
    ['a list', json(200, [{ displayConcealedNames: true }])],
    ['nothing', json(200, null)],
    ['a text', json(200, 'secret-message')],
  ])('is refused where it is %s', async (_, reply) => {
    service.reply = reply;
    expect(await graph().readObject(contoso, settings)).toEqual({
      kind: 'refused',
      reason: 'Graph answered something that is not an object',
      status: 200,
    });
  });

  test.each([
    [
      'missing permission',
      json(403, { error: { code: 'Authorization_RequestDenied' } }),
      {
        kind: 'refused',
        reason: 'Graph answered 403 (Authorization_RequestDenied)',
        status: 403,
        code: 'Authorization_RequestDenied',
        permission: 'ReportSettings.Read.All',
      },
    ],
    [
      'throttling',
      json(429, {}, { 'retry-after': '3' }),
      { kind: 'later', reason: 'Graph answered 429', afterSeconds: 3, throttled: true },
    ],
    ['a reset', reset, { kind: 'later', reason: 'the connection to Graph failed' }],
  ])('is told why it is not there: %s', async (_, reply, expected) => {
    service.reply = reply;
    expect(await graph().readObject(contoso, settings)).toEqual(expected);
  });
});

describe('the allowance of the audit logs', () => {
  test('is asked for each tenant, and its answer is handed on without a request', async () => {
    service.reply = json(200, { value: [] });
    const asked: string[] = [];
    const takeAllowance: TakeAllowance = (tenantId, { allowance }) => {
      asked.push(`${tenantId} ${allowance}`);
      return Promise.resolve(asked.length > 1 ? 8 : 0);
    };
    const limited = graph({ takeAllowance });
    expect((await limited.readPage(contoso, path)).kind).toBe('read');
    expect(await limited.readPage(contoso, path)).toEqual({
      kind: 'later',
      reason: 'the allowance of the audit logs is used up',
      afterSeconds: 8,
      throttled: true,
    });
    expect(asked).toEqual([`${contoso} audit-logs`, `${contoso} audit-logs`]);
    expect(service.requests).toHaveLength(1);
  });

  test('is 5 requests in 10 seconds where nothing else is said, and not for other paths', async () => {
    service.reply = json(200, { value: [] });
    const standard = createGraph({ endpoint: service.endpoint, tokenFor: () => Promise.resolve(token) });
    for (let n = 0; n < 5; n += 1) expect((await standard.readPage(contoso, path)).kind).toBe('read');
    expect((await standard.readPage(contoso, path)).kind).toBe('later');
    expect((await standard.readPage('other tenant', path)).kind).toBe('read');
    expect((await standard.readPage(contoso, '/users?$top=1')).kind).toBe('read');
  });
});

/** Answers a batch as `of` says for each of its requests, the last first: answers come in any order (FACTS 9). */
function batchOf(of: (url: string) => object | undefined, seen: string[][] = []): Reply {
  return (request, response) => {
    void bodyOf(request).then((body) => {
      const { requests } = JSON.parse(body) as { requests: { id: string; method: string; url: string }[] };
      seen.push(requests.map(({ method, url }) => `${method} ${url}`));
      const responses = requests.flatMap(({ id, url }) => {
        const found = of(url);
        return found === undefined ? [] : [{ id, ...found }];
      });
      json(200, { responses: responses.reverse() })(request, response);
    });
  };
}

describe('many things of Graph', () => {
  const users = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => `/users/${String(n)}?$select=id`);

  test('come in batches of 20, each in its own place whatever the order of the answers', async () => {
    const seen: string[][] = [];
    service.reply = batchOf((url) => ({ status: 200, body: { id: url } }), seen);
    const outcomes = await graph().readObjects(contoso, users(45));
    expect(outcomes).toEqual(users(45).map((id) => ({ kind: 'read', value: { id } })));
    expect(seen.map((requests) => requests.length)).toEqual([20, 20, 5]);
    expect(seen[0]?.[0]).toBe('GET /users/0?$select=id');
    expect(service.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(3).fill('POST /v1.0/$batch'),
    );
    expect(service.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    });
  });

  test('have each its own outcome, with its own time to come again', async () => {
    const answers: Record<string, object | undefined> = {
      '/users/a': { status: 200, body: { id: 'a' } },
      '/users/b': { status: 404, body: { error: { code: 'Request_ResourceNotFound' } } },
      '/users/c': {
        status: 429,
        headers: { 'Retry-After': '9' },
        body: { error: { code: 'TooManyRequests' } },
      },
      '/admin/reportSettings': { status: 403, body: { error: { code: 'Authorization_RequestDenied' } } },
      '/users/d': { status: 503 },
    };
    service.reply = batchOf((url) => answers[url]);
    expect(await graph().readObjects(contoso, [...Object.keys(answers), '/users/unanswered'])).toEqual([
      { kind: 'read', value: { id: 'a' } },
      {
        kind: 'refused',
        reason: 'Graph answered 404 (Request_ResourceNotFound)',
        status: 404,
        code: 'Request_ResourceNotFound',
      },
      { kind: 'later', reason: 'Graph answered 429 (TooManyRequests)', afterSeconds: 9, throttled: true },
      {
        kind: 'refused',
        reason: 'Graph answered 403 (Authorization_RequestDenied)',
        status: 403,
        code: 'Authorization_RequestDenied',
        permission: 'ReportSettings.Read.All',
      },
      { kind: 'later', reason: 'Graph answered 503' },
      { kind: 'later', reason: 'Graph left a request of a batch without an answer' },
    ]);
  });

  test.each([
    ['a reset', reset, { kind: 'later', reason: 'the connection to Graph failed' }],
    [
      'throttling of the whole',
      json(429, {}, { 'retry-after': '3' }),
      { kind: 'later', reason: 'Graph answered 429', afterSeconds: 3, throttled: true },
    ],
    [
      'no responses',
      json(200, {}),
      { kind: 'refused', reason: 'Graph answered a batch without a list of responses', status: 200 },
    ],
    ['a batch that breaks off', text(200, '{"responses": [{"id'), { kind: 'later' }],
  ])('share the outcome of their batch: %s', async (_, reply, expected) => {
    service.reply = reply;
    const outcomes = await graph().readObjects(contoso, users(2));
    expect(outcomes).toMatchObject([expected, expected]);
  });

  test('are asked for only as far as the allowance goes; the rest is told when to come again', async () => {
    const seen: string[][] = [];
    service.reply = batchOf((url) => ({ status: 200, body: { id: url } }), seen);
    let left = 4;
    const takeAllowance: TakeAllowance = (_tenantId, { cost }) => {
      left -= cost;
      return Promise.resolve(left < 0 ? 7 : 0);
    };
    const outcomes = await graph({ takeAllowance }).readObjects(contoso, users(3));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['read', 'read', 'later']);
    expect(outcomes[2]).toMatchObject({ afterSeconds: 7, throttled: true });
    expect(seen).toEqual([['GET /users/0?$select=id', 'GET /users/1?$select=id']]);
  });
});

describe('a call of Graph', () => {
  const calls = () =>
    createGraphCalls({ endpoint: service.endpoint, tokenFor: () => Promise.resolve(token) });

  test.each(['POST', 'PATCH', 'DELETE'] as const)('%s goes with its body and headers', async (method) => {
    let sent = '';
    service.reply = (request, response) => {
      void bodyOf(request).then((body) => {
        sent = body;
        text(204, '')(request, response);
      });
    };
    const body = { displayName: 'Größe' };
    const outcome = await calls().send(contoso, {
      method,
      path: '/groups/1',
      ...(method === 'DELETE' ? {} : { body }),
      headers: { Prefer: 'return=minimal' },
    });
    expect(outcome).toMatchObject({ kind: 'read', value: { status: 204 } });
    expect(service.requests).toMatchObject([
      {
        method,
        url: '/v1.0/groups/1',
        headers: { prefer: 'return=minimal', authorization: `Bearer ${token}` },
      },
    ]);
    expect(sent === '' ? undefined : JSON.parse(sent)).toEqual(method === 'DELETE' ? undefined : body);
  });

  test('gives an answer of any status as it came: what it means is for whoever asked', async () => {
    service.reply = json(409, { error: { code: 'Conflict', message: 'x' } });
    const outcome = await calls().send(contoso, { method: 'POST', path: '/applications', body: {} });
    expect(outcome).toMatchObject({
      kind: 'read',
      value: { status: 409, body: expect.stringContaining('x') },
    });
  });
});
