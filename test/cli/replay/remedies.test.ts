import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import {
  admin,
  alex,
  contoso,
  groupLicensing,
  licenceChange,
  licensedUsers,
} from '../../builders/audit-event.ts';
import type { AuditEvent } from '../../builders/audit-event.ts';
import { graphAudit, unifiedAudit } from '../../builders/raw-audit.ts';
import { file, gracewatch, replayJson } from '../replayed-files.ts';

/** Who did it, and what to do about it, as an administrator reads it from exported logs. */

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/remedies/${name}.json`, import.meta.url));

describe('three users whom the subscription service took a licence from', () => {
  test('are told to renew the subscription, and nobody did it', async () => {
    const { code, subjects, alerts } = await replayJson(fixture('actor-subscription-lifecycle'));
    expect(code).toBe(0);
    expect(subjects).toHaveLength(3);
    for (const { facts, causes } of subjects) {
      expect(facts).toMatchObject([{ kind: 'licences-changed', actor: { kind: 'system' } }]);
      expect(causes).toMatchObject([{ kind: 'subscription-lapsed' }]);
      expect(causes[0]).not.toHaveProperty('actor');
    }
    expect(alerts).toHaveLength(3);
    for (const alert of alerts) {
      expect(alert).not.toHaveProperty('actor');
      expect(alert.runbook.join('\n')).toMatch(/renew the subscription/);
      expect(alert.runbook.join('\n')).not.toMatch(/Set-MgUserLicense/);
    }
  });
});

describe('a group from which an application took its product', () => {
  test('gets it back, and nobody is put into a group', async () => {
    const { code, subjects, alerts } = await replayJson(fixture('group-licences-stripped-by-app'));
    expect(code).toBe(0);
    const users = subjects.filter(({ kind }) => kind === 'user');
    expect(users).toHaveLength(3);
    for (const { causes } of users) {
      expect(causes).toMatchObject([
        {
          kind: 'group-licence-edited',
          group: { name: 'LIC-E3' },
          actor: { kind: 'application', name: 'M365-DSC-Runner' },
        },
      ]);
    }
    expect(alerts).toHaveLength(3);
    for (const { runbook } of alerts) {
      expect(runbook.join('\n')).toContain(
        "Set-MgGroupLicense -GroupId '6209b000-0000-4000-8000-000000000005' -BodyParameter @{AddLicenses = @(@{SkuId = '05e9a617-0261-4cee-bb44-138d3ef5d965'}); RemoveLicenses = @()}",
      );
      expect(runbook.join('\n')).not.toMatch(/New-MgGroupMember|Set-MgUserLicense/);
    }
  });
});

test('a record that names only the program of group licensing, after a removal from a group', async () => {
  const { code, subjects, alerts } = await replayJson(fixture('graph-propagation-service-after-removal'));
  expect(code).toBe(0);
  expect(subjects[0]).toMatchObject({
    name: 'joerg@contoso.com',
    facts: [{}, { kind: 'licences-changed', actor: { kind: 'group-licensing' } }],
    causes: [
      {
        kind: 'removed-from-group',
        group: { name: 'Lic_E3' },
        actor: { name: 'admin@contoso.com' },
        confidence: 'likely',
      },
    ],
  });
  expect(alerts).toMatchObject([{ severity: 'high', status: 'open', actor: { name: 'admin@contoso.com' } }]);
  expect(alerts[0]?.runbook.join('\n')).toContain('New-MgGroupMember');
});

test('an assignment that was refused for the country of the user', async () => {
  const { alerts } = await replayJson(fixture('invalid-usage-location'));
  expect(alerts).toMatchObject([
    { rule: 'licence/licence-assignment-failed', severity: 'high', status: 'open' },
  ]);
  expect(alerts[0]?.runbook[0]).toMatch(
    /Update-MgUser -UserId 'f00d0000-0000-4000-8000-000000000012' -UsageLocation/,
  );
});

let serial = 0;
function event(overrides: Partial<AuditEvent>): Partial<AuditEvent> {
  serial += 1;
  const correlationId = `c0000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  return { id: `Directory_${correlationId}_${String(serial)}`, correlationId, ...overrides };
}
const service = (name: string) => ({
  kind: 'application' as const,
  id: '88888888-aaaa-4aaa-8aaa-0000000000ff',
  name,
});
const taken = (overrides: Partial<AuditEvent>): Partial<AuditEvent> =>
  event({
    user: alex,
    at: '2026-02-03T09:15:00.000Z',
    changes: [licenceChange(['SPE_E3'], [])],
    ...overrides,
  });

describe.each([
  ['the Entra log', (events: Partial<AuditEvent>[]) => ({ value: events.map((one) => graphAudit(one)) })],
  ['the unified log', (events: Partial<AuditEvent>[]) => events.map((one) => unifiedAudit(one))],
])('in %s', (_, write) => {
  const replay = (...events: Partial<AuditEvent>[]) => replayJson('--tenant', contoso, file(write(events)));

  test('a subscription that lapsed, under the new name of the service', async () => {
    const { subjects, alerts } = await replay(
      taken({ by: service('microsoft entra subscription lifecycle process') }),
    );
    expect(subjects[0]?.causes).toMatchObject([{ kind: 'subscription-lapsed' }]);
    expect(alerts[0]?.runbook.join('\n')).not.toMatch(/Set-MgUserLicense/);
  });

  test('a dynamic group whose rule somebody changed', async () => {
    const { subjects, alerts } = await replay(
      event({
        activity: 'Update group',
        at: '2026-02-03T08:45:00.000Z',
        group: licensedUsers,
        changes: [
          {
            property: 'MembershipRule',
            before: 'user.department -eq "Sales"',
            after: 'user.department -eq "Marketing"',
          },
        ],
      }),
      event({
        activity: 'Remove member from group',
        at: '2026-02-03T09:10:00.000Z',
        user: alex,
        group: licensedUsers,
        by: service('Microsoft Approval Management'),
      }),
      taken({ by: groupLicensing }),
    );
    expect(subjects[0]?.causes).toMatchObject([
      {
        kind: 'removed-from-group',
        actor: { name: admin.upn },
        group: { ...licensedUsers, dynamic: true, rule: 'user.department -eq "Marketing"' },
      },
    ]);
    expect(alerts).toMatchObject([{ actor: { name: admin.upn } }]);
    const runbook = alerts[0]?.runbook.join('\n') ?? '';
    expect(runbook).toContain(
      `Update-MgGroup -GroupId '${licensedUsers.id}' -MembershipRule 'user.department -eq "Sales"'`,
    );
    expect(runbook).not.toMatch(/New-MgGroupMember|Set-MgUserLicense/);
  });

  test('a loss by group licensing that nothing explains says so, and is not made good directly first', async () => {
    const { subjects, alerts } = await replay(taken({ by: groupLicensing }));
    expect(subjects[0]?.causes[0]?.text).toMatch(/^Group licensing took Microsoft 365 E3 from the user/);
    expect(alerts[0]).not.toHaveProperty('actor');
    expect(alerts[0]?.runbook[0]).toMatch(/^Find the group that gave it/);
    expect(alerts[0]?.runbook.join('\n')).not.toMatch(/Set-MgUserLicense/);
  });

  test('the refused removal of what a group gives raises nothing', async () => {
    const { subjects, alerts } = await replay(
      event({
        user: alex,
        outcome: 'failure',
        reason:
          'User license is inherited from a group membership and it cannot be removed directly from the user.',
      }),
    );
    expect([subjects, alerts]).toEqual([[], []]);
  });
});

describe('what is shown of a cause', () => {
  const loss = taken({});
  const again = taken({ at: '2026-02-03T10:15:00.000Z', changes: [licenceChange([], ['SPE_E3'])] });
  const replayOf = (...events: Partial<AuditEvent>[]) =>
    replayJson('--tenant', contoso, file({ value: events.map((one) => graphAudit(one)) }));

  test('is the remedy of its alert, as long as something is missing by it', async () => {
    const { subjects, alerts } = await replayOf(loss);
    expect(subjects[0]?.causes[0]?.remedy).toEqual(alerts[0]?.runbook);
    expect(alerts[0]?.runbook).toHaveLength(3);
    const over = await replayOf(loss, again);
    expect(over.subjects[0]?.causes).toMatchObject([{ kind: 'removed-directly' }]);
    expect(over.subjects[0]?.causes[0]).not.toHaveProperty('remedy');
  });

  test('of a failed assignment is that of its alert, too', async () => {
    const failed = event({
      user: alex,
      outcome: 'failure',
      reason: 'CountViolation',
      changes: [licenceChange([], ['SPE_E3'])],
    });
    const { subjects, alerts } = await replayOf(failed);
    expect(subjects[0]?.causes[0]?.remedy).toEqual(alerts[0]?.runbook);
  });

  test('stands in the text for people, with commands in one piece', async () => {
    const { out } = await gracewatch([
      'replay',
      '--user',
      'drift8@fabrikam.example',
      fixture('group-licences-stripped-by-app'),
    ]);
    expect(out).toContain(
      "Set-MgGroupLicense -GroupId '6209b000-0000-4000-8000-000000000005' -BodyParameter",
    );
  });
});
