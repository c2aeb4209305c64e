import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AlertAsked,
  type AlertCommand,
  type AlertsQuestion,
  commandAlert,
  type CommandOutcome,
  listAlerts,
  showAlert,
} from '../../shared/answer/alerts.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { contoso, fabrikam, severalAlerts, storedAlert } from './stored-alert.ts';

const tenants = [contoso, fabrikam];
let alerts = createMemoryAlertStore();
const ports = () => ({ alerts, clock: { now: () => new Date('2026-03-02T00:00:00Z') } });

beforeEach(async () => {
  alerts = createMemoryAlertStore();
  for (const alert of severalAlerts) await alerts.save(alert, undefined);
});

describe('the list of alerts', () => {
  const page = async (
    question: Partial<AlertsQuestion> = {},
  ): Promise<{ names: string[]; next?: string }> => {
    const listed = await listAlerts({ top: 100, ...question }, tenants, ports());
    if (listed.kind !== 'page') throw new Error(listed.kind);
    const { value, next } = listed;
    const names = value.map(({ title }) => title.split(' ')[0] ?? '');
    return { names, ...(next === undefined ? {} : { next }) };
  };

  test('comes newest first, with resolved ones', async () => {
    expect(await page()).toEqual({ names: ['bruno', 'clara', 'adele', 'diego', 'edith', 'frank'] });
  });

  test.each<[Partial<AlertsQuestion>, string[]]>([
    [{ tenant: fabrikam.id.toUpperCase() }, ['diego']],
    [{ rule: 'licence-assignment-failed' }, ['clara']],
    [{ rule: 'licence/licence-assignment-failed' }, ['clara']],
    [{ severity: ['low'] }, ['bruno']],
    [{ status: ['resolved'] }, ['bruno']],
    [{ status: ['snoozed'] }, ['frank']],
    [{ status: ['open'], tenant: contoso.id }, ['clara', 'adele', 'edith']],
    [{ subject: 'USER-ADELE' }, ['adele']],
    [{ tenant: 'nobody' }, []],
  ])('%j chooses %j', async (question, expected) => {
    expect((await page(question)).names).toEqual(expected);
  });

  test('pages follow each other without a gap', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { names, next } = await page({ top: 4, ...(after === undefined ? {} : { after }) });
      seen.push(...names);
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(['bruno', 'clara', 'adele', 'diego', 'edith', 'frank']);
  });

  test('what is no `next` of an earlier page is told apart from an empty page', async () => {
    expect(await listAlerts({ top: 4, after: 'x' }, tenants, ports())).toEqual({ kind: 'bad-cursor' });
  });
});

describe('one alert', () => {
  const { id } = storedAlert('adele');
  const ada = { by: { id: 'a1', name: 'Ada' }, mayAct: (tenantId: string) => tenantId === contoso.id };
  const carriedOut = (command: AlertCommand, of = id): Promise<CommandOutcome> =>
    commandAlert({ id: of }, command, ada, tenants, ports());

  test('has the public shape and nothing of what the lifecycle remembers', async () => {
    const shown = await showAlert({ id }, tenants, ports());
    expect(shown).toMatchObject({
      kind: 'alert',
      alert: { id, status: 'open', subject: { id: 'user-adele' }, notices: [] },
    });
    expect(shown.kind === 'alert' && shown.alert).not.toHaveProperty('basis');
  });

  test.each(['', 'nothing', '../alerts', 'f'.repeat(64)])('the id %j is unknown', async (unknown) => {
    const answer = { kind: 'unknown-alert' };
    expect(await showAlert({ id: unknown }, tenants, ports())).toEqual(answer);
    expect(await carriedOut({ kind: 'reopen' }, unknown)).toEqual(answer);
  });

  test('is unknown to whom its tenant is not shown', async () => {
    expect(await showAlert({ id }, [fabrikam], ports())).toEqual({ kind: 'unknown-alert' });
  });

  test('is asked of one tenant alone where the link names it, and found without, whoever has it', async () => {
    const asked: string[] = [];
    const get = alerts.get.bind(alerts);
    alerts.get = (tenantId, each) => {
      asked.push(tenantId);
      return get(tenantId, each);
    };
    const diego = storedAlert('diego').id;
    const kindOf = async (one: AlertAsked): Promise<string> => (await showAlert(one, tenants, ports())).kind;
    expect([await kindOf({ id: diego, tenant: fabrikam.id.toUpperCase() }), asked]).toEqual([
      'alert',
      [fabrikam.id],
    ]);
    expect(await kindOf({ id: diego })).toBe('alert');
    expect(await kindOf({ id: diego, tenant: contoso.id })).toBe('unknown-alert');
    asked.length = 0;
    // A tenant that is not watched, or that the caller may not see, is not asked.
    const stranger = { id: diego, tenant: '99999999-0000-4000-8000-000000000000' };
    expect([await kindOf(stranger), asked]).toEqual(['unknown-alert', []]);
    const command = { kind: 'acknowledge' } as const;
    const everywhere = { ...ada, mayAct: () => true };
    expect(
      (await commandAlert({ id: diego, tenant: fabrikam.id }, command, everywhere, tenants, ports())).kind,
    ).toBe('alert');
  });

  test('of hundreds of tenants is asked of a few at a time', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ ...contoso, id: `tenant-${index}` }));
    let [now, most] = [0, 0];
    alerts.get = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return undefined;
    };
    expect((await showAlert({ id }, many, ports())).kind).toBe('unknown-alert');
    expect(most).toBe(16);
  });

  test('is acknowledged with a note, and the answer is the alert', async () => {
    expect(await carriedOut({ kind: 'acknowledge', note: 'asked the admin' })).toMatchObject({
      kind: 'alert',
      alert: {
        id,
        status: 'acknowledged',
        commands: [{ kind: 'acknowledge', by: { id: 'a1', name: 'Ada' }, note: 'asked the admin' }],
      },
    });
  });

  test('is not acted on by who may only read its tenant, and stays as it is', async () => {
    const diego = storedAlert('diego').id;
    const before = await showAlert({ id: diego }, tenants, ports());
    expect(await carriedOut({ kind: 'acknowledge' }, diego)).toEqual({ kind: 'not-allowed' });
    expect(await showAlert({ id: diego }, tenants, ports())).toEqual(before);
  });

  test('is acted on without a name where nobody is asked for one', async () => {
    const nobody = { by: undefined, mayAct: () => true };
    const acted = await commandAlert({ id }, { kind: 'acknowledge' }, nobody, tenants, ports());
    expect(acted).toMatchObject({ alert: { commands: [{ kind: 'acknowledge' }] } });
    expect(acted).not.toHaveProperty('alert.commands.0.by');
  });

  test('is snoozed until a date of any zone, and reopened', async () => {
    expect(await carriedOut({ kind: 'snooze', until: '2026-03-05T00:00:00+01:00' })).toMatchObject({
      alert: { status: 'snoozed' },
    });
    expect((await alerts.get(contoso.id, id))?.alert.snoozedUntil).toBe('2026-03-04T23:00:00.000Z');
    expect(await carriedOut({ kind: 'reopen' })).toMatchObject({ alert: { status: 'open' } });
  });

  test('that is resolved cannot be acknowledged, and the refusal says why', async () => {
    const refused = await carriedOut({ kind: 'acknowledge' }, storedAlert('bruno').id);
    expect(refused).toEqual({ kind: 'refused', reason: expect.stringContaining('resolved') as unknown });
  });

  test('a command that meets another write decides again on what is there then', async () => {
    const save = alerts.save.bind(alerts);
    let first = true;
    alerts.save = async (alert, read) => {
      if (first) {
        first = false;
        return 'changed';
      }
      return save(alert, read);
    };
    expect((await carriedOut({ kind: 'acknowledge' })).kind).toBe('alert');
  });

  test('and gives up where others are always faster', async () => {
    alerts.save = () => Promise.resolve('changed');
    expect(await carriedOut({ kind: 'acknowledge' })).toEqual({ kind: 'contended' });
  });
});
