import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessGrant } from '../../shared/config-access.ts';
import type { LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import { httpRoutes } from '../../shared/http/routes.ts';
import type { HttpResponse } from '../../shared/http/response.ts';
import { contoso, fabrikam, severalAlerts, storedAlert } from '../answer/stored-alert.ts';
import { alex } from '../builders/audit-event.ts';
import { licencesChanged } from '../builders/audit-record.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { claimsOf, headerOf, request } from './asked.ts';

const id = 'aaaaaaaa-0000-4000-8000-000000000001';
const group = 'bbbbbbbb-0000-4000-8000-000000000001';
const publicUrl = 'https://gracewatch-x.azurewebsites.net';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let alerts = createMemoryAlertStore();
let timeline = createMemoryTimelineStore();
let coverage = createMemoryCoverageStore();
beforeEach(async () => {
  alerts = createMemoryAlertStore();
  for (const alert of severalAlerts) await alerts.save(alert, undefined);
  timeline = createMemoryTimelineStore();
  coverage = createMemoryCoverageStore();
  for (const { id: tenantId } of [contoso, fabrikam]) {
    await coverage.save(coverageRow(tenantId), undefined);
    await timeline.insert(tenantId, [licencesChanged(['SPE_E3'], [], { tenantId })]);
  }
});

function coverageRow(tenantId: string): LogCoverageRow {
  return { tenantId, source: 'entra-directory-audits', run: 1, first: false, windows: [], gaps: [] };
}

type Credential = Parameters<typeof httpRoutes>[0]['credential'];

function routes(access: AccessGrant[], credential: Credential = { kind: 'managed-identity' }) {
  return httpRoutes(
    { credential, signInEnabled: true, access, publicUrl, version: '1', latestArrivalMinutes: 2880 },
    {
      alerts,
      timeline,
      coverage,
      poison: createMemoryPoisonStore(),
      clock: { now: () => new Date('2026-03-02T12:00:00Z') },
      watched: () => Promise.resolve([contoso, fabrikam]),
    },
  );
}

/** Somebody who is signed in, and what he is given. */
function somebody(
  access: AccessGrant[],
  given: Parameters<typeof claimsOf>[1] = {},
  credential?: Credential,
) {
  const principal = headerOf(claimsOf(id, given));
  const its = routes(access, credential);
  return {
    list: (query: Record<string, string> = {}) => its.alerts(request({ principal, query }), log),
    show: (name: string) => its.alerts(request({ principal, params: { id: storedAlert(name).id } }), log),
    post: (name: string, headers: Record<string, string> = {}, body = '{"note":"I call"}') =>
      its.alerts(
        request({
          method: 'POST',
          principal,
          body,
          headers,
          params: { id: storedAlert(name).id, command: 'acknowledge' },
        }),
        log,
      ),
    history: (tenantId: string) =>
      its.history(request({ principal, params: { tenantId, user: alex.upn } }), log),
    coverage: () => its.coverage(request({ principal }), log),
    dashboard: () => its.dashboard(request({ principal }), log),
  };
}

const bodyOf = ({ body }: HttpResponse) => JSON.parse(body) as Record<string, unknown>;
const namesOf = (response: HttpResponse): string[] =>
  (bodyOf(response)['value'] as { title: string }[]).map(({ title }) => title.split(' ')[0] ?? '');
const kept = async (name: string, tenant = contoso.id) => {
  const found = await alerts.get(tenant, storedAlert(name).id);
  return found?.alert;
};

const grant = (role: AccessGrant['role'], tenants?: string[], principal = id): AccessGrant => ({
  principal,
  role,
  ...(tenants === undefined ? {} : { tenants }),
});

describe('whom nobody has named', () => {
  test('reads nothing and acts on nothing, and is told his id, the setting and the command', async () => {
    const ada = somebody([]);
    for (const response of [
      await ada.list(),
      await ada.list({ tenant: contoso.id }),
      await ada.show('adele'),
      await ada.show('nobody'),
      await ada.post('adele'),
      await ada.history(contoso.id),
      await ada.coverage(),
      await ada.dashboard(),
    ]) {
      expect(response.status).toBe(403);
      expect(bodyOf(response)['detail']).toBe(
        `you are signed in as ${id} and may read nothing here: whoever runs Gracewatch names this object id in GRACEWATCH_ACCESS, or gives it the app role reader or operator with gracewatch sign-in`,
      );
    }
    expect(await kept('adele')).toEqual(storedAlert('adele', { openedAt: '2026-03-01T08:00:00.000Z' }));
  });

  test('learns it where his groups are too many to be told', async () => {
    const more: [string, string][] = [['_claim_names', '{"groups":"src1"}']];
    const response = await somebody([grant('operator', undefined, group)], { more }).list();
    expect(response.status).toBe(403);
    expect(bodyOf(response)['detail']).toContain('your groups are too many for the sign-in to list');
  });
});

describe('who may read one tenant', () => {
  const access = [grant('reader', [contoso.id])];

  test('sees its alerts, histories and coverage, and of another nothing, not even that it is there', async () => {
    const ada = somebody(access);
    expect(namesOf(await ada.list())).toEqual(['bruno', 'clara', 'adele', 'edith', 'frank']);
    expect(namesOf(await ada.list({ tenant: fabrikam.id }))).toEqual([]);
    expect((await ada.show('adele')).status).toBe(200);
    expect(await ada.show('diego')).toEqual(await ada.show('nobody'));
    expect((await ada.show('diego')).status).toBe(404);
    expect((await ada.history(contoso.id)).status).toBe(200);
    const elsewhere = await ada.history(fabrikam.id);
    expect([elsewhere.status, elsewhere]).toEqual([404, await ada.history('not-watched')]);
    const sources = bodyOf(await ada.coverage())['value'] as { tenantId: string }[];
    expect(sources.map(({ tenantId }) => tenantId)).toEqual([contoso.id]);
  });

  test('pages end with the last that he may see', async () => {
    const ada = somebody(access);
    const seen: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await ada.list({ top: '1', ...(after === undefined ? {} : { after }) });
      seen.push(...namesOf(page));
      after = bodyOf(page)['next'] as string | undefined;
      pages += 1;
    } while (after !== undefined);
    expect([pages, seen]).toEqual([5, ['bruno', 'clara', 'adele', 'edith', 'frank']]);
  });

  test('acts on nothing, here and elsewhere', async () => {
    const ada = somebody(access);
    for (const name of ['adele', 'diego', 'nobody']) {
      const response = await ada.post(name);
      expect(response.status).toBe(403);
      expect(bodyOf(response)['detail']).toContain('may read and not act');
      expect(bodyOf(response)['detail']).toContain('app role operator with gracewatch sign-in');
    }
    expect(await kept('adele')).toMatchObject({ status: 'open' });
  });
});

describe('who operates one tenant', () => {
  test('acts there, only reads where he only reads, and elsewhere finds nothing', async () => {
    const ada = somebody([grant('operator', [contoso.id]), grant('reader', [fabrikam.id])]);
    expect((await ada.post('adele')).status).toBe(200);
    const refused = await ada.post('diego');
    expect([refused.status, bodyOf(refused)['title']]).toEqual([403, 'Not allowed']);
    expect(await kept('diego', fabrikam.id)).toMatchObject({ status: 'open' });
    const contosoOnly = somebody([grant('operator', [contoso.id])]);
    expect((await contosoOnly.post('diego')).status).toBe(404);
    expect(await kept('diego', fabrikam.id)).not.toHaveProperty('commands');
  });

  test('stands with name and object id in the alert, in what is stored and in the answer', async () => {
    const answer = await somebody([grant('operator', [contoso.id])]).post('adele');
    const commands = [
      {
        kind: 'acknowledge',
        at: '2026-03-02T12:00:00.000Z',
        by: { id, name: 'Ada Lovelace', userName: 'ada@contoso.com' },
        note: 'I call',
      },
    ];
    expect(bodyOf(answer)).toMatchObject({ status: 'acknowledged', commands });
    expect(await kept('adele')).toMatchObject({ status: 'acknowledged', commands });
  });

  test('by his group, by his app role, and an application without a name', async () => {
    const more: [string, string][] = [['groups', group.toUpperCase()]];
    expect((await somebody([grant('operator', [contoso.id], group)], { more }).post('adele')).status).toBe(
      200,
    );
    expect((await somebody([], { roles: ['operator'] }).post('diego')).status).toBe(200);
    const app = somebody([], { name: '', roles: ['operator'] });
    expect(bodyOf(await app.post('clara'))).toMatchObject({ commands: [{ by: { id } }] });
    expect((await somebody([], { roles: ['reader'] }).post('adele')).status).toBe(403);
  });
});

describe('a command comes from a page of our own, or from a program', () => {
  const json = { 'content-type': 'application/json' };
  const operator = () => somebody([grant('operator')]);

  test.each<[string, Record<string, string>]>([
    ['a program', {}],
    ['our own page', { origin: publicUrl, 'sec-fetch-site': 'same-origin' }],
    [
      'our own page, with a character set',
      { origin: publicUrl, 'content-type': 'Application/JSON; charset=utf-8' },
    ],
  ])('%s passes', async (_, headers) => {
    expect((await operator().post('adele', { ...json, ...headers })).status).toBe(200);
  });

  test.each<[string, Record<string, string>, number]>([
    ['another page', { origin: 'https://evil.example' }, 403],
    ['a page that only begins like ours', { origin: `${publicUrl}.evil.example` }, 403],
    ['plain http', { origin: publicUrl.replace('https', 'http') }, 403],
    ['another port', { origin: `${publicUrl}:8443` }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['two origins', { origin: `${publicUrl}, https://evil.example` }, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a neighbour', { origin: publicUrl, 'sec-fetch-site': 'same-site' }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['text', { 'content-type': 'text/plain;charset=UTF-8' }, 415],
    ['a form that looks like JSON', { 'content-type': 'text/plain; application/json' }, 415],
    ['nothing said', { 'content-type': '' }, 415],
    ['both', { origin: 'https://evil.example', 'content-type': 'text/plain' }, 403],
  ])('%s is refused, and nothing is done', async (_, headers, status) => {
    const before = await kept('adele');
    const response = await operator().post('adele', headers);
    expect(response.status).toBe(status);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(await kept('adele')).toEqual(before);
  });

  test('the address that was asked is our own too, as where a domain of its own leads to the app', async () => {
    const its = routes([grant('operator')]);
    const ask = (url: string, origin: string) =>
      its.alerts(
        request({
          method: 'POST',
          url,
          principal: headerOf(claimsOf(id)),
          headers: { origin },
          params: { id: storedAlert('adele').id, command: 'reopen' },
        }),
        log,
      );
    const alert = '/api/alerts/x/reopen';
    expect((await ask(`http://watch.contoso.com${alert}`, 'https://watch.contoso.com')).status).toBe(409);
    expect((await ask(`http://127.0.0.1:7071${alert}`, 'http://127.0.0.1:7071')).status).toBe(409);
    expect((await ask(`http://127.0.0.1:7071${alert}`, 'http://127.0.0.1:8080')).status).toBe(403);
    // A name that somebody has made lead to this machine.
    expect((await ask(`http://evil.example:7071${alert}`, 'http://evil.example:7071')).status).toBe(403);
  });

  test('a question is answered whatever page it comes from: without leave of ours the page reads nothing', async () => {
    const response = await routes([grant('reader')]).alerts(
      request({ principal: headerOf(claimsOf(id)), headers: { origin: 'https://evil.example' } }),
      log,
    );
    expect(response.status).toBe(200);
    expect(Object.keys(response.headers)).not.toContain('access-control-allow-origin');
  });
});

describe('with credential none', () => {
  const none = { kind: 'none' } as const;

  test('sign-in that is on asks, so that it can be tried on one machine', async () => {
    const its = routes([grant('reader')], none);
    expect((await its.alerts(request(), log)).status).toBe(401);
    expect((await somebody([grant('reader')], {}, none).list()).status).toBe(200);
    expect((await somebody([], {}, none).list()).status).toBe(403);
  });
});

test('where sign-in is off nobody is believed', async () => {
  const its = httpRoutes(
    {
      credential: { kind: 'managed-identity' },
      signInEnabled: false,
      access: [grant('operator')],
      version: '1',
      latestArrivalMinutes: 1,
    },
    {
      ...{ alerts, timeline, coverage, poison: createMemoryPoisonStore() },
      clock: { now: () => new Date() },
      watched: () => Promise.reject(new Error('was read')),
    },
  );
  const response = await its.alerts(request({ principal: headerOf(claimsOf(id)) }), log);
  expect(response.status).toBe(401);
  expect(bodyOf(response)['detail']).toContain('gracewatch sign-in makes it');
});
