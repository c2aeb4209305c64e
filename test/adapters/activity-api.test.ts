import { describe, expect, test } from '@jest/globals';
import { createActivityApi } from '../../shared/adapters/activity-api.ts';
import type { ActivityApiOptions } from '../../shared/adapters/activity-api.ts';
import type { ActivityApi } from '../../shared/services/activity-api.ts';
import { cutInBody, hang, hangInBody, json, loopback, reset, text } from './loopback.ts';

const service = loopback();
const elsewhere = loopback();
const contoso = '11111111-1111-4111-8111-111111111111';
const vendor = '99999999-9999-4999-8999-999999999999';
const contentType = 'Audit.AzureActiveDirectory';
const token = 'eyJ0-very-secret-token';
const window = { from: '2026-02-03T00:00:00.000Z', to: '2026-02-04T00:00:00.000Z' };

function activityApi(options: Partial<ActivityApiOptions> = {}): ActivityApi {
  return createActivityApi({
    endpoint: service.endpoint,
    tokenFor: () => Promise.resolve(token),
    publisherId: vendor,
    ...options,
  });
}

function failed(code: string): unknown {
  return { error: { code, message: `secret-message ${token}` } };
}

function asked(index = 0): {
  method: string;
  path: string;
  query: Record<string, string>;
  authorization: string;
} {
  const request = service.requests[index];
  const url = new URL(request?.url ?? '', service.endpoint);
  return {
    method: request?.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    authorization: request?.headers.authorization ?? '',
  };
}

describe('starting a subscription', () => {
  test('is a POST for the content type, charged to the vendor', async () => {
    service.reply = json(200, { contentType, status: 'enabled', webhook: null });
    expect(await activityApi().start(contoso, contentType)).toEqual({ kind: 'read', value: undefined });
    expect(asked()).toEqual({
      method: 'POST',
      path: `/api/v1.0/${contoso}/activity/feed/subscriptions/start`,
      query: { contentType, PublisherIdentifier: vendor },
      authorization: `Bearer ${token}`,
    });
  });

  test('is done where it had been started before (AF20024)', async () => {
    service.reply = json(400, failed('AF20024'));
    expect((await activityApi().start(contoso, contentType)).kind).toBe('read');
  });

  test('is refused where it is refused', async () => {
    service.reply = json(400, failed('AF20020'));
    expect(await activityApi().start(contoso, contentType)).toMatchObject({
      kind: 'refused',
      code: 'AF20020',
    });
  });

  test('is charged to the tenant itself where there is no vendor', async () => {
    service.reply = json(200, {});
    await createActivityApi({ endpoint: service.endpoint, tokenFor: () => Promise.resolve(token) }).start(
      contoso,
      contentType,
    );
    expect(asked().query['PublisherIdentifier']).toBe(contoso);
  });
});

describe('the list of subscriptions', () => {
  test('says of each content type whether it is collected, charged to the vendor', async () => {
    service.reply = json(200, [
      { contentType, status: 'enabled', webhook: null },
      { contentType: 'Audit.Exchange', status: 'disabled', webhook: { authId: 'secret-message' } },
    ]);
    expect(await activityApi().listSubscriptions(contoso)).toEqual({
      kind: 'read',
      value: [
        { contentType, enabled: true },
        { contentType: 'Audit.Exchange', enabled: false },
      ],
    });
    expect(asked()).toEqual({
      method: 'GET',
      path: `/api/v1.0/${contoso}/activity/feed/subscriptions/list`,
      query: { PublisherIdentifier: vendor },
      authorization: `Bearer ${token}`,
    });
  });

  test('is refused as a whole where it cannot be read', async () => {
    service.reply = json(200, [{ contentType }]);
    expect(await activityApi().listSubscriptions(contoso)).toEqual({
      kind: 'refused',
      reason: 'the Activity API answered a list of subscriptions that cannot be read',
      status: 200,
    });
  });

  test('names the permission that is missing', async () => {
    service.reply = json(401, failed('AF10001'));
    expect(await activityApi().listSubscriptions(contoso)).toMatchObject({
      kind: 'refused',
      status: 401,
      permission: 'ActivityFeed.Read',
    });
  });
});

describe('stopping a subscription', () => {
  test('is a POST for the content type', async () => {
    service.reply = json(200, {});
    expect(await activityApi().stop(contoso, contentType)).toEqual({ kind: 'read', value: undefined });
    expect(asked()).toMatchObject({
      method: 'POST',
      path: `/api/v1.0/${contoso}/activity/feed/subscriptions/stop`,
      query: { contentType },
    });
  });

  test('is done where there is none (AF20022)', async () => {
    service.reply = json(400, failed('AF20022'));
    expect((await activityApi().stop(contoso, contentType)).kind).toBe('read');
  });

  test.each([
    [400, 'AF20023', 'refused'],
    [403, 'AF10001', 'refused'],
    [403, 'AF429', 'later'],
  ])('with %i %s is %s', async (status, code, kind) => {
    service.reply = json(status, failed(code));
    expect((await activityApi().stop(contoso, contentType)).kind).toBe(kind);
  });
});

describe('a list of content', () => {
  const item = (contentId: string): Record<string, string> => ({
    contentType,
    contentId,
    contentUri: `${service.endpoint}/api/v1.0/${contoso}/activity/feed/audit/${contentId}`,
    contentCreated: '2026-02-03T01:00:00.000Z',
    contentExpiration: '2026-02-10T01:00:00.000Z',
  });

  test('is asked for by window in whole seconds, and tells where each content is', async () => {
    service.reply = json(200, [item('a'), item('b')]);
    const outcome = await activityApi().listContent(contoso, contentType, {
      from: '2026-02-03T00:00:00.900Z',
      to: '2026-02-03T12:00:00.001Z',
    });
    expect(outcome).toMatchObject({
      kind: 'read',
      value: { content: [{ contentId: 'a' }, { contentId: 'b' }] },
    });
    expect(outcome).not.toHaveProperty('value.next');
    expect(asked()).toMatchObject({
      method: 'GET',
      path: `/api/v1.0/${contoso}/activity/feed/subscriptions/content`,
      query: {
        contentType,
        startTime: '2026-02-03T00:00:00',
        endTime: '2026-02-03T12:00:01',
        PublisherIdentifier: vendor,
      },
    });
  });

  test('is followed by the page that NextPageUri names, its query untouched', async () => {
    const next = `${service.endpoint}/api/v1.0/${contoso}/activity/feed/subscriptions/content?contentType=x&nextPage=a%2bb$c%3D`;
    service.reply = json(200, [], { NextPageUri: next });
    const outcome = await activityApi().listContent(contoso, contentType, window);
    expect(outcome).toEqual({ kind: 'read', value: { content: [], next } });
    service.reply = json(200, [item('c')]);
    expect(await activityApi().listContent(contoso, contentType, window, next)).toMatchObject({
      kind: 'read',
    });
    expect(service.requests[1]?.url).toBe(
      `${next.slice(service.endpoint.length)}&PublisherIdentifier=${vendor}`,
    );
  });

  test('names the vendor once where NextPageUri names it already', async () => {
    service.reply = json(200, []);
    const next = `${service.endpoint}/api/v1.0/x?nextPage=a&PublisherIdentifier=${vendor}`;
    await activityApi().listContent(contoso, contentType, window, next);
    expect(service.requests[0]?.url).toBe(next.slice(service.endpoint.length));
  });

  test('whose next page is on another host is refused, and so is such a page', async () => {
    const next = `${elsewhere.endpoint}/api/v1.0/${contoso}/activity/feed/subscriptions/content?nextPage=secret-query`;
    service.reply = json(200, [item('a')], { NextPageUri: next });
    const refused = { kind: 'refused', reason: 'the Activity API gave a link that is not on its own host' };
    expect(await activityApi().listContent(contoso, contentType, window)).toEqual(refused);
    expect(await activityApi().listContent(contoso, contentType, window, next)).toEqual(refused);
    expect(elsewhere.requests).toEqual([]);
  });

  test.each([
    ['an item without a place', [{ contentId: 'a', contentCreated: 'x' }]],
    ['no list', { value: [] }],
    ['nothing', null],
  ])('that cannot be read is refused as a whole: %s', async (_, body) => {
    service.reply = json(200, body);
    expect(await activityApi().listContent(contoso, contentType, window)).toEqual({
      kind: 'refused',
      reason: 'the Activity API answered a list of content that cannot be read',
      status: 200,
    });
  });
});

describe('content', () => {
  const uri = (): string =>
    `${service.endpoint}/api/v1.0/${contoso}/activity/feed/audit/2026$02$audit_azureactivedirectory$x`;

  test('is its records as they came, charged to the vendor', async () => {
    service.reply = json(200, [{ Id: 'r1', RecordType: 4711 }, 'odd']);
    expect(await activityApi().readContent(contoso, uri())).toEqual({
      kind: 'read',
      value: [{ Id: 'r1', RecordType: 4711 }, 'odd'],
    });
    expect(service.requests[0]?.url).toBe(
      `${uri().slice(service.endpoint.length)}?PublisherIdentifier=${vendor}`,
    );
    expect(asked().authorization).toBe(`Bearer ${token}`);
  });

  test.each([
    ['another host', () => `${elsewhere.endpoint}/api/v1.0/x?secret-query`],
    ['another scheme', () => uri().replace('http:', 'https:')],
    ['a name and password before another host', () => `${service.endpoint}@evil.example/x`],
    ['no URL', () => 'http://[secret-query'],
  ])('on %s is refused without a request and without a token', async (_, contentUri) => {
    const tokenFor = (): Promise<string> => Promise.reject(new Error('a token was asked for'));
    expect(await activityApi({ tokenFor }).readContent(contoso, contentUri())).toEqual({
      kind: 'refused',
      reason: 'the Activity API gave a link that is not on its own host',
    });
    expect([...elsewhere.requests, ...service.requests]).toEqual([]);
  });

  test.each([
    [
      'AF10001',
      json(403, failed('AF10001')),
      { kind: 'refused', status: 403, code: 'AF10001', permission: 'ActivityFeed.Read' },
    ],
    ['AF20010', json(400, failed('AF20010')), { kind: 'refused', status: 400, code: 'AF20010' }],
    ['AF20022', json(400, failed('AF20022')), { kind: 'refused', status: 400, code: 'AF20022' }],
    ['AF20023', json(400, failed('AF20023')), { kind: 'refused', status: 400, code: 'AF20023' }],
    ['AF20030', json(400, failed('AF20030')), { kind: 'refused', status: 400, code: 'AF20030' }],
    ['AF20050', json(404, failed('AF20050')), { kind: 'refused', status: 404, code: 'AF20050' }],
    ['AF20051', json(400, failed('AF20051')), { kind: 'refused', status: 400, code: 'AF20051' }],
    ['AF20052', json(400, failed('AF20052')), { kind: 'refused', status: 400, code: 'AF20052' }],
    [
      'AF429 as 403',
      json(403, failed('AF429'), { 'retry-after': '60' }),
      { kind: 'later', afterSeconds: 60, throttled: true },
    ],
    ['AF429 as 429', json(429, failed('AF429')), { kind: 'later', throttled: true }],
    ['AF50000', json(500, failed('AF50000')), { kind: 'later' }],
    ['AF50000 as 400', json(400, failed('AF50000')), { kind: 'later' }],
    ['401', text(401, ''), { kind: 'refused', status: 401 }],
    [
      'a text in place of a code, as where auditing was never switched on',
      json(400, failed(`Tenant secret-${contoso} does not exist.`)),
      { kind: 'refused', status: 400, code: 'AF20011' },
    ],
    [
      'the same, as it was seen: the text of an exception, cut into code and message',
      json(400, {
        error: {
          code: `StartSubscription [CorrId=secret][TenantId=${contoso},ContentType=Audit.Exchange][AppId`,
          message: `secret] failed. Exception: DataServiceException: Tenant ${contoso} does not exist.\r\n   at Microsoft.Office`,
        },
      }),
      { kind: 'refused', status: 400, code: 'AF20011' },
    ],
    [
      'the same with a status that would be waited for',
      json(500, failed(`Tenant ${contoso} does not exist`)),
      { kind: 'refused', status: 500, code: 'AF20011' },
    ],
    [
      'another text in place of a code',
      json(400, failed('secret-text of any kind')),
      { kind: 'refused', status: 400 },
    ],
    ['403 without a code', json(403, { Message: 'secret-message' }), { kind: 'refused', status: 403 }],
    ['404', text(404, '<html>secret-message'), { kind: 'refused', status: 404 }],
    ['410', text(410, ''), { kind: 'refused', status: 410 }],
    [
      '429 with a date',
      text(429, '', {
        date: 'Tue, 03 Feb 2026 09:00:00 GMT',
        'retry-after': 'Tue, 03 Feb 2026 09:00:05 GMT',
      }),
      { kind: 'later', afterSeconds: 5, throttled: true },
    ],
    ['503', text(503, ''), { kind: 'later' }],
    ['a reset', reset, { kind: 'later' }],
    ['a connection cut within the content', cutInBody, { kind: 'later' }],
    ['content that breaks off', text(200, '[{"Id": "r1"}, {'), { kind: 'later' }],
    ['content that is not JSON', text(200, 'secret-message'), { kind: 'refused', status: 200 }],
    ['content that is no list', json(200, { Id: 'secret-message' }), { kind: 'refused', status: 200 }],
    ['a redirect', text(307, '', { location: 'http://127.0.0.1:1/' }), { kind: 'refused', status: 307 }],
  ])('that is not there is told why: %s', async (_, reply, expected) => {
    service.reply = reply;
    const { reason, ...outcome } = (await activityApi().readContent(contoso, `${uri()}?secret-query`)) as {
      reason: string;
    };
    expect(outcome).toEqual(expected);
    expect(reason).not.toMatch(/secret|127\.0\.0\.1|Bearer/);
    expect(reason).toMatch(/the Activity API/);
    expect(service.requests).toHaveLength(1);
  });

  test.each([
    ['before the answer', hang],
    ['within the content', hangInBody],
  ])('is given up after the time limit: a hang %s', async (_, reply) => {
    service.reply = reply;
    expect(await activityApi({ timeoutMilliseconds: 50 }).readContent(contoso, uri())).toEqual({
      kind: 'later',
      reason: 'the Activity API gave no whole answer within 0.05 s',
    });
  });

  test('is not asked for without a token', async () => {
    const tokenFor = (): Promise<string> =>
      Promise.reject(new Error(`AADSTS700016: no application ${token}`));
    expect(await activityApi({ tokenFor }).readContent(contoso, uri())).toEqual({
      kind: 'refused',
      reason: 'no token: consent was withdrawn or never given, or the application was removed (AADSTS700016)',
      code: 'AADSTS700016',
    });
    expect(service.requests).toEqual([]);
  });
});
