import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { explainLicenceLoss } from '../../shared/cause/cause.ts';
import type { Coverage } from '../../shared/coverage/coverage.ts';
import type { Cause } from '../../shared/cause/explanation.ts';
import { lossesOf } from '../../shared/cause/losses.ts';
import { buildTimeline } from '../../shared/timeline/timeline.ts';
import { alex, contoso, licensedUsers } from '../builders/audit-event.ts';
import { groupHistory, userHistory } from '../builders/audit-history.ts';
import {
  adele,
  assigned,
  auditRecord,
  groupRecord,
  licenceChange,
  licencesChanged,
  licensingService,
  membership,
  onboardingScript,
} from '../builders/audit-record.ts';

const e3 = assigned('ENTERPRISEPACK');
const free = assigned('FLOW_FREE');
const lossAt = '2026-02-03T09:15:00.000Z';
const now = '2026-02-10T00:00:00.000Z';
const otherGroup = { id: '44444444-bbbb-4bbb-8bbb-000000000004', name: 'Project Falcon' };
const bella = { kind: 'user', id: 'bella', name: 'bella@contoso.com' } as const;

function coverage(overrides: Partial<Record<'entra' | 'unified', [string, string]>> = {}): Coverage {
  const all: [string, string] = ['2026-01-10T00:00:00.000Z', '2026-02-09T23:55:00.000Z'];
  const [entra, unified] = [overrides.entra ?? all, overrides.unified ?? all];
  return {
    latestArrivalMinutes: 24 * 60,
    windows: [
      { source: 'entra-directory-audits', from: entra[0], to: entra[1] },
      { source: 'activity-azure-active-directory', from: unified[0], to: unified[1] },
    ],
  };
}

function minutes(offset: number): string {
  return new Date(Date.parse(lossAt) + offset * 60_000).toISOString();
}

interface Situation {
  groups?: AuditRecord[];
  covered?: Coverage;
  now?: string;
}

/** The cause of the first loss of Alex, or of having none. */
function explain(
  records: AuditRecord[],
  { groups = [], covered = coverage(), now: moment = now }: Situation = {},
): Cause {
  const timeline = buildTimeline(contoso, { kind: 'user', id: alex.id, name: alex.upn }, records, groups);
  return explainLicenceLoss(lossesOf(timeline)[0], timeline, covered, moment);
}

function takenByService(overrides: Partial<AuditRecord> = {}): AuditRecord {
  return licencesChanged([e3, free], [free], { id: 'loss', actor: licensingService, ...overrides });
}

function groupLicences(before: string[], after: string[], overrides: Partial<AuditRecord> = {}): AuditRecord {
  return groupRecord('Set group license', { change: licenceChange(before, after), ...overrides });
}

function recordsIn(cause: Cause): string[] {
  return cause.evidence.map(({ record }) => record);
}

describe('somebody took the licence away', () => {
  test('an administrator: he is named, with the way he took and what the user lacks now', () => {
    const cause = explain([
      licencesChanged([e3, free], [free], { id: 'loss', via: 'Microsoft Graph PowerShell' }),
    ]);
    expect(cause).toEqual({
      kind: 'removed-directly',
      at: lossAt,
      actor: adele,
      via: 'Microsoft Graph PowerShell',
      evidence: [{ record: 'loss', log: 'entra', at: lossAt }],
      confidence: 'certain',
      text:
        'Office 365 E3 was removed on 3 February 2026 09:15 UTC by admin@contoso.com, using Microsoft Graph PowerShell. ' +
        'The user is now without: Exchange mailbox, Teams, SharePoint, Office apps.',
    });
  });

  test('a script', () => {
    const cause = explain([licencesChanged([e3], [], { actor: onboardingScript })]);
    expect(cause).toMatchObject({ kind: 'removed-directly', actor: onboardingScript, confidence: 'certain' });
    expect(cause.text).toContain('by the application "Onboarding script"');
  });

  test.each([
    ['nobody', undefined],
    ['only a service of Microsoft', { kind: 'system' as const }],
  ])('the record names %s: so does the answer', (_, actor) => {
    const cause = explain([licencesChanged([e3], [], { actor })]);
    expect(cause).toMatchObject({ kind: 'removed-directly', confidence: 'likely' });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.text).toContain('does not name anybody');
  });

  test('only a plan was switched off', () => {
    const cause = explain([licencesChanged([e3], [assigned('ENTERPRISEPACK', 'TEAMS1')])]);
    expect(cause).toMatchObject({ kind: 'plan-switched-off', actor: adele, confidence: 'certain' });
    expect(cause.text).toBe(
      'Microsoft Teams in Office 365 E3 was switched off on 3 February 2026 09:15 UTC by admin@contoso.com. ' +
        'The product itself is still assigned. The user is now without: Teams.',
    );
  });

  test('a name made to look like more than a name is plain text', () => {
    const actor = { ...adele, name: 'admin\u202e@contoso.com\r\nINFO all is well' };
    const { text } = explain([licencesChanged([e3], [], { actor })]);
    expect(text).toContain('by admin@contoso.com INFO all is well.');
    expect(text).not.toMatch(/[\r\n\u202e]/);
  });
});

describe('the product was replaced', () => {
  const e5 = assigned('SPE_E5');
  const f3 = assigned('SPE_F1');

  test('in one step: nothing is lost', () => {
    const cause = explain([licencesChanged([e3], [e5])]);
    expect(cause).toMatchObject({ kind: 'moved-between-licences', actor: adele, confidence: 'certain' });
    expect(cause.text).toContain('Office 365 E3 was replaced by Microsoft 365 E5');
  });

  test.each([
    ['an hour before', -60],
    ['just before', -1],
    ['just after', 1],
    ['an hour after', 60],
  ])('in two steps, the new one %s: nothing is lost, and both records say so', (_, offset) => {
    const had = offset < 0 ? [e3, e5] : [e3];
    const cause = explain([
      licencesChanged(had, had.slice(1), { id: 'loss' }),
      licencesChanged(offset < 0 ? [e3] : [], offset < 0 ? [e3, e5] : [e5], {
        id: 'grant',
        at: minutes(offset),
      }),
    ]);
    expect(cause.kind).toBe('moved-between-licences');
    expect(recordsIn(cause).sort()).toEqual(['grant', 'loss']);
  });

  test('by what the user had all along: nothing is lost', () => {
    const cause = explain([licencesChanged([e3, e5], [e5])]);
    expect(cause.kind).toBe('moved-between-licences');
  });

  test('Project brings SharePoint along; that the user has SharePoint elsewhere does not replace Project', () => {
    const project = assigned('PROJECTPROFESSIONAL');
    expect(explain([licencesChanged([e3, project], [e3])]).kind).toBe('removed-directly');
  });

  test('an hour and a minute later: it was a loss', () => {
    const cause = explain([licencesChanged([e3], []), licencesChanged([], [e5], { at: minutes(61) })]);
    expect(cause.kind).toBe('removed-directly');
  });

  test('by one that lacks a family: the loss stands and names it', () => {
    const cause = explain([licencesChanged([e3], [f3])]);
    expect(cause).toMatchObject({ kind: 'removed-directly' });
    expect(cause.text).toContain('now without: Office apps.');
  });

  test('by one in which the plan of a family is switched off: the loss stands', () => {
    const cause = explain([licencesChanged([e3], [assigned('SPE_E5', 'EXCHANGE_S_ENTERPRISE')])]);
    expect(cause.text).toContain('now without: Exchange mailbox.');
  });

  test('by two that carry its families only together: the loss stands', () => {
    const cause = explain([
      licencesChanged([e3], [assigned('SPE_E5', 'TEAMS1'), assigned('SPE_E3', 'EXCHANGE_S_ENTERPRISE')]),
    ]);
    expect(cause.kind).toBe('removed-directly');
  });

  test('but another product went with it that nothing replaces: the loss stands', () => {
    expect(explain([licencesChanged([e3, free], [e5])]).kind).toBe('removed-directly');
  });

  test('a product without any family is never replaced', () => {
    expect(explain([licencesChanged([free], [e5])]).kind).toBe('removed-directly');
  });

  test('the new one is taken away before the old one: both are gone', () => {
    const officeE5 = assigned('ENTERPRISEPREMIUM');
    const timeline = buildTimeline(
      contoso,
      { kind: 'user', id: alex.id, name: alex.id },
      [licencesChanged([e3, officeE5], [e3], { at: minutes(-30) }), licencesChanged([e3], [])],
      [],
    );
    const causes = lossesOf(timeline).map((loss) => explainLicenceLoss(loss, timeline, coverage(), now));
    expect(causes.map(({ kind }) => kind)).toEqual(['moved-between-licences', 'removed-directly']);
  });

  test('the new one comes later than the moment that is asked about: not yet', () => {
    const records = [licencesChanged([e3], []), licencesChanged([], [e5], { at: minutes(10) })];
    expect(explain(records, { now: minutes(5) }).kind).toBe('removed-directly');
    expect(explain(records, { now: minutes(10) }).kind).toBe('moved-between-licences');
  });

  test('by group licensing: the service is not the actor', () => {
    const cause = explain([licencesChanged([e3], [e5], { actor: licensingService })]);
    expect(cause.kind).toBe('moved-between-licences');
    expect(cause).not.toHaveProperty('actor');
  });
});

describe('group licensing took it, because the user left a group', () => {
  const leaving = membership('removed', { id: 'left', at: minutes(-4), actor: bella, via: 'Azure Portal' });
  const granting = groupLicences([], [e3], { at: minutes(-9_000) });

  test('the one who removed the user is named, never the service', () => {
    const cause = explain([takenByService(), leaving], { groups: [granting] });
    expect(cause).toMatchObject({
      kind: 'removed-from-group',
      at: leaving.at,
      actor: bella,
      via: 'Azure Portal',
      group: licensedUsers,
      confidence: 'certain',
    });
    expect(recordsIn(cause)).toEqual(['left', 'loss']);
    expect(cause.text).toContain(
      'The user was removed from the group "Licensed users" on 3 February 2026 09:11 UTC by bella@contoso.com, using Azure Portal.',
    );
  });

  test('of which no record tells the licences: likely', () => {
    expect(explain([takenByService(), leaving])).toMatchObject({
      kind: 'removed-from-group',
      confidence: 'likely',
    });
  });

  test.each([
    ['24 hours before', -24 * 60, true],
    ['longer before', -24 * 60 - 1, false],
    ['5 minutes after, as the clocks differ', 5, true],
    ['longer after', 6, false],
  ])('%s', (_, offset, explained) => {
    const cause = explain([takenByService(), { ...leaving, at: minutes(offset) }], { groups: [granting] });
    expect(cause.kind).toBe(explained ? 'removed-from-group' : 'not-logged');
  });

  test('but that group is known to give another product: it was not that', () => {
    const groups = [groupLicences([], [assigned('EMS')], { at: minutes(-9_000) })];
    expect(explain([takenByService(), leaving], { groups }).kind).toBe('not-logged');
  });

  test('and came back before the licence went: it was not that', () => {
    const back = membership('added', { at: minutes(-2) });
    expect(explain([takenByService(), leaving, back]).kind).toBe('not-logged');
  });

  test('of two groups the one that is known to give it, else nobody is blamed and both are told', () => {
    const other = membership('removed', { id: 'other', at: minutes(-1), group: otherGroup });
    const records = [takenByService(), leaving, other];
    expect(explain(records, { groups: [granting] })).toMatchObject({ group: licensedUsers });
    const cause = explain(records);
    expect(cause).toMatchObject({ kind: 'removed-from-group', confidence: 'unknown' });
    expect(cause).not.toHaveProperty('actor');
    expect(cause).not.toHaveProperty('group');
    expect(recordsIn(cause)).toEqual(['left', 'other', 'loss']);
    expect(cause.text).toContain('removed from 2 groups before, and no record says which of them gave it');
    expect(cause.text).not.toContain('bella');
  });

  test('hours before, and nothing says that this group gave it: nobody is blamed', () => {
    const early = { ...leaving, at: minutes(-6 * 60) };
    const cause = explain([takenByService(), early]);
    expect(cause).toMatchObject({ kind: 'removed-from-group', confidence: 'unknown' });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.text).toContain('no record says whether that group gave it');
    expect(explain([takenByService(), early], { groups: [granting] })).toMatchObject({
      actor: bella,
      confidence: 'certain',
    });
  });

  test('by a record that is dated after the loss: the text says why', () => {
    const cause = explain([takenByService(), { ...leaving, at: minutes(3) }], { groups: [granting] });
    expect(cause.text).toContain('later time comes from the clocks');
  });

  test('that the record of the loss names: only that one counts', () => {
    const detail = {
      SkuId: '6fd2c87f-b296-42f0-b197-1e91e994b900',
      DisabledPlans: [],
      AssignedByGroup: licensedUsers.id,
    };
    const loss = takenByService({
      change: [
        ...licenceChange([e3, free], [free]),
        { property: 'LicenseAssignmentDetail', before: [detail], after: [] },
      ],
    });
    const other = membership('removed', { at: minutes(-1), group: otherGroup });
    expect(explain([loss, leaving, other])).toMatchObject({ group: licensedUsers, confidence: 'certain' });
    expect(explain([loss, other]).kind).toBe('not-logged');
  });

  test('a failed removal explains nothing', () => {
    expect(explain([takenByService(), { ...leaving, outcome: 'failure' }]).kind).toBe('not-logged');
  });

  test('an administrator who took it himself is not hidden by a group that the user left', () => {
    const cause = explain([licencesChanged([e3], []), leaving], { groups: [granting] });
    expect(cause).toMatchObject({ kind: 'removed-directly', actor: adele });
  });
});

describe('group licensing took it, because a group changed', () => {
  const joined = membership('added', { at: minutes(-9_000) });
  const edit = groupLicences([e3], [], { id: 'edit', at: minutes(-3), actor: bella });
  const otherEdit = groupLicences([e3], [], { id: 'other', at: minutes(-2), target: { group: otherGroup } });
  const deletion = groupRecord('Delete group', { id: 'deletion', at: minutes(-3), actor: bella });
  const otherDeletion = groupRecord('Delete group', { at: minutes(-2), target: { group: otherGroup } });

  test('its licences were edited, and the user is known to be in it', () => {
    const cause = explain([takenByService(), joined], { groups: [edit, otherEdit] });
    expect(cause).toMatchObject({
      kind: 'group-licence-edited',
      at: edit.at,
      actor: bella,
      group: licensedUsers,
      confidence: 'certain',
    });
    expect(recordsIn(cause)).toEqual(['edit', 'loss']);
    expect(cause.text).toContain('The licences of the group "Licensed users" were changed on');
  });

  test('the only edited group is likely the one', () => {
    expect(explain([takenByService()], { groups: [edit] })).toMatchObject({
      actor: bella,
      confidence: 'likely',
    });
  });

  test('long before, it is likely the group, and who edited it is named only where the group was processed then', () => {
    const early = { ...edit, at: minutes(-5 * 60) };
    const guess = explain([takenByService()], { groups: [early] });
    expect(guess).toMatchObject({
      kind: 'group-licence-edited',
      group: licensedUsers,
      confidence: 'likely',
    });
    expect(guess).not.toHaveProperty('actor');
    expect(guess.text).not.toContain('bella');
    expect(recordsIn(guess)).toEqual(['edit', 'loss']);
    const finished = groupRecord('Finish applying group based license to users', { at: minutes(2) });
    expect(explain([takenByService()], { groups: [early, finished] })).toMatchObject({ actor: bella });
    const ofAnother = { ...finished, target: { group: otherGroup } };
    expect(explain([takenByService()], { groups: [early, ofAnother] })).not.toHaveProperty('actor');
  });

  test('an edit after the loss explains it only for who is known to be in the group', () => {
    const after = { ...edit, at: minutes(2) };
    expect(explain([takenByService()], { groups: [after] }).kind).toBe('not-logged');
    expect(explain([takenByService(), joined], { groups: [after] })).toMatchObject({ actor: bella });
  });

  test('an edit that took only a part of what the user lost is not it', () => {
    const loss = licencesChanged([e3, assigned('EMS')], [], { actor: licensingService });
    expect(explain([loss], { groups: [edit] }).kind).toBe('not-logged');
    expect(explain([loss, joined], { groups: [edit] })).toMatchObject({ actor: bella });
  });

  test('of several none is blamed', () => {
    const cause = explain([takenByService()], { groups: [edit, otherEdit] });
    expect(cause).toMatchObject({ kind: 'group-licence-edited', confidence: 'unknown' });
    expect(cause).not.toHaveProperty('actor');
    expect(cause).not.toHaveProperty('group');
    expect(cause.text).toContain('2 groups lost it shortly before');
  });

  test('an edit that took something else, or of a group that the user had left, is not it', () => {
    const ems = groupLicences([e3, assigned('EMS')], [e3], { at: minutes(-3) });
    expect(explain([takenByService(), joined], { groups: [ems] }).kind).toBe('not-logged');
    const left = membership('removed', { at: minutes(-5_000) });
    expect(explain([takenByService(), joined, left], { groups: [edit] }).kind).toBe('not-logged');
  });

  test('a plan that was switched off for the group', () => {
    const noTeams = assigned('ENTERPRISEPACK', 'TEAMS1');
    const loss = licencesChanged([e3], [noTeams], { actor: licensingService });
    const cause = explain([loss, joined], {
      groups: [groupLicences([e3], [noTeams], { at: minutes(-3), actor: bella })],
    });
    expect(cause).toMatchObject({ kind: 'group-licence-edited', actor: bella, confidence: 'certain' });
  });

  test('it was deleted, and is known to have had the user and the licence', () => {
    const granting = groupLicences([], [e3], { at: minutes(-9_000) });
    const cause = explain([takenByService(), joined], { groups: [granting, deletion, otherDeletion] });
    expect(cause).toMatchObject({
      kind: 'group-deleted',
      actor: bella,
      group: licensedUsers,
      confidence: 'certain',
    });
    expect(cause.text).toContain(
      'The group "Licensed users" was deleted on 3 February 2026 09:12 UTC by bella@contoso.com.',
    );
  });

  test('with less known of it the deletion is likely', () => {
    const granting = groupLicences([], [e3], { at: minutes(-9_000) });
    const likely = { kind: 'group-deleted', actor: bella, group: licensedUsers, confidence: 'likely' };
    expect(explain([takenByService(), joined], { groups: [deletion] })).toMatchObject(likely);
    expect(explain([takenByService()], { groups: [granting, deletion] })).toMatchObject(likely);
  });

  test.each([
    ['a group', [deletion]],
    ['several groups', [deletion, otherDeletion]],
  ])('%s that nothing ties to the user or the product was deleted: not the cause', (_, groups) => {
    const cause = explain([takenByService()], { groups });
    expect(cause.kind).toBe('not-logged');
    expect(cause).not.toHaveProperty('actor');
    expect(recordsIn(cause)).toEqual(['loss']);
    expect(explain([takenByService()], { groups, now: minutes(60) }).kind).toBe('pending');
  });

  test('of many groups that gave it and were deleted none is blamed, and the nearest are the evidence', () => {
    const groups = Array.from({ length: 30 }, (_, index) => {
      const target = { group: { id: `group-${String(index)}`, name: `Group ${String(index)}` } };
      return [
        groupLicences([], [e3], { at: minutes(-9_000), target }),
        groupRecord('Delete group', { id: `deletion-${String(index)}`, at: minutes(-index - 1), target }),
      ];
    }).flat();
    const cause = explain([takenByService()], { groups });
    expect(cause).toMatchObject({ kind: 'group-deleted', confidence: 'unknown' });
    expect(cause).not.toHaveProperty('actor');
    expect(cause.evidence).toHaveLength(11);
    expect(recordsIn(cause)).toContain('deletion-0');
    expect(cause.text).toContain('30 groups were deleted');
    expect(cause.text).toContain('The nearest 10 are in the evidence.');
  });

  test('a removal that is only likely gives way to an edit that is certain', () => {
    const leaving = membership('removed', { at: minutes(-1), group: otherGroup });
    expect(explain([takenByService(), joined, leaving], { groups: [edit] })).toMatchObject({
      kind: 'group-licence-edited',
      confidence: 'certain',
    });
  });
});

describe('the account was deleted', () => {
  const deletion = auditRecord({ id: 'deletion', activity: 'Delete user', at: minutes(-10), actor: bella });

  test('and its licences went with it', () => {
    const cause = explain([takenByService(), deletion]);
    expect(cause).toMatchObject({ kind: 'account-deleted', actor: bella, at: deletion.at });
    expect(recordsIn(cause)).toEqual(['deletion', 'loss']);
  });

  test('but an administrator had taken the licence himself', () => {
    expect(explain([licencesChanged([e3], []), deletion]).kind).toBe('removed-directly');
  });

  test('days before: it does not explain the loss', () => {
    expect(explain([takenByService(), { ...deletion, at: minutes(-24 * 60 - 1) }]).kind).toBe('not-logged');
  });

  test('without a record of any loss', () => {
    expect(explain([deletion])).toMatchObject({
      kind: 'account-deleted',
      actor: bella,
      confidence: 'certain',
    });
    const restored = auditRecord({ activity: 'Restore user' });
    expect(explain([deletion, restored]).kind).toBe('not-logged');
  });
});

describe('nothing was removed: the assignment failed', () => {
  const failed = auditRecord({
    id: 'failed',
    outcome: 'failure',
    reason: 'Not enough units',
    change: licenceChange([free], [free, e3]),
    via: 'Microsoft Graph PowerShell',
  });

  test('the answer names product, moment, person and reason', () => {
    const cause = explain([failed]);
    expect(cause).toMatchObject({ kind: 'assignment-failed', actor: adele, confidence: 'certain' });
    expect(recordsIn(cause)).toEqual(['failed']);
    expect(cause.text).toBe(
      'Nothing was removed: the assignment of Office 365 E3 failed on 3 February 2026 09:15 UTC ' +
        '(by admin@contoso.com, using Microsoft Graph PowerShell). The reason given was: Not enough units. ' +
        'No later record shows that it was assigned.',
    );
  });

  test('group licensing that failed is not named as a person', () => {
    const cause = explain([{ ...failed, actor: licensingService }]);
    expect(cause.kind).toBe('assignment-failed');
    expect(cause).not.toHaveProperty('actor');
  });

  test('and the product came after all: no longer', () => {
    expect(explain([failed, licencesChanged([free], [free, e3], { at: minutes(5) })]).kind).toBe(
      'not-logged',
    );
    expect(explain([failed, licencesChanged([free], [free, assigned('EMS')], { at: minutes(5) })]).kind).toBe(
      'assignment-failed',
    );
  });

  test('where the record names no product any that came is taken for it', () => {
    const { change: _, ...bare } = failed;
    const unnamed = auditRecord({ ...bare });
    expect(explain([unnamed]).text).toContain('the assignment of a licence failed');
    expect(explain([unnamed, licencesChanged([], [assigned('EMS')], { at: minutes(5) })]).kind).toBe(
      'not-logged',
    );
  });

  test('and the account was deleted afterwards: that is the answer', () => {
    const deletion = auditRecord({ activity: 'Delete user', at: minutes(100) });
    expect(explain([failed, deletion]).kind).toBe('account-deleted');
    expect(explain([{ ...failed, at: minutes(200) }, deletion]).kind).toBe('assignment-failed');
  });
});

describe('no record says why', () => {
  const settledBy = minutes(24 * 60);

  test('while records may still arrive: pending, and until when', () => {
    const cause = explain([takenByService()], { now: minutes(24 * 60 - 1) });
    expect(cause).toMatchObject({ kind: 'pending', settledBy, confidence: 'unknown' });
    expect(cause.text).toContain('until 4 February 2026 09:15 UTC');
    expect(cause).not.toHaveProperty('actor');
  });

  test('both logs are read for the whole time and its latest arrival: not logged', () => {
    const covered = coverage({ entra: [lossAt, settledBy], unified: [minutes(-1), minutes(24 * 60 + 1)] });
    const cause = explain([takenByService()], { covered, now: settledBy });
    expect(cause).toMatchObject({ kind: 'not-logged', at: lossAt, confidence: 'likely' });
    expect(recordsIn(cause)).toEqual(['loss']);
    expect(cause.text).toBe(
      'Group licensing took Office 365 E3 from the user on 3 February 2026 09:15 UTC. Both audit logs were read completely until ' +
        '4 February 2026 09:15 UTC, and neither holds a record that says who did it or why. A few records come later than that, ' +
        'so it is not certain before 10 February 2026 09:15 UTC.',
    );
  });

  test('is certain after seven days, where both logs were read to their end', () => {
    const week = minutes(7 * 24 * 60);
    const to = (unified: string) => coverage({ entra: [lossAt, week], unified: [lossAt, unified] });
    const certain = explain([takenByService()], { covered: to(week), now: week });
    expect(certain).toMatchObject({ kind: 'not-logged', confidence: 'certain' });
    expect(certain.text).toContain('Both audit logs were read completely for that time');
    const minuteBefore = minutes(7 * 24 * 60 - 1);
    const [early, behind] = [
      explain([takenByService()], { covered: to(minuteBefore), now: minuteBefore }),
      explain([takenByService()], { covered: to(minuteBefore), now: '2026-03-10T00:00:00.000Z' }),
    ];
    expect(early.confidence).toBe('likely');
    expect(behind.confidence).toBe('likely');
    expect(behind.text).toContain('the unified audit log was not read after 10 February 2026 09:14 UTC');
    expect(behind.text).not.toContain('before');
  });

  test('that a log was not read is said from when to when, and also while the other may still bring it', () => {
    const from = '2026-01-27T09:00:00.000Z';
    const covered: Coverage = {
      ...coverage({ unified: [minutes(60), now] }),
      gaps: [{ source: 'activity-azure-active-directory', from, to: minutes(60) }],
    };
    const told =
      'the unified audit log was not read from 27 January 2026 09:00 UTC to 3 February 2026 10:15 UTC';
    const late = explain([takenByService()], { covered });
    expect(late).toMatchObject({ kind: 'pending', confidence: 'unknown' });
    expect(late.text).toContain(`but ${told}.`);
    const early = explain([takenByService()], { covered, now: minutes(70) });
    expect(early).toMatchObject({ kind: 'pending', settledBy });
    expect(early.text).toContain(`But ${told}, so it may never be known.`);
  });

  test('what a log has not been read of yet is not told as lost while records may come', () => {
    const covered = coverage({ entra: [lossAt, minutes(10)], unified: [minutes(-60), minutes(10)] });
    expect(explain([takenByService()], { covered, now: minutes(15) }).text).not.toContain('not read');
    const nothing: Coverage = { windows: [], latestArrivalMinutes: 60 };
    expect(explain([takenByService()], { covered: nothing, now: minutes(15) }).text).not.toContain(
      'not read',
    );
    expect(explain([takenByService()], { covered: nothing }).text).toContain(
      'the Entra audit log was not read yet and the unified audit log was not read yet',
    );
  });

  test.each([
    [
      'began too late',
      { unified: [minutes(1), now] as [string, string] },
      'before 3 February 2026 09:16 UTC',
    ],
    [
      'ended too early',
      { unified: [minutes(-1), minutes(24 * 60 - 1)] as [string, string] },
      'after 4 February 2026 09:14 UTC',
    ],
  ])('one log %s: nobody can say, however long one waits', (_, windows, when) => {
    const cause = explain([takenByService()], { covered: coverage(windows) });
    expect(cause).toMatchObject({ kind: 'pending', confidence: 'unknown' });
    expect(cause).not.toHaveProperty('settledBy');
    expect(cause.text).toContain(`the unified audit log was not read ${when}`);
    expect(cause.text).not.toContain('the Entra audit log');
  });

  test.each([
    ['at the moment of the loss', 0, 0, 'pending'],
    ['in which its record may have arrived', 20 * 60, 21 * 60, 'pending'],
    ['before the loss', -60, -1, 'not-logged'],
    ['after its latest arrival', 24 * 60 + 1, 25 * 60, 'not-logged'],
  ])('a known gap %s: %s to %s minutes after it', (_, from, to, kind) => {
    const gap = { source: 'activity-azure-active-directory', from: minutes(from), to: minutes(to) } as const;
    const cause = explain([takenByService()], { covered: { ...coverage(), gaps: [gap] } });
    expect(cause.kind).toBe(kind);
    if (kind === 'pending') expect(cause.text).toContain('the unified audit log was not read');
  });

  test('a gap of a source that tells of no licences, or of the other log, is told as what it is', () => {
    const gap = { from: minutes(0), to: minutes(1) };
    const gapOf = (source: 'activity-exchange' | 'entra-directory-audits'): Coverage => ({
      ...coverage(),
      gaps: [{ source, ...gap }],
    });
    expect(explain([takenByService()], { covered: gapOf('activity-exchange') }).kind).toBe('not-logged');
    expect(explain([takenByService()], { covered: gapOf('entra-directory-audits') }).text).toContain(
      'the Entra audit log was not read',
    );
    expect(explain([], { covered: gapOf('entra-directory-audits') })).toMatchObject({
      kind: 'not-logged',
      between: [gap.to, '2026-02-09T00:00:00.000Z'],
    });
  });

  test('a window with a hole in it is not the whole time', () => {
    const covered: Coverage = {
      ...coverage(),
      windows: [
        ...coverage({ entra: [minutes(-10), minutes(60)] }).windows,
        { source: 'entra-directory-audits', from: minutes(61), to: now },
      ],
    };
    expect(explain([takenByService()], { covered }).kind).toBe('pending');
    const mended = {
      ...covered,
      windows: [
        ...covered.windows,
        { source: 'entra-directory-audits', from: minutes(60), to: minutes(61) } as const,
      ],
    };
    expect(explain([takenByService()], { covered: mended }).kind).toBe('not-logged');
  });

  test('and nothing was lost either: not logged between the times that are read, else pending', () => {
    const cause = explain([]);
    expect(cause).toMatchObject({
      kind: 'not-logged',
      between: ['2026-01-10T00:00:00.000Z', '2026-02-09T00:00:00.000Z'],
    });
    const unread = explain([], {
      covered: { windows: coverage().windows.slice(0, 1), latestArrivalMinutes: 60 },
    });
    expect(unread).toMatchObject({ kind: 'pending', confidence: 'unknown' });
    expect(unread.text).toContain('the unified audit log was not read');
  });
});

test('an actor is only ever named from a record that is in evidence, and never the licensing service', () => {
  fc.assert(
    fc.property(userHistory, groupHistory, fc.integer({ min: 0, max: 72 }), (records, groups, hours) => {
      const timeline = buildTimeline(contoso, { kind: 'user', id: alex.id, name: alex.id }, records, groups);
      const moment = new Date(Date.UTC(2026, 1, 3, 9 + hours)).toISOString();
      const known = [...timeline.facts, ...timeline.groupFacts].filter(({ at }) => at <= moment);
      for (const loss of [undefined, ...lossesOf(timeline).filter(({ at }) => at <= moment)]) {
        const cause = explainLicenceLoss(loss, timeline, coverage(), moment);
        expect(cause.text).toMatch(/^[A-Z].*\.$/);
        expect(cause.text).not.toContain('undefined');
        expect(
          cause.evidence.every(({ record }) => known.some((fact) => fact.records.includes(record))),
        ).toBe(true);
        if (cause.actor === undefined) continue;
        expect(cause.actor.kind).not.toBe('group-licensing');
        const witnesses = known.filter((fact) => fact.records.every((id) => recordsIn(cause).includes(id)));
        expect(witnesses.map(({ actor }) => actor)).toContainEqual(cause.actor);
      }
    }),
  );
});
