import { describe, expect, test } from '@jest/globals';
import { httpRoutes, type HttpSettings } from '../../shared/http/routes.ts';
import type { HttpResponse } from '../../shared/http/response.ts';
import type { Log } from '../../shared/ports.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { alex } from '../builders/audit-event.ts';
import { licencesChanged } from '../builders/audit-record.ts';
import { contoso } from '../answer/stored-alert.ts';
import { claimsOf, headerOf, request } from './asked.ts';

const principal = headerOf(claimsOf('aaaaaaaa-0000-4000-8000-000000000001', { roles: ['reader'] }));

function app(change: Partial<HttpSettings> = {}) {
  const logged: string[] = [];
  const write = (message: string, fields: object = {}): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { info: write, warn: write, error: write };
  const ports = {
    alerts: createMemoryAlertStore(),
    timeline: createMemoryTimelineStore(),
    coverage: createMemoryCoverageStore(),
    poison: createMemoryPoisonStore(),
    clock: { now: () => new Date('2026-03-02T12:00:00Z') },
    watched: () => Promise.resolve([contoso]),
  };
  const settings: HttpSettings = {
    credential: { kind: 'managed-identity' },
    signInEnabled: true,
    access: [],
    version: '1.2.3',
    latestArrivalMinutes: 2880,
    ...change,
  };
  return { ports, log, logged, routes: () => httpRoutes(settings, ports) };
}
const bodyOf = ({ body }: HttpResponse): unknown => JSON.parse(body);

describe('who may ask', () => {
  test.each(['alerts', 'history', 'coverage', 'dashboard'] as const)(
    '%s answers 401 to nobody, and reads nothing for him',
    async (route) => {
      const { ports, log, routes } = app();
      ports.watched = () => Promise.reject(new Error('was read'));
      const answer = await routes()[route](request(), log);
      expect(answer.status).toBe(401);
      expect(bodyOf(answer)).toMatchObject({ title: 'Sign in', status: 401 });
    },
  );

  test('health and webhooks are open', async () => {
    const { routes } = app();
    expect((await routes().health()).status).toBe(200);
    expect(routes().webhook().status).toBe(501);
  });

  test('a principal is answered', async () => {
    const { log, routes } = app();
    const asked = request({ principal });
    expect(bodyOf(await routes().alerts(asked, log))).toEqual({ value: [] });
    expect(bodyOf(await routes().coverage(asked, log))).toEqual({ value: [] });
    expect((await routes().dashboard(asked, log)).status).toBe(501);
  });
});

describe('where storage cannot be read', () => {
  test('a question gets a problem document, and the log the kind of failure, nothing of its text', async () => {
    const { ports, log, logged, routes } = app();
    ports.watched = () => Promise.reject(new TypeError('the key of the account is abc'));
    const answer = await routes().alerts(request({ principal }), log);
    expect(answer.status).toBe(500);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(`${answer.body} ${logged.join()}`).not.toContain('abc');
    expect(logged).toEqual(['the question could not be answered {"reason":"TypeError"}']);
  });

  test('health answers 503', async () => {
    const { ports, routes } = app();
    ports.watched = () => Promise.reject(new Error('no storage'));
    const answer = await routes().health();
    expect(answer.status).toBe(503);
    expect(bodyOf(answer)).toEqual({
      status: 'failing',
      version: '1.2.3',
      checks: [{ name: 'storage', ok: false }],
    });
  });
});

describe('GET /api/history', () => {
  const asked = async (tenantId: string, user: string): Promise<HttpResponse> => {
    const { ports, log, routes } = app();
    await ports.timeline.insert(contoso.id, [licencesChanged(['SPE_E3'], [], { tenantId: contoso.id })]);
    return routes().history(request({ principal, params: { tenantId, user } }), log);
  };

  test('shows the user', async () => {
    const answer = await asked(contoso.id, alex.upn);
    expect(answer.status).toBe(200);
    expect(Object.keys(bodyOf(answer) as object)).toEqual([
      'tenantId',
      'subject',
      'facts',
      'causes',
      'alerts',
      'coverage',
    ]);
  });

  test.each([
    ['another', alex.upn, 'Unknown tenant'],
    [contoso.id, 'nobody@contoso.com', 'Unknown user'],
  ])('%s/%s is a 404: %s', async (tenantId, user, title) => {
    const answer = await asked(tenantId, user);
    expect(answer.status).toBe(404);
    expect(bodyOf(answer)).toMatchObject({ title });
  });
});
