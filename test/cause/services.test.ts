import { describe, expect, test } from '@jest/globals';
import { explainLicenceLoss } from '../../shared/cause/cause.ts';
import type { Coverage } from '../../shared/coverage/coverage.ts';
import type { Cause } from '../../shared/cause/explanation.ts';
import { lossesOf } from '../../shared/cause/losses.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { buildTimeline } from '../../shared/timeline/timeline.ts';
import { alex, contoso, licensedUsers } from '../builders/audit-event.ts';
import {
  adele,
  assigned,
  groupRecord,
  licenceChange,
  licencesChanged,
  licensingService,
  membership,
} from '../builders/audit-record.ts';

/** What Microsoft's own services carried out: never their own doing. */

const e3 = assigned('ENTERPRISEPACK');
const lossAt = '2026-02-03T09:15:00.000Z';
const later = '2026-02-10T00:00:00.000Z';
const sameDay = '2026-02-03T12:00:00.000Z';
const covered: Coverage = {
  latestArrivalMinutes: 24 * 60,
  windows: (['entra-directory-audits', 'activity-azure-active-directory'] as const).map((source) => ({
    source,
    from: '2026-01-10T00:00:00.000Z',
    to: '2026-02-09T23:55:00.000Z',
  })),
};
const lifecycle = { kind: 'system', name: 'Microsoft Entra Subscription Lifecycle Process' } as const;
const approval = { kind: 'system', name: 'Microsoft Approval Management' } as const;
const propagation = { kind: 'group-licensing', name: 'PropagationService' } as const;

const minutes = (offset: number): string => new Date(Date.parse(lossAt) + offset * 60_000).toISOString();
const taken = (actor: AuditRecord['actor']): AuditRecord =>
  licencesChanged([e3], [], { id: 'loss', at: lossAt, actor });
const left = (overrides: Partial<AuditRecord> = {}): AuditRecord =>
  membership('removed', { id: 'left', at: minutes(-5), actor: approval, ...overrides });
const ruleChanged = (overrides: Partial<AuditRecord> = {}): AuditRecord =>
  groupRecord('Update group', {
    id: 'rule',
    at: minutes(-30),
    change: [
      {
        property: 'MembershipRule',
        before: 'user.department -eq "Sales"',
        after: 'user.department -eq "Marketing"',
      },
    ],
    ...overrides,
  });

function explain(records: AuditRecord[], groups: AuditRecord[] = [], now = later): Cause {
  const timeline = buildTimeline(contoso, { kind: 'user', id: alex.id, name: alex.upn }, records, groups);
  return explainLicenceLoss(lossesOf(timeline)[0], timeline, covered, now);
}
const recordsIn = ({ evidence }: Cause): string[] => evidence.map(({ record }) => record);

describe('the subscription service took it', () => {
  test('the subscription lapsed, and nobody did it', () => {
    expect(explain([taken(lifecycle)])).toEqual({
      kind: 'subscription-lapsed',
      at: lossAt,
      evidence: [{ record: 'loss', log: 'entra', at: lossAt }],
      confidence: 'certain',
      text:
        "Microsoft's subscription service took Office 365 E3 from the user on 3 February 2026 09:15 UTC. " +
        'It does that when a subscription has expired: nobody did it by hand. ' +
        'The user is now without: Exchange mailbox, Teams, SharePoint, Office apps.',
    });
  });

  test('also where it took it from a group, and group licensing from the user', () => {
    const edit = groupRecord('Set group license', {
      id: 'edit',
      at: minutes(-3),
      actor: lifecycle,
      change: licenceChange([e3], []),
    });
    const cause = explain([taken(licensingService)], [edit]);
    expect(cause).toMatchObject({ kind: 'subscription-lapsed', confidence: 'likely', group: licensedUsers });
    expect(cause).not.toHaveProperty('actor');
    expect(recordsIn(cause)).toEqual(['edit', 'loss']);
    expect(cause.text).toContain(`changed the licences of the group "Licensed users"`);
  });

  test('whatever was done to groups at the time', () => {
    expect(explain([left({ actor: adele }), taken(lifecycle)])).toMatchObject({
      kind: 'subscription-lapsed',
    });
  });
});

describe('the user left a dynamic group', () => {
  test('because somebody changed its rule: he is the one, and the rule is told', () => {
    const cause = explain([left(), taken(licensingService)], [ruleChanged()]);
    expect(cause).toMatchObject({
      kind: 'removed-from-group',
      at: minutes(-5),
      actor: adele,
      group: { ...licensedUsers, dynamic: true, rule: 'user.department -eq "Marketing"' },
      confidence: 'likely',
    });
    expect(recordsIn(cause)).toEqual(['rule', 'left', 'loss']);
    expect(cause.text).toContain(
      'The rule was changed on 3 February 2026 08:45 UTC by admin@contoso.com, which is most likely why.',
    );
  });

  test('and nobody changed the rule: nobody did it', () => {
    const cause = explain([left(), taken(licensingService)]);
    expect(cause).toMatchObject({
      kind: 'removed-from-group',
      group: { ...licensedUsers, dynamic: true },
      // So that a record of the rule that comes later is heard.
      confidence: 'likely',
    });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.text).toContain(
      'The user left the dynamic group "Licensed users" on 3 February 2026 09:10 UTC',
    );
    expect(cause.text).toContain('No record that was read tells of a change of the rule');
  });

  test.each([
    ['of another group', ruleChanged({ target: { group: { id: 'other', name: 'Other' } } })],
    ['two days before', ruleChanged({ at: minutes(-2 * 24 * 60) })],
    ['afterwards', ruleChanged({ at: minutes(20) })],
    ['in vain', ruleChanged({ outcome: 'failure' })],
  ])('and a rule was changed %s: that was not it', (_, record) => {
    expect(explain([left(), taken(licensingService)], [record])).not.toHaveProperty('actor');
  });

  test('and the rule was changed by a service: nobody did it', () => {
    const cause = explain([left(), taken(licensingService)], [ruleChanged({ actor: lifecycle })]);
    expect(cause.kind).toBe('removed-from-group');
    expect(cause).not.toHaveProperty('actor');
  });

  test('somebody who takes a user out by hand is named, and that group is none of these', () => {
    const cause = explain([left({ actor: adele }), taken(licensingService)], [ruleChanged()]);
    expect(cause).toMatchObject({ kind: 'removed-from-group', actor: adele, group: licensedUsers });
    expect(cause.group).not.toHaveProperty('dynamic');
  });
});

describe('the service that works on groups took it', () => {
  test('out of a group, as a record of the group says: likely', () => {
    const cause = explain([left(), taken(approval)]);
    expect(cause).toMatchObject({
      kind: 'removed-from-group',
      group: { id: licensedUsers.id, dynamic: true },
      confidence: 'likely',
    });
    expect(cause.text).toContain('The service "Microsoft Approval Management" took Office 365 E3 away');
  });

  test('with a group whose lifetime was over: the group is gone, by nobody', () => {
    const gone = groupRecord('Delete group', { id: 'gone', at: minutes(-5), actor: approval });
    const member = membership('added', { at: minutes(-5000) });
    const cause = explain([member, taken(licensingService)], [gone]);
    expect(cause).toMatchObject({ kind: 'group-deleted', group: licensedUsers });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.text).toContain('by the service "Microsoft Approval Management"');
  });

  test('without any record of a group: no group is blamed, one may still come, and the service is named', () => {
    const cause = explain([taken(approval)], [], sameDay);
    expect(cause).toMatchObject({ kind: 'pending', settledBy: minutes(24 * 60) });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.text).toContain(
      'The service "Microsoft Approval Management" took Office 365 E3 from the user',
    );
    expect(explain([taken(approval)]).kind).toBe('not-logged');
  });
});

describe('group licensing, known only by the program that wrote', () => {
  const edit = groupRecord('Set group license', {
    id: 'edit',
    at: minutes(-3),
    change: licenceChange([e3], []),
  });
  const member = membership('added', { at: minutes(-5000) });

  test('after a removal from a group: likely that, by whoever did it', () => {
    const gave = groupRecord('Set group license', { at: minutes(-9000), change: licenceChange([], [e3]) });
    expect(explain([left({ actor: adele }), taken(propagation)], [gave])).toMatchObject({
      kind: 'removed-from-group',
      actor: adele,
      group: licensedUsers,
      confidence: 'likely',
    });
    expect(explain([left({ actor: adele }), taken(licensingService)], [gave])).toMatchObject({
      confidence: 'certain',
    });
  });

  test('after an edit of the group', () => {
    expect(explain([member, taken(propagation)], [edit])).toMatchObject({
      kind: 'group-licence-edited',
      actor: adele,
      confidence: 'likely',
    });
  });

  test('after a deletion of the group', () => {
    const gone = groupRecord('Delete group', { id: 'gone', at: minutes(-5) });
    expect(explain([member, taken(propagation)], [gone])).toMatchObject({
      kind: 'group-deleted',
      actor: adele,
      confidence: 'likely',
    });
  });

  test('with nothing that happened to a group: that group licensing took it is told as likely, and nobody is named', () => {
    const cause = explain([taken(propagation)], [], sameDay);
    expect(cause).toMatchObject({ kind: 'pending', confidence: 'unknown' });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.text).toContain('Most likely group licensing took Office 365 E3 from the user');
    expect(explain([taken(licensingService)], [], sameDay).text).toMatch(
      /^Group licensing took Office 365 E3 from the user/,
    );
  });
});

describe('any other service of Microsoft', () => {
  test.each(['Signup', 'Microsoft Substrate Management', 'fim_password_service@support.onmicrosoft.com'])(
    '%s is told of, and is not the one',
    (name) => {
      const cause = explain([taken({ kind: 'system', name })]);
      expect(cause).toMatchObject({ kind: 'removed-directly', confidence: 'likely' });
      expect(cause).not.toHaveProperty('actor');
      expect(cause.text).toContain(`by the service "${name}". The record names nobody else.`);
    },
  );

  test('takes nobody out of a group himself', () => {
    const cause = explain([left({ actor: { kind: 'system', name: 'Signup' } }), taken(licensingService)]);
    expect(cause.kind).toBe('removed-from-group');
    expect(cause).not.toHaveProperty('actor');
  });
});
