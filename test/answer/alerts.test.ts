import { beforeEach, describe, expect, test } from '@jest/globals';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { commandAlert, listAlerts, showAlert } from '../../shared/answer/alerts.ts';
import type { Answer } from '../../shared/answer/problem.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { contoso, fabrikam, storedAlert } from './stored-alert.ts';

const tenants = [contoso, fabrikam];
let alerts = createMemoryAlertStore();
const ports = () => ({ alerts, clock: { now: () => new Date('2026-03-02T00:00:00Z') } });
const titles = (answer: Answer): string[] =>
  (JSON.parse(answer.body) as { value: { title: string }[] }).value.map(
    ({ title }) => title.split(' ')[0] ?? '',
  );
const list = (query: Record<string, string> = {}): Promise<Answer> => listAlerts(query, tenants, ports());

beforeEach(async () => {
  alerts = createMemoryAlertStore();
  const kept: StoredAlert[] = [
    storedAlert('adele', { openedAt: '2026-03-01T08:00:00.000Z' }),
    storedAlert('bruno', { openedAt: '2026-03-01T10:00:00.000Z', severity: 'low', status: 'resolved' }),
    storedAlert('clara', { openedAt: '2026-03-01T09:00:00.000Z', rule: 'licence/licence-assignment-failed' }),
    storedAlert('diego', { openedAt: '2026-03-01T07:00:00.000Z', tenantId: fabrikam.id }),
    storedAlert('edith', {
      openedAt: '2026-03-01T06:00:00.000Z',
      status: 'snoozed',
      snoozedUntil: '2026-03-01T12:00:00.000Z',
    }),
    storedAlert('frank', {
      openedAt: '2026-03-01T05:00:00.000Z',
      status: 'snoozed',
      snoozedUntil: '2026-04-01T12:00:00.000Z',
    }),
  ];
  for (const alert of kept) await alerts.save(alert, undefined);
});

describe('the list of alerts', () => {
  test('comes newest first, with resolved ones', async () => {
    expect(titles(await list())).toEqual(['bruno', 'clara', 'adele', 'diego', 'edith', 'frank']);
  });

  test.each([
    [{ tenant: fabrikam.id }, ['diego']],
    [{ rule: 'licence-assignment-failed' }, ['clara']],
    [{ rule: 'licence/licence-assignment-failed' }, ['clara']],
    [{ severity: 'low' }, ['bruno']],
    [{ status: 'resolved' }, ['bruno']],
    [{ status: 'snoozed' }, ['frank']],
    [{ status: 'open', tenant: contoso.id }, ['clara', 'adele', 'edith']],
    [{ subject: 'user-adele' }, ['adele']],
    [{ tenant: 'nobody' }, []],
  ])('%j chooses %j', async (query, expected) => {
    expect(titles(await list(query))).toEqual(expected);
  });

  test('pages follow each other without a gap', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const answer: Answer = await list({ top: '4', ...(after === undefined ? {} : { after }) });
      seen.push(...titles(answer));
      after = (JSON.parse(answer.body) as { next?: string }).next;
    } while (after !== undefined);
    expect(seen).toEqual(['bruno', 'clara', 'adele', 'diego', 'edith', 'frank']);
  });

  test.each([
    { top: '0' },
    { top: '1001' },
    { top: 'many' },
    { status: 'lost' },
    { severity: 'bad' },
    { sort: 'name' },
    { after: 'x' },
  ])('%j is a bad parameter, named in a problem document', async (query) => {
    const answer = await list(query);
    expect(answer.status).toBe(400);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body).toContain(Object.keys(query)[0]);
  });
});

describe('one alert', () => {
  const id = storedAlert('adele').id;

  test('has the public shape and nothing of what the lifecycle remembers', async () => {
    const alert = JSON.parse((await showAlert(id, tenants, ports())).body) as object;
    expect(alert).toMatchObject({ id, status: 'open', subject: { id: 'user-adele' }, notices: [] });
    expect(Object.keys(alert)).not.toEqual(expect.arrayContaining(['basis']));
  });

  test.each(['', 'nothing', '../alerts', 'f'.repeat(64)])('an unknown id %j is a 404', async (unknown) => {
    expect((await showAlert(unknown, tenants, ports())).status).toBe(404);
  });

  test('is acknowledged with a note, and the answer is the alert', async () => {
    const answer = await commandAlert(id, 'acknowledge', '{"note":"asked the admin"}', tenants, ports());
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ id, status: 'acknowledged' });
    expect((await alerts.get(contoso.id, id))?.alert.note).toBe('asked the admin');
  });

  test('is acknowledged without a body too', async () => {
    expect((await commandAlert(id, 'acknowledge', '', tenants, ports())).status).toBe(200);
  });

  test('is snoozed until a date, and reopened', async () => {
    const snoozed = await commandAlert(
      id,
      'snooze',
      '{"until":"2026-03-05T00:00:00+01:00"}',
      tenants,
      ports(),
    );
    expect(JSON.parse(snoozed.body)).toMatchObject({ status: 'snoozed' });
    const reopened = await commandAlert(id, 'reopen', '{}', tenants, ports());
    expect(JSON.parse(reopened.body)).toMatchObject({ status: 'open' });
  });

  test.each([
    ['snooze', '{}', 400, 'until'],
    ['snooze', '{"until":"tomorrow"}', 400, 'until'],
    ['acknowledge', '{"note":4}', 400, 'note'],
    ['acknowledge', '{"not', 400, 'not JSON'],
    ['except', '{}', 501, 'exceptions'],
    ['delete', '{}', 404, 'acknowledge'],
  ])('%s with %s answers %d and says %s', async (command, body, status, text) => {
    const answer = await commandAlert(id, command, body, tenants, ports());
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(text);
  });

  test('a resolved alert cannot be acknowledged, and the answer says why', async () => {
    const answer = await commandAlert(storedAlert('bruno').id, 'acknowledge', '', tenants, ports());
    expect(answer.status).toBe(409);
    expect(answer.body).toMatch(/resolved/);
  });

  test('a command that meets another write decides again on what is there then', async () => {
    const save = alerts.save.bind(alerts);
    let first = true;
    alerts.save = async (alert, version) => {
      if (first) {
        first = false;
        return 'changed';
      }
      return save(alert, version);
    };
    expect((await commandAlert(id, 'acknowledge', '', tenants, ports())).status).toBe(200);
  });
});
