import { describe, expect, test } from '@jest/globals';
import { type Client, contosoId, entraRecord, fabrikamId, startTenant } from './tenant.ts';

interface Page {
  value: { id: string }[];
  '@odata.nextLink'?: string;
}

const audits = '/v1.0/auditLogs/directoryAudits';

async function read(client: Client, query: Record<string, string>): Promise<Page> {
  return (await client.json(`${audits}?${new URLSearchParams(query).toString()}`)) as Page;
}

async function withRecords(...entra: unknown[]): Promise<Client> {
  const client = await startTenant();
  await client.json('/control/records', { method: 'POST', body: { tenantId: contosoId, entra } });
  return client;
}

const ids = (page: Page): string[] => page.value.map(({ id }) => id);

describe('directory audits of the simulated tenant', () => {
  test('come newest first, and in the order that is asked for', async () => {
    const client = await withRecords(
      entraRecord('b', '2026-02-03T09:00:01.0000001Z'),
      entraRecord('a', '2026-02-03T09:00:00Z'),
      entraRecord('c', '2026-02-03T09:00:02Z'),
    );
    expect(ids(await read(client, {}))).toEqual(['c', 'b', 'a']);
    expect(ids(await read(client, { $orderby: 'activityDateTime' }))).toEqual(['a', 'b', 'c']);
    expect(ids(await read(client, { $orderby: 'activityDateTime desc' }))).toEqual(['c', 'b', 'a']);
  });

  test('are cut by the filter, with each end as its operator says', async () => {
    const client = await withRecords(
      entraRecord('before', '2026-02-03T08:59:59.999Z'),
      entraRecord('start', '2026-02-03T09:00:00Z'),
      entraRecord('end', '2026-02-03T10:00:00Z'),
    );
    const from = 'activityDateTime ge 2026-02-03T09:00:00Z';
    expect(
      ids(await read(client, { $filter: `${from} and activityDateTime lt 2026-02-03T10:00:00Z` })),
    ).toEqual(['start']);
    expect(
      ids(await read(client, { $filter: `${from} and activityDateTime le 2026-02-03T10:00:00.000Z` })),
    ).toEqual(['end', 'start']);
  });

  test('come page by page by absolute links on the origin that was asked, each record once', async () => {
    const records = Array.from({ length: 7 }, (_, index) => entraRecord(`r${index}`, '2026-02-03T09:00:00Z'));
    const client = await withRecords(...records);
    const seen: string[] = [];
    let page = await read(client, { $top: '3', $filter: 'activityDateTime ge 2026-02-03T00:00:00Z' });
    const sizes = [page.value.length];
    seen.push(...ids(page));
    for (let link = page['@odata.nextLink']; link !== undefined; link = page['@odata.nextLink']) {
      expect(link.startsWith(`${client.origin}${audits}?`)).toBe(true);
      page = (await client.json(link)) as Page;
      sizes.push(page.value.length);
      seen.push(...ids(page));
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(new Set(seen).size).toBe(7);
  });

  test('a record that arrives between two pages moves no other to a place where it is missed', async () => {
    const client = await withRecords(
      entraRecord('old', '2026-02-03T09:00:00Z'),
      entraRecord('newer', '2026-02-03T09:00:01Z'),
    );
    const first = await read(client, { $top: '1' });
    await client.json('/control/records', {
      method: 'POST',
      body: { tenantId: contosoId, entra: [entraRecord('newest', '2026-02-03T09:00:02Z')] },
    });
    const second = (await client.json(first['@odata.nextLink'] ?? '')) as Page;
    expect([...ids(first), ...ids(second)]).toEqual(['newer', 'old']);
  });

  test('a record can be late: it is there with its old time when its delay is over', async () => {
    const client = await startTenant();
    await client.json('/control/records', {
      method: 'POST',
      body: { tenantId: contosoId, entra: [entraRecord('late', '2026-02-03T11:59:00Z')], entraDelay: 20 },
    });
    client.pass(19);
    expect(ids(await read(client, {}))).toEqual([]);
    client.pass(1);
    expect(ids(await read(client, {}))).toEqual(['late']);
  });

  test('one tenant does not see the records of another', async () => {
    const client = await withRecords(entraRecord('a', '2026-02-03T09:00:00Z'));
    expect(await client.json(audits, { tenantId: fabrikamId })).toMatchObject({ value: [] });
  });

  test.each([
    ['$filter', "category eq 'UserManagement'"],
    ['$filter', 'activityDateTime ge 2026-02-03'],
    ['$orderby', 'category'],
    ['$top', '0'],
    ['$top', '1001'],
    ['$skiptoken', 'made-up'],
  ])('%s=%s is refused as Graph does', async (option, value) => {
    const client = await startTenant();
    const response = await client.request(`${audits}?${new URLSearchParams({ [option]: value }).toString()}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'BadRequest', innerError: {} } });
  });

  test('nobody reads without a token, with one of another kind, or for a tenant that is not there', async () => {
    const client = await startTenant();
    const absent = await client.request(audits, { tenantId: undefined });
    const unknown = await client.request(audits, { tenantId: 'ffffffff-0000-4000-8000-000000000000' });
    const foreign = await fetch(`${client.origin}${audits}`, {
      headers: { authorization: 'Bearer eyJhbGciOi' },
    });
    for (const response of [absent, unknown, foreign]) {
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } });
    }
  });

  test('the sixth request in ten seconds is throttled, and served after the time that it was told', async () => {
    const client = await startTenant();
    for (let index = 0; index < 5; index += 1) await client.json(audits);
    client.pass(4);
    const early = await client.request(audits);
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '6']);
    client.pass(5);
    const impatient = await client.request(audits);
    expect([impatient.status, impatient.headers.get('retry-after')]).toEqual([429, '1']);
    client.pass(1);
    expect((await client.request(audits)).status).toBe(200);
    expect((await client.request(audits, { tenantId: fabrikamId })).status).toBe(200);
  });

  test('the organization says which tenant it is', async () => {
    const client = await startTenant();
    expect(await client.json('/v1.0/organization', { tenantId: fabrikamId })).toMatchObject({
      value: [
        {
          id: fabrikamId,
          displayName: 'Fabrikam',
          verifiedDomains: [{ name: 'fabrikam.com', isDefault: true }],
        },
      ],
    });
  });
});
