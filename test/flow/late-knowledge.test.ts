import { describe, expect, test } from '@jest/globals';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { alex, contoso, licensedUsers } from '../builders/audit-event.ts';
import {
  adele,
  assigned,
  auditRecord,
  groupRecord,
  licencesChanged,
  licensingService,
  membership,
} from '../builders/audit-record.ts';
import { pipeline } from './pipeline.ts';

const start = '2026-02-03T12:00:00.000Z';
const e3 = assigned('ENTERPRISEPACK');
const visio = assigned('VISIOCLIENT');
const [one, two] = ['11111111-aaaa-4aaa-8aaa-111111111111', '22222222-aaaa-4aaa-8aaa-222222222222'];

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    ordersOf(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

/** Each record is told of before the next one comes. */
async function told(records: readonly AuditRecord[]) {
  const run = pipeline(contoso, start);
  for (const record of records) {
    await run.send([record]);
    await run.settle();
  }
  return run;
}

describe('a name that passes to another account', () => {
  const failure = auditRecord({
    id: 'failed',
    outcome: 'failure',
    reason: 'No units of ENTERPRISEPACK',
    target: { user: { upn: alex.upn } },
    at: '2026-02-03T09:00:00.000Z',
  });
  const added = (id: string): AuditRecord =>
    auditRecord({ id: `add ${id}`, activity: 'Add user', target: { user: { id, upn: alex.upn } } });

  test.each(
    ordersOf([failure, added(one), added(two)]).map((order) => [order.map(({ id }) => id).join(', '), order]),
  )('leaves what named only it to nobody but the name, in the order %s', async (_, order) => {
    const alerts = await (await told(order as AuditRecord[])).stored();
    const open = alerts.filter(({ status }) => status !== 'resolved');
    expect(open.map(({ subject }) => subject.id)).toEqual([alex.upn]);
  });
});

describe('a cause that was only likely', () => {
  const loss = licencesChanged([e3], [], {
    id: 'loss',
    actor: licensingService,
    at: '2026-02-03T09:15:00.000Z',
  });
  const left = membership('removed', { id: 'left', actor: adele, at: '2026-02-03T09:14:30.000Z' });
  /** The group never gave what went. */
  const given = (at: string): AuditRecord =>
    groupRecord('Set group license', {
      id: 'given',
      at,
      target: { group: licensedUsers },
      change: [{ property: 'AssignedLicense', before: [visio], after: [visio, assigned('EMS')] }],
    });

  test.each(['2026-02-03T08:00:00.000Z', '2026-02-03T09:30:00.000Z', '2026-02-03T11:55:00.000Z'])(
    'is taken back where a record of the group, of %s, shows that it cannot be',
    async (at) => {
      const run = await told([left, loss]);
      const [before] = await run.stored();
      expect(before?.cause).toMatchObject({ kind: 'removed-from-group', confidence: 'likely' });
      await run.send([given(at)]);
      await run.settle();
      const [after] = await run.stored();
      expect(after?.cause?.kind).not.toBe('removed-from-group');
      expect(after).not.toHaveProperty('actor');
    },
  );
});

describe('who left a dynamic group', () => {
  const approval = { kind: 'system', name: 'Microsoft Approval Management' } as const;
  const records = [
    groupRecord('Update group', {
      id: 'rule',
      actor: adele,
      at: '2026-02-03T08:50:00.000Z',
      change: [
        { property: 'MembershipRule', before: 'user.city -eq "Bern"', after: 'user.city -eq "Basel"' },
      ],
    }),
    membership('removed', { id: 'left', actor: approval, at: '2026-02-03T09:10:00.000Z' }),
    licencesChanged([e3], [], { id: 'loss', actor: licensingService, at: '2026-02-03T09:15:00.000Z' }),
  ];

  test.each(ordersOf(records).map((order) => [order.map(({ id }) => id).join(', '), order]))(
    'left by whoever changed its rule, and gets the rule back, in the order %s',
    async (_, order) => {
      const [alert] = await (await told(order as AuditRecord[])).stored();
      expect(alert).toMatchObject({
        actor: adele,
        cause: { kind: 'removed-from-group', actor: adele, group: { id: licensedUsers.id, dynamic: true } },
      });
      expect(alert?.runbook.join(' ')).toContain(`-MembershipRule 'user.city -eq "Bern"'`);
    },
  );
});

test('what was over when it was first seen does not go on saying that something may still arrive', async () => {
  const run = await told([]);
  await run.send([
    licencesChanged([e3], [], { id: 'loss', actor: licensingService, at: '2026-02-03T10:00:00.000Z' }),
    licencesChanged([], [e3], { id: 'back', at: '2026-02-03T10:04:00.000Z' }),
  ]);
  await run.settle();
  expect(await run.stored()).toMatchObject([{ status: 'resolved', cause: { kind: 'pending' } }]);
  await run.settle({ horizonSeconds: 10 * 24 * 3600 });
  const [later] = await run.stored();
  expect(later?.cause).not.toHaveProperty('settledBy');
});
