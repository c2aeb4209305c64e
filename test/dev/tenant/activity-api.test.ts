import { describe, expect, test } from '@jest/globals';
import { type Client, contosoId, fabrikamId, startTenant, unifiedRecord } from './tenant.ts';

interface Listed {
  contentUri: string;
  contentId: string;
  contentType: string;
  contentCreated: string;
  contentExpiration: string;
}

const feed = `/api/v1.0/${contosoId}/activity/feed`;
const entra = 'contentType=Audit.AzureActiveDirectory';

async function started(options: { contentPageSize?: number } = {}): Promise<Client> {
  const client = await startTenant(options);
  await client.json(`${feed}/subscriptions/start?${entra}`, { method: 'POST' });
  return client;
}

async function add(client: Client, ids: string[], more: Record<string, unknown> = {}): Promise<void> {
  const unified = ids.map((id) => unifiedRecord(id));
  await client.json('/control/records', { method: 'POST', body: { tenantId: contosoId, unified, ...more } });
}

async function code(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string } };
  return error.code;
}

async function list(client: Client, query = ''): Promise<Listed[]> {
  return (await client.json(`${feed}/subscriptions/content?${entra}${query}`)) as Listed[];
}

describe('the Activity API of the simulated tenant', () => {
  test('gives nothing before its subscription is started', async () => {
    const client = await startTenant();
    const response = await client.request(`${feed}/subscriptions/content?${entra}`);
    expect([response.status, await code(response)]).toEqual([400, 'AF20022']);
  });

  test('says of a second start that nothing changed, as a 400', async () => {
    const client = await started();
    const response = await client.request(`${feed}/subscriptions/start?${entra}`, { method: 'POST' });
    expect([response.status, await code(response)]).toEqual([400, 'AF20024']);
    expect(await client.json(`${feed}/subscriptions/list`)).toEqual([
      { contentType: 'Audit.AzureActiveDirectory', status: 'enabled', webhook: null },
    ]);
  });

  test('lists blobs by when they were created, the start included and the end not', async () => {
    const client = await started();
    await add(client, ['at noon']);
    client.pass(60);
    await add(client, ['a minute later']);
    client.pass(60);
    const found = await list(client, '&startTime=2026-02-03T12:00:00&endTime=2026-02-03T12:01:00');
    expect(found.map(({ contentCreated }) => contentCreated)).toEqual(['2026-02-03T12:00:00.000Z']);
    expect(await client.json(found[0]?.contentUri ?? '')).toMatchObject([{ Id: 'at noon' }]);
  });

  test('keeps the workloads apart', async () => {
    const client = await started();
    await client.json(`${feed}/subscriptions/start?contentType=Audit.Exchange`, { method: 'POST' });
    await client.json('/control/records', {
      method: 'POST',
      body: { tenantId: contosoId, unified: [unifiedRecord('move', 'Exchange'), unifiedRecord('licence')] },
    });
    client.pass(1);
    const exchange = (await client.json(
      `${feed}/subscriptions/content?contentType=Audit.Exchange`,
    )) as Listed[];
    expect(exchange).toHaveLength(1);
    expect(await client.json(exchange[0]?.contentUri ?? '')).toMatchObject([{ Id: 'move' }]);
    expect(await list(client)).toHaveLength(1);
  });

  test('goes on by NextPageUri until every blob was listed once', async () => {
    const client = await started({ contentPageSize: 2 });
    for (let index = 0; index < 5; index += 1) {
      await add(client, [`r${index}`]);
      client.pass(1);
    }
    const seen: string[] = [];
    let next: string | null = `${feed}/subscriptions/content?${entra}`;
    while (next !== null) {
      const response: Response = await client.request(next);
      seen.push(...((await response.json()) as Listed[]).map(({ contentId }) => contentId));
      next = response.headers.get('NextPageUri');
      expect(next?.startsWith(client.origin) ?? true).toBe(true);
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  test('shows a blob no earlier than it is created', async () => {
    const client = await started();
    await add(client, ['slow'], { unifiedDelay: 90 });
    client.pass(89);
    expect(await list(client)).toEqual([]);
    client.pass(2);
    expect(await list(client)).toMatchObject([{ contentCreated: '2026-02-03T12:01:30.000Z' }]);
  });

  test('forgets a blob after seven days', async () => {
    const client = await started();
    await add(client, ['old']);
    client.pass(1);
    const [blob] = await list(client);
    client.pass(7 * 24 * 3600);
    expect(await code(await client.request(blob?.contentUri ?? ''))).toBe('AF20051');
    expect(await list(client)).toEqual([]);
  });

  test('a first subscription brings the last day, one after a stop only what comes from then on', async () => {
    const client = await startTenant();
    await add(client, ['an hour ago'], { unifiedDelay: -3600 });
    await add(client, ['two days ago'], { unifiedDelay: -2 * 24 * 3600 });
    await client.json(`${feed}/subscriptions/start?${entra}`, { method: 'POST' });
    expect(await list(client)).toHaveLength(1);
    await client.request(`${feed}/subscriptions/stop?${entra}`, { method: 'POST' });
    await add(client, ['while stopped']);
    client.pass(10);
    expect(await code(await client.request(`${feed}/subscriptions/content?${entra}`))).toBe('AF20022');
    await client.json(`${feed}/subscriptions/start?${entra}`, { method: 'POST' });
    expect(await list(client)).toEqual([]);
  });

  test.each([
    ['&startTime=2026-02-03T00:00', 'AF20030', 'one end only'],
    ['&startTime=2026-02-02T00:00:00&endTime=2026-02-03T00:00:01', 'AF20030', 'more than a day'],
    ['&startTime=2026-01-27T11:59:59&endTime=2026-01-27T12:30:00', 'AF20030', 'more than seven days ago'],
    ['&startTime=2026-02-03T10:00:00&endTime=2026-02-03T09:00:00', 'AF20030', 'backwards'],
    ['&startTime=2026-02-03T09:00:00Z&endTime=2026-02-03T10:00:00Z', 'AF20002', 'with a zone'],
    ['&nextPage=x', 'AF20031', 'a page of its own making'],
  ])('refuses the window %s with %s: %s', async (query, expected) => {
    const client = await started();
    expect(await code(await client.request(`${feed}/subscriptions/content?${entra}${query}`))).toBe(expected);
  });

  test.each([
    ['subscriptions/start', 'POST', contosoId, 'AF20001'],
    ['subscriptions/start?contentType=Audit.Everything', 'POST', contosoId, 'AF20020'],
    ['subscriptions/list', 'GET', fabrikamId, 'AF20010'],
    ['audit/unheard-of', 'GET', contosoId, 'AF20050'],
  ])('%s %s with a token for %s is answered with %s', async (operation, method, tenantId, expected) => {
    const client = await startTenant();
    expect(await code(await client.request(`${feed}/${operation}`, { method, tenantId }))).toBe(expected);
  });

  test('wants a token', async () => {
    const client = await startTenant();
    expect((await client.request(`${feed}/subscriptions/list`, { tenantId: undefined })).status).toBe(401);
  });

  test('throttles the 2,001st request of a minute', async () => {
    const client = await startTenant();
    const path = `${feed}/subscriptions/list`;
    for (let index = 0; index < 2000; index += 100) {
      await Promise.all(Array.from({ length: 100 }, () => client.json(path)));
    }
    const response = await client.request(path);
    expect([response.status, await code(response)]).toEqual([429, 'AF429']);
    client.pass(61);
    expect((await client.request(path)).status).toBe(200);
  });
});
