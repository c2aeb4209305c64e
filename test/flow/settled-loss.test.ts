import { describe, expect, test } from '@jest/globals';
import { acknowledge, snooze } from '../../shared/alert/lifecycle.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { contoso } from '../builders/audit-event.ts';
import { assigned, auditRecord, licencesChanged } from '../builders/audit-record.ts';
import { pipeline } from './pipeline.ts';

const lostAt = '2026-02-03T09:15:00.000Z';
const e3 = assigned('ENTERPRISEPACK');
const loss = licencesChanged([e3], [], { id: 'loss', at: lostAt });
const disabled = auditRecord({
  id: 'disabled',
  activity: 'Disable account',
  change: [{ property: 'AccountEnabled', before: true, after: false }],
  at: '2026-02-03T17:00:00.000Z',
});
const deleted = auditRecord({ id: 'deleted', activity: 'Delete user', at: '2026-02-04T08:00:00.000Z' });

type Run = ReturnType<typeof pipeline>;

async function receive(run: Run, record: AuditRecord, options: Parameters<Run['settle']>[0] = {}) {
  await run.send([record]);
  await run.settle(options);
}

async function told(): Promise<Run> {
  const run = pipeline(contoso, '2026-02-03T09:20:00.000Z');
  await receive(run, loss);
  expect(run.posted).toHaveLength(1);
  expect(JSON.stringify(run.posted[0])).toContain('New · high');
  return run;
}

describe('a loss that was told and turns out to be off-boarding', () => {
  test('gets its closing card, which says so, and nothing after it', async () => {
    const run = await told();
    await receive(run, disabled);
    expect(run.posted).toHaveLength(2);
    const card = JSON.stringify(run.posted[1]);
    expect(card).toContain('Settled');
    expect(card).toContain('disabled on 3 February 2026 17:00 UTC, so this counts as off-boarding');
    const [alert] = await run.stored();
    expect(alert).toMatchObject({ status: 'open', severity: 'low' });
    expect(alert?.notices.map(({ reason, outcome }) => `${reason} ${outcome}`)).toEqual([
      'opened sent',
      'resolved sent',
    ]);
    await receive(run, deleted);
    expect(run.posted).toHaveLength(2);
    expect((await run.stored())[0]).toMatchObject({ status: 'resolved', severity: 'low' });
  });

  test('and whose account is deleted at once is told to be over', async () => {
    const run = await told();
    await receive(run, deleted);
    expect(run.posted).toHaveLength(2);
    expect(JSON.stringify(run.posted[1])).toContain('Resolved · low');
  });

  test.each(['acknowledged', 'snoozed'])('also where somebody has %s it meanwhile', async (action) => {
    const run = await told();
    const [alert] = await run.stored();
    if (alert === undefined) throw new Error('an alert is stored');
    const now = run.clock.now().toISOString();
    const acted =
      action === 'acknowledged'
        ? acknowledge(alert, {}, now)
        : snooze(alert, '2026-03-01T00:00:00.000Z', {}, now);
    if (acted.kind !== 'changed') throw new Error('it is open');
    await run.alerts.save(acted.alert, await run.alerts.get(contoso, alert.id));
    await receive(run, disabled);
    expect(run.posted).toHaveLength(2);
    expect((await run.stored())[0]).toMatchObject({ status: action, severity: 'low' });
  });

  test('once, whatever is handled twice and in whatever order', async () => {
    const run = await told();
    await run.send([disabled]);
    await run.send([loss]);
    await run.send([deleted]);
    await run.settle({ twice: () => true, choose: (count) => count - 1 });
    for (const record of [disabled, deleted, loss]) await receive(run, record, { twice: () => true });
    expect(run.posted).toHaveLength(2);
  });

  test('is told again where the account comes back within the day, and then to be settled once more', async () => {
    const run = await told();
    await receive(run, disabled);
    const enabled = auditRecord({
      id: 'enabled',
      activity: 'Enable account',
      change: [{ property: 'AccountEnabled', before: false, after: true }],
      at: '2026-02-03T18:00:00.000Z',
    });
    await receive(run, enabled);
    expect(run.posted).toHaveLength(3);
    expect(JSON.stringify(run.posted[2])).toContain('Worse than before');
    await receive(run, licencesChanged([], [e3], { id: 'back', at: '2026-02-03T19:00:00.000Z' }));
    expect(run.posted).toHaveLength(4);
    expect(JSON.stringify(run.posted[3])).toContain('Resolved · high');
  });
});

test('a loss that was off-boarding from the beginning is never told', async () => {
  const run = pipeline(contoso, '2026-02-03T17:10:00.000Z');
  await run.send([loss, disabled]);
  await run.settle();
  await receive(run, deleted);
  expect(run.posted).toEqual([]);
});
