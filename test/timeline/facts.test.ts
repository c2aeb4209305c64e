import { describe, expect, test } from '@jest/globals';
import { factsFrom } from '../../shared/timeline/facts.ts';
import { alex, licensedUsers } from '../builders/audit-event.ts';
import {
  adele,
  assigned,
  auditRecord,
  groupRecord,
  licenceChange,
  licencesChanged,
  licensingService,
  membership,
} from '../builders/audit-record.ts';

const account = (activity: string, overrides: Parameters<typeof auditRecord>[0] = {}) =>
  auditRecord({ activity, ...overrides });
const accountEnabled = (before: unknown, after: unknown, overrides: Parameters<typeof auditRecord>[0] = {}) =>
  auditRecord({
    activity: 'Update user',
    change: [{ property: 'AccountEnabled', before, after }],
    ...overrides,
  });

describe('the life of an account', () => {
  test.each([
    ['Add user', 'user-created'],
    ['Delete user', 'user-deleted'],
    ['Hard Delete user', 'user-deleted'],
    ['Restore user', 'user-restored'],
    ['Enable account', 'account-enabled'],
    ['Disable account', 'account-disabled'],
  ])('%s is %s', (activity, kind) => {
    expect(factsFrom([account(activity)])).toMatchObject([{ kind, actor: adele, complete: true }]);
    expect(factsFrom([account(activity, { outcome: 'failure' })])).toEqual([]);
  });

  test('a licence given on creation is a change from nothing', () => {
    const facts = factsFrom([account('Add user', { change: licenceChange([], [assigned('SPB')]) })]);
    expect(facts).toMatchObject([
      { kind: 'licences-changed', before: [], after: [{ name: 'Microsoft 365 Business Premium' }] },
      { kind: 'user-created' },
    ]);
  });

  test('a user who could not be created neither was nor lacks a licence', () => {
    const failed = account('Add user', { outcome: 'failure', change: licenceChange([], [assigned('SPB')]) });
    expect(factsFrom([failed])).toEqual([]);
  });

  test('"Delete user" and "Hard Delete user" of one correlation id are one deletion', () => {
    const one = { correlationId: 'one' };
    expect(factsFrom([account('Delete user', one), account('Hard Delete user', one)])).toHaveLength(1);
    expect(factsFrom([account('Delete user'), account('Hard Delete user')])).toHaveLength(2);
  });

  test('the switch is told by a property too, and told twice it is one fact', () => {
    const one = { correlationId: 'one' };
    expect(factsFrom([accountEnabled(true, false)])).toMatchObject([{ kind: 'account-disabled' }]);
    expect(factsFrom([accountEnabled(['False'], ['True'])])).toMatchObject([{ kind: 'account-enabled' }]);
    expect(factsFrom([account('Disable account', one), accountEnabled([true], [false], one)])).toMatchObject([
      { kind: 'account-disabled' },
    ]);
  });

  test('a switch that did not move, or failed to, is noise', () => {
    expect(factsFrom([accountEnabled(true, true)])).toEqual([]);
    expect(factsFrom([accountEnabled(true, undefined)])).toEqual([]);
    expect(factsFrom([accountEnabled(true, false, { outcome: 'failure' })])).toEqual([]);
  });
});

describe('groups', () => {
  test('a member who came or left', () => {
    expect(factsFrom([membership('added')])).toMatchObject([
      {
        kind: 'group-membership-changed',
        change: 'added',
        group: licensedUsers,
        user: { id: alex.id, name: alex.upn },
      },
    ]);
    expect(factsFrom([membership('removed')])).toMatchObject([{ change: 'removed' }]);
  });

  test.each(['failure', 'unknown'] as const)('a membership whose outcome is %s is none', (outcome) => {
    expect(factsFrom([membership('removed', { outcome })])).toEqual([]);
  });

  test('a membership told by both logs is one fact; two members of one correlation id are two', () => {
    const one = { correlationId: 'one' };
    expect(
      factsFrom([membership('added', one), membership('added', { ...one, log: 'unified' })]),
    ).toMatchObject([{ logs: ['entra', 'unified'] }]);
    const other = { ...membership('added', one), target: { user: { id: 'another' }, group: licensedUsers } };
    expect(factsFrom([membership('added', one), other])).toHaveLength(2);
  });

  test('licences of a group that changed, and the bare marker of such a change', () => {
    const change = licenceChange([assigned('ENTERPRISEPACK')], [assigned('ENTERPRISEPACK', 'TEAMS1')]);
    expect(factsFrom([groupRecord('Set group license', { change })])).toMatchObject([
      { kind: 'group-licences-changed', complete: true, group: licensedUsers, before: [{}], after: [{}] },
    ]);
    expect(factsFrom([groupRecord('Set group license')])).toMatchObject([
      { kind: 'group-licences-changed', complete: false },
    ]);
    const one = { correlationId: 'one' };
    const twins = [groupRecord('Set group license', one), groupRecord('Update group', { ...one, change })];
    expect(factsFrom(twins)).toMatchObject([{ kind: 'group-licences-changed', complete: true }]);
  });

  test('a failed attempt on a group is nothing', () => {
    const failed = { outcome: 'failure', change: licenceChange([], [assigned('EMS')]) } as const;
    expect(
      factsFrom([groupRecord('Set group license', failed), groupRecord('Delete group', failed)]),
    ).toEqual([]);
  });

  test('a rule that decides who is in a group, and changed', () => {
    const rule = (before: unknown, after: unknown, overrides = {}) =>
      groupRecord('Update group', {
        change: [{ property: 'MembershipRule', ...{ before, after } }],
        ...overrides,
      });
    expect(factsFrom([rule('a', 'b')])).toMatchObject([
      { kind: 'group-rule-changed', group: licensedUsers, rule: { before: 'a', after: 'b' }, complete: true },
    ]);
    expect(factsFrom([rule(undefined, 'b')])).toMatchObject([{ rule: { after: 'b' } }]);
    const one = { correlationId: 'one' };
    expect(factsFrom([rule('a', 'b', one), rule('a', 'b', { ...one, log: 'unified' })])).toHaveLength(1);
    expect(factsFrom([rule('a', 'a'), rule('a', 'b', { outcome: 'failure' })])).toEqual([]);
  });

  test('a deletion', () => {
    expect(factsFrom([groupRecord('Delete group')])).toMatchObject([
      { kind: 'group-deleted', group: licensedUsers },
    ]);
  });

  test.each(['Finish applying group based license to users', 'Finish applying group based license to user'])(
    'the end of licence processing with its counts: %s',
    (activity) => {
      const result =
        '[Users successfully assigned licenses: 6, Users for whom license assignment failed: 2.];';
      const finished = groupRecord(activity, {
        change: [{ property: 'Result', before: '[]', after: result }],
      });
      expect(factsFrom([finished])).toMatchObject([
        { kind: 'group-licensing-finished', counts: { succeeded: 6, failed: 2 }, group: licensedUsers },
      ]);
      expect(factsFrom([groupRecord(activity)])[0]).not.toHaveProperty('counts');
    },
  );
});

describe('what the licensing service took away', () => {
  const grant = (groupId: string | undefined, partNumber: string) => ({
    SkuId: /SkuId=([^,]+)/.exec(assigned(partNumber))?.[1],
    DisabledPlans: [],
    ...(groupId === undefined ? {} : { AssignedByGroup: groupId }),
  });
  const taken = (...grants: unknown[]) =>
    licencesChanged([assigned('ENTERPRISEPACK'), assigned('EMS')], [assigned('EMS')], {
      actor: licensingService,
      change: [
        ...licenceChange([assigned('ENTERPRISEPACK'), assigned('EMS')], [assigned('EMS')]),
        { property: 'LicenseAssignmentDetail', before: grants, after: [grant(undefined, 'EMS')] },
      ],
    });

  test('names the group that had granted it', () => {
    const record = taken(grant(licensedUsers.id, 'ENTERPRISEPACK'), grant(undefined, 'EMS'));
    expect(factsFrom([record])).toMatchObject([
      { kind: 'licences-changed', group: { id: licensedUsers.id } },
    ]);
  });

  test('names none where it was granted directly, or by several groups', () => {
    const direct = taken(grant(undefined, 'ENTERPRISEPACK'), grant(undefined, 'EMS'));
    const both = taken(
      grant(licensedUsers.id, 'ENTERPRISEPACK'),
      grant('44444444-bbbb-4bbb-8bbb-000000000004', 'ENTERPRISEPACK'),
    );
    expect(factsFrom([direct])[0]).not.toHaveProperty('group');
    expect(factsFrom([both])[0]).not.toHaveProperty('group');
  });

  test('LicenseAssignmentDetail alone tells the licences too', () => {
    const change = [
      { property: 'LicenseAssignmentDetail', before: [grant(licensedUsers.id, 'ENTERPRISEPACK')], after: [] },
    ];
    expect(factsFrom([auditRecord({ change })])).toMatchObject([
      { before: [{ name: 'Office 365 E3' }], after: [], group: { id: licensedUsers.id } },
    ]);
  });
});

describe('the order of facts', () => {
  test('is by time, at one instant by kind', () => {
    const at = '2026-02-03T10:00:00.000Z';
    const facts = factsFrom([
      account('Delete user', { at }),
      account('Disable account', { at }),
      account('Add user'),
    ]);
    expect(facts.map(({ kind }) => kind)).toEqual(['user-created', 'account-disabled', 'user-deleted']);
  });

  test('two changes of one instant stand in the order in which one follows from the other', () => {
    const steps = [
      licencesChanged([assigned('ENTERPRISEPACK')], [], { id: 'z' }),
      licencesChanged([], [assigned('EMS')], { id: 'm' }),
      licencesChanged([assigned('EMS')], [assigned('EMS'), assigned('SPE_E5')], { id: 'a' }),
    ];
    expect(factsFrom(steps.toReversed()).map(({ records }) => records[0])).toEqual(['z', 'm', 'a']);
  });

  test('of two that undo each other what was held before decides', () => {
    const there = licencesChanged([assigned('EMS')], [], { id: 'z', at: '2026-02-03T10:00:00.000Z' });
    const back = licencesChanged([], [assigned('EMS')], { id: 'a', at: '2026-02-03T10:00:00.000Z' });
    const first = licencesChanged([], [assigned('EMS')], { id: 'first' });
    expect(factsFrom([back, there, first]).map(({ records }) => records[0])).toEqual(['first', 'z', 'a']);
  });
});

test('records of which no fact can come yield none', () => {
  const noise = [
    'Update group',
    'Sign-in activity',
    'Set-Mailbox',
    'Start applying group based license to users',
  ];
  expect(factsFrom(noise.map((activity) => groupRecord(activity)))).toEqual([]);
  expect(
    factsFrom([auditRecord({ activity: 'Update user', change: [{ property: 'AssignedPlan' }] })]),
  ).toEqual([]);
});
