import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { connectStorage } from '../../shared/adapters/storage.ts';
import names from '../../shared/names.json' with { type: 'json' };
import { Secret } from '../../shared/secret.ts';
import { contoso, fabrikam, severalAlerts, storedAlert } from '../answer/stored-alert.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { claimsOf, headerOf } from '../http/asked.ts';
import { runHost } from './running-host.ts';

/** As somebody tries it with curl: the local host, sign-in said to be on, and the header that the platform would write. */
jest.setTimeout(5 * 60_000);

const operator = 'aaaaaaaa-0000-4000-8000-000000000001';
const reader = 'aaaaaaaa-0000-4000-8000-000000000002';
const stranger = 'aaaaaaaa-0000-4000-8000-000000000003';
const group = 'bbbbbbbb-0000-4000-8000-000000000001';

let azurite: Azurite;
let host: Awaited<ReturnType<typeof runHost>>;
beforeAll(async () => {
  azurite = await startAzurite();
  const storage = connectStorage({
    kind: 'connection-string',
    connectionString: new Secret(azurite.connectionString),
  });
  const alerts = createAlertTable(storage.table(names.tables.alerts));
  for (const alert of severalAlerts) await alerts.save(alert, undefined);
  host = await runHost({
    AzureWebJobsStorage: azurite.connectionString,
    WEBSITE_AUTH_ENABLED: 'True',
    GRACEWATCH_TENANTS: JSON.stringify([contoso, fabrikam]),
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: 'http://127.0.0.1:1',
    GRACEWATCH_ACTIVITY_ENDPOINT: 'http://127.0.0.1:1',
    GRACEWATCH_ACCESS: JSON.stringify([
      { principal: operator, role: 'operator', tenants: [contoso.id] },
      { principal: reader, role: 'reader', tenants: [contoso.id] },
      { principal: group, role: 'reader', tenants: [fabrikam.id] },
    ]),
  });
  await host.processId();
});
afterAll(async () => {
  await host.stop();
  await azurite.stop();
});

type Given = Parameters<typeof claimsOf>[1];

function ask(route: string, principal?: string, init: RequestInit = {}): Promise<Response> {
  const headers = {
    ...(principal === undefined ? {} : { 'x-ms-client-principal': principal }),
    ...(init.method === 'POST' ? { 'content-type': 'application/json' } : {}),
    ...(init.headers as Record<string, string> | undefined),
  };
  return fetch(`${host.url}${route}`, { ...init, headers });
}
const as = (id: string, given?: Given): string => headerOf(claimsOf(id, given));
const post = (name: string, principal: string | undefined, headers: Record<string, string> = {}) =>
  ask(`/api/alerts/${storedAlert(name).id}/acknowledge`, principal, { method: 'POST', headers, body: '{}' });
const titlesOf = async (response: Response): Promise<string[]> =>
  ((await response.json()) as { value: { title: string }[] }).value.map(
    ({ title }) => title.split(' ')[0] ?? '',
  );
const shown = async (name: string) =>
  (await (await ask(`/api/alerts/${storedAlert(name).id}`, as(operator, { roles: ['reader'] }))).json()) as {
    status: string;
    commands?: unknown[];
  };

const closed = ['/api/alerts', `/api/alerts/${storedAlert('adele').id}`, `/api/history/${contoso.id}/a@b.c`];

describe('nobody', () => {
  test.each([...closed, '/api/coverage', '/api/dashboard'])('is asked who he is at %s', async (route) => {
    const response = await ask(route);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
    ]);
  });

  test('may ask how the app is', async () => {
    expect([200, 503]).toContain((await ask('/api/health')).status);
    expect((await ask('/api/activity/x', undefined, { method: 'POST', body: '{}' })).status).toBe(501);
  });

  test('is who sends two of the header, or half of it', async () => {
    const two = new Headers([['x-ms-client-principal', as(operator)]]);
    two.append('x-ms-client-principal', as(operator));
    expect((await fetch(`${host.url}/api/alerts`, { headers: two })).status).toBe(401);
    expect((await ask('/api/alerts', as(operator).slice(0, 100))).status).toBe(401);
  });
});

test('a stranger reads nothing and acts on nothing', async () => {
  for (const route of [...closed, '/api/coverage', '/api/dashboard']) {
    expect((await ask(route, as(stranger))).status).toBe(403);
  }
  expect((await post('adele', as(stranger))).status).toBe(403);
  expect(await shown('adele')).toMatchObject({ status: 'open' });
});

test('a reader sees his tenant and may change nothing', async () => {
  expect(await titlesOf(await ask('/api/alerts', as(reader)))).toEqual([
    ...['bruno', 'clara', 'adele', 'edith', 'frank'],
  ]);
  expect((await ask(`/api/alerts/${storedAlert('diego').id}`, as(reader))).status).toBe(404);
  expect((await post('adele', as(reader))).status).toBe(403);
  expect(await shown('adele')).toMatchObject({ status: 'open' });
});

test('the pages of a tenant end with it, and no next leads to another', async () => {
  const seen: string[] = [];
  let route: string | undefined = '/api/alerts?top=2';
  while (route !== undefined) {
    const page = (await (await ask(route, as(reader))).json()) as {
      value: { tenantId: string; title: string }[];
      next?: string;
    };
    seen.push(...page.value.map(({ tenantId }) => tenantId));
    if (page.next !== undefined) {
      expect(Buffer.from(page.next, 'base64url').toString()).not.toContain(fabrikam.id);
    }
    route = page.next === undefined ? undefined : `/api/alerts?top=2&after=${page.next}`;
  }
  expect(seen).toEqual(Array(5).fill(contoso.id));
});

test('somebody in two hundred groups reads what one of them may', async () => {
  const groups = Array.from(
    { length: 199 },
    (_, at) => `cccccccc-0000-4000-8000-${String(at).padStart(12, '0')}`,
  );
  const more = [...groups, group.toUpperCase()].map((id): [string, string] => ['groups', id]);
  const principal = as(stranger, { name: 'A'.repeat(3000), more });
  expect(principal.length).toBeGreaterThan(20_000);
  expect(await titlesOf(await ask('/api/alerts', principal))).toEqual(['diego']);
});

test.each<[string, Record<string, string>, number]>([
  ['another origin', { origin: 'https://evil.example' }, 403],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['text', { 'content-type': 'text/plain' }, 415],
])('a command from %s has no effect', async (_, headers, status) => {
  expect((await post('clara', as(operator), headers)).status).toBe(status);
  expect(await shown('clara')).toMatchObject({ status: 'open' });
});

test('an operator acts, from a program and from our own page, and the alert holds who it was', async () => {
  expect((await post('adele', as(operator))).status).toBe(200);
  expect(
    (await post('clara', as(operator), { origin: host.url, 'sec-fetch-site': 'same-origin' })).status,
  ).toBe(200);
  for (const name of ['adele', 'clara']) {
    expect(await shown(name)).toMatchObject({
      status: 'acknowledged',
      commands: [
        { kind: 'acknowledge', by: { id: operator, name: 'Ada Lovelace', userName: 'ada@contoso.com' } },
      ],
    });
  }
  // Of another tenant he learns not even that it is there.
  expect((await post('diego', as(operator))).status).toBe(404);
});

test('an application with the app role acts everywhere, without a name', async () => {
  const response = await post('diego', as(stranger, { name: '', roles: ['operator'] }));
  expect(await response.json()).toMatchObject({ commands: [{ by: { id: stranger } }] });
});
