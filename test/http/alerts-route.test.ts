import { beforeEach, describe, expect, test } from '@jest/globals';
import { openAccess } from '../../shared/http/access.ts';
import { alertsRoute } from '../../shared/http/alerts-route.ts';
import type { HttpResponse } from '../../shared/http/response.ts';
import { contoso, fabrikam, severalAlerts, storedAlert } from '../answer/stored-alert.ts';
import { phoneOnly } from '../builders/general-alerts.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { request } from './asked.ts';

let alerts = createMemoryAlertStore();
const asked = (question: Parameters<typeof request>[0]): Promise<HttpResponse> =>
  alertsRoute(request(question), openAccess, [contoso, fabrikam], {
    alerts,
    clock: { now: () => new Date('2026-03-02T00:00:00Z') },
  });
const get = (query: Record<string, string> = {}): Promise<HttpResponse> => asked({ query });
const post = (id: string, command: string, body = ''): Promise<HttpResponse> =>
  asked({ method: 'POST', params: { id, command }, body });
const bodyOf = (response: HttpResponse): unknown => JSON.parse(response.body);

beforeEach(async () => {
  alerts = createMemoryAlertStore();
  for (const alert of severalAlerts) await alerts.save(alert, undefined);
});

/** Its status, and that it is a problem document about itself (RFC 9457). */
function expectProblem(response: HttpResponse, status: number, detail: string | RegExp): void {
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(bodyOf(response)).toEqual({
    type: 'about:blank',
    title: expect.any(String) as unknown,
    status,
    detail: expect.stringMatching(detail) as unknown,
  });
}

describe('GET /api/alerts', () => {
  test.each([
    [{ tenant: fabrikam.id }, ['diego']],
    [{ severity: 'low,critical' }, ['bruno']],
    [{ status: 'open,snoozed', tenant: contoso.id }, ['clara', 'adele', 'edith', 'frank']],
    [{ subject: 'user-adele' }, ['adele']],
    [{ rule: 'licence-assignment-failed' }, ['clara']],
    [{ top: '2' }, ['bruno', 'clara']],
  ])('%j chooses %j', async (query, names) => {
    const response = await get(query);
    expect(response.status).toBe(200);
    expect(response.headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    const { value } = bodyOf(response) as { value: { title: string }[] };
    expect(value.map(({ title }) => title.split(' ')[0])).toEqual(names);
  });

  test('names the next page while there is one', async () => {
    const first = bodyOf(await get({ top: '4' })) as { next: string };
    const last = bodyOf(await get({ top: '4', after: first.next }));
    expect(last).toMatchObject({ value: [{ subject: { id: 'user-edith' } }, {}] });
    expect(last).not.toHaveProperty('next');
  });

  test.each([
    [{ top: '0' }, /^top: /],
    [{ top: '1001' }, /^top: /],
    [{ top: 'many' }, /^top: /],
    [{ status: 'lost' }, /^status/],
    [{ severity: 'bad' }, /^severity/],
    [{ sort: 'name' }, /^query: .*sort/],
    [{ after: 'x' }, /^after: must be/],
    [{ rule: '', subject: '' }, /^rule: .*; subject: /],
  ])('%j is a bad parameter, and named', async (query, detail) => {
    expectProblem(await get(query), 400, detail);
  });

  test('shows details as the rule typed them, and what it says of itself', async () => {
    await alerts.save({ ...phoneOnly, tenantId: contoso.id }, undefined);
    const { details, about } = phoneOnly;
    const listed = bodyOf(await get({ rule: 'mfa-phone-only' }));
    expect(listed).toMatchObject({ value: [{ details, about }] });
    expect(bodyOf(await asked({ params: { id: phoneOnly.id } }))).toMatchObject({ details, about });
  });
});

describe('/api/alerts/{id}', () => {
  const { id } = storedAlert('adele');

  test('is the alert', async () => {
    const response = await asked({ params: { id } });
    expect(response.status).toBe(200);
    expect(bodyOf(response)).toMatchObject({ id, status: 'open' });
  });

  test.each(['nothing', '../alerts', 'f'.repeat(64)])('an unknown id %j is a 404', async (unknown) => {
    expectProblem(await asked({ params: { id: unknown } }), 404, 'no alert has this id');
    expectProblem(await post(unknown, 'reopen'), 404, 'no alert has this id');
  });

  test.each([
    ['acknowledge', '{"note":"asked the admin"}', 'acknowledged'],
    ['acknowledge', '', 'acknowledged'],
    ['snooze', '{"until":"2026-03-05T00:00:00+01:00"}', 'snoozed'],
  ])('%s with %j answers the alert as it then is', async (command, body, status) => {
    const response = await post(id, command, body);
    expect(response.status).toBe(200);
    expect(bodyOf(response)).toMatchObject({ id, status });
    expect(bodyOf(await post(id, 'reopen', '{}'))).toMatchObject({ status: 'open' });
  });

  test.each([
    ['snooze', '{}', 400, /^until: /],
    ['snooze', '{"until":"tomorrow"}', 400, /^until: /],
    ['snooze', '{"until":"2026-01-01T00:00:00Z"}', 409, 'future'],
    ['acknowledge', '{"note":4}', 400, /^note: /],
    ['acknowledge', '{"who":"me"}', 400, /^body: .*who/],
    ['acknowledge', '[]', 400, /^body: /],
    ['acknowledge', '{"not', 400, 'not JSON'],
    ['reopen', '', 409, 'the alert is open'],
    ['except', '{}', 501, 'exceptions'],
    ['delete', '{}', 404, 'acknowledge'],
    ['constructor', '{}', 404, 'acknowledge'],
  ])('%s with %s answers %d and says %s', async (command, body, status, detail) => {
    expectProblem(await post(id, command, body), status, detail);
  });

  test('where others are always faster it says that it is to be tried again', async () => {
    alerts.save = () => Promise.resolve('changed');
    expectProblem(await post(id, 'acknowledge'), 503, 'changed by others');
  });

  test.each([
    ['POST', {}, /only read/],
    ['POST', { id }, /post to/],
    ['GET', { id, command: 'acknowledge' }, /is posted/],
  ])('%s is not allowed on %j', async (method, params, detail) => {
    expectProblem(await asked({ method, params: params }), 405, detail);
  });
});
