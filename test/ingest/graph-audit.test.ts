import { describe, expect, test } from '@jest/globals';
import { readGraphAudit } from '../../shared/ingest/graph-audit.ts';
import type { ReadRecord } from '../../shared/ingest/read-record.ts';
import {
  admin,
  alex,
  contoso,
  groupLicensing,
  licenceChange,
  licensedUsers,
  pseudoLicence,
} from '../builders/audit-event.ts';
import { graphAudit } from '../builders/raw-audit.ts';
import type { Raw } from '../builders/raw-audit.ts';

function read(raw: unknown): ReadRecord {
  return readGraphAudit(raw, contoso);
}
function recordOf(raw: unknown) {
  const result = read(raw);
  if (result.kind !== 'record') throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
  return result.record;
}

describe('a licence change in Entra', () => {
  test('tells who changed what for whom, and when', () => {
    const raw = graphAudit({
      user: alex,
      changes: [licenceChange(['SPE_E3', 'FLOW_FREE'], ['FLOW_FREE'])],
      userAgent: 'Mozilla/5.0',
    });
    expect(recordOf(raw)).toEqual({
      id: 'Directory_33333333-cccc-4ccc-8ccc-000000000003_AAAAA_10000001',
      log: 'entra',
      tenantId: contoso,
      at: '2026-02-03T09:15:00.000Z',
      activity: 'Change user license',
      outcome: 'success',
      actor: { kind: 'user', id: admin.id, name: admin.upn, ip: admin.ip },
      correlationId: '33333333-cccc-4ccc-8ccc-000000000003',
      target: { user: { id: alex.id, upn: alex.upn } },
      change: [
        {
          property: 'AssignedLicense',
          before: [pseudoLicence('SPE_E3'), pseudoLicence('FLOW_FREE')],
          after: [pseudoLicence('FLOW_FREE')],
        },
      ],
      details: { 'User-Agent': 'Mozilla/5.0' },
    });
  });

  test('may be a bare mark, of which another record tells the rest', () => {
    expect(recordOf(graphAudit({ user: alex }))).toMatchObject({
      activity: 'Change user license',
      change: [],
    });
  });

  test('may be one part of many', () => {
    const slice = { id: '64c07906-0000-4000-8000-000000000006', seq: 2, of: 6, text: '\\"SkuName=' };
    expect(recordOf(graphAudit({ user: alex, slice })).slice).toEqual(slice);
  });

  test('keeps a part even without a target, for it is found by its id', () => {
    const slice = { id: '64c07906-0000-4000-8000-000000000006', seq: 2, of: 6, text: 'x' };
    expect(recordOf({ ...graphAudit({ slice }), targetResources: [] })).toMatchObject({ target: {}, slice });
  });

  test('that failed keeps the reason', () => {
    const raw = graphAudit({
      user: alex,
      outcome: 'failure',
      reason: 'No licences of that product are left.',
    });
    expect(recordOf(raw)).toMatchObject({
      outcome: 'failure',
      reason: 'No licences of that product are left.',
    });
  });

  test('that timed out is neither done nor failed', () => {
    expect(recordOf({ ...graphAudit({ user: alex }), result: 'timeout' }).outcome).toBe('unknown');
  });

  test('without an old value leaves it out', () => {
    expect(
      recordOf(graphAudit({ user: alex, changes: [licenceChange(undefined, ['SPE_E3'])] })).change,
    ).toEqual([{ property: 'AssignedLicense', after: [pseudoLicence('SPE_E3')] }]);
  });

  test('keeps plans by name alone, and only where nothing says more', () => {
    const plans = { property: 'AssignedPlan', before: [], after: [{ ServicePlanId: 'x' }] };
    const both = [plans, licenceChange([], ['SPE_E3'])];
    expect(recordOf(graphAudit({ user: alex, changes: [plans] })).change).toEqual([
      { property: 'AssignedPlan' },
    ]);
    expect(
      recordOf(graphAudit({ user: alex, changes: both })).change.map(({ property }) => property),
    ).toEqual(['AssignedLicense']);
  });
});

describe('who did it', () => {
  const by = (initiatedBy: unknown) => recordOf({ ...graphAudit({ user: alex }), initiatedBy });

  test('an application, by its service principal: the application id is often missing', () => {
    const app = { appId: null, displayName: 'Licence script', servicePrincipalId: 'SP-1' };
    expect(by({ app }).actor).toEqual({ kind: 'application', id: 'sp-1', name: 'Licence script' });
  });

  test.each(['Microsoft Azure AD Group-Based Licensing', 'Microsoft Entra group-based licensing'])(
    '%s',
    (displayName) => {
      expect(by({ app: { displayName, servicePrincipalId: 'sp-1' } }).actor).toEqual({
        kind: 'group-licensing',
        id: 'sp-1',
        name: displayName,
      });
    },
  );

  test('a user through an application', () => {
    const record = by({
      user: { id: admin.id, userPrincipalName: admin.upn, ipAddress: '' },
      app: { displayName: 'Microsoft Office 365 Portal' },
    });
    expect(record.actor).toEqual({ kind: 'user', id: admin.id, name: admin.upn });
    expect(record.via).toBe('Microsoft Office 365 Portal');
  });

  test("an application of Microsoft's own that stands where a user should", () => {
    expect(
      by({ user: { id: null, displayName: 'Microsoft Substrate Management' }, app: null }).actor,
    ).toEqual({
      kind: 'system',
      name: 'Microsoft Substrate Management',
    });
  });

  test.each([[undefined], [null], [{}], [{ user: null, app: null }], [{ user: { id: null } }], ['nobody']])(
    'nobody, where it says %j',
    (initiatedBy) => {
      expect(by(initiatedBy)).not.toHaveProperty('actor');
    },
  );
});

describe('the target', () => {
  test('is found by type, whatever the order and spelling', () => {
    const raw = graphAudit({ activity: 'Add member to group', user: alex, group: licensedUsers });
    const targets = (raw['targetResources'] as Raw[]).map(({ type, ...target }) => ({
      ...target,
      Type: type,
    }));
    const record = recordOf({ ...raw, targetResources: targets.toReversed() });
    expect(record.target).toEqual({ user: { id: alex.id, upn: alex.upn }, group: licensedUsers });
  });

  test('of a removal from a group is in the old values', () => {
    const raw = graphAudit({ activity: 'Remove member from group', user: alex, group: licensedUsers });
    expect(
      recordOf({ ...raw, targetResources: (raw['targetResources'] as Raw[]).slice(0, 1) }),
    ).toMatchObject({
      target: { user: { id: alex.id }, group: licensedUsers },
      change: [
        { property: 'Group.ObjectID', before: licensedUsers.id },
        { property: 'Group.DisplayName', before: licensedUsers.name },
      ],
    });
  });

  test('of a membership in old documentation names the group only as a target', () => {
    const raw = {
      ...graphAudit({ activity: 'Add member to group' }),
      targetResources: [
        { id: licensedUsers.id, displayName: licensedUsers.name, Type: 'Group', modifiedProperties: [] },
        { id: alex.id, displayName: null, Type: 'User', modifiedProperties: [], userPrincipalName: alex.upn },
      ],
    };
    expect(recordOf(raw).target).toEqual({ user: { id: alex.id, upn: alex.upn }, group: licensedUsers });
  });

  test('is no person when a group was put into a group', () => {
    const targetResources = [
      {
        id: 'inner',
        type: 'Group',
        modifiedProperties: [{ displayName: 'Group.ObjectID', newValue: '"outer"' }],
      },
      { id: 'outer', type: 'Group', modifiedProperties: [] },
    ];
    const raw = { ...graphAudit({ activity: 'Add member to group' }), targetResources };
    expect(read(raw)).toMatchObject({ kind: 'ignored', activity: 'Add member to group' });
  });

  test('that was deleted has its id glued before the UPN', () => {
    const glued = `${alex.id.replaceAll('-', '').toUpperCase()}${alex.upn}`;
    const raw = graphAudit({ activity: 'Delete user', user: { id: alex.id, upn: glued } });
    expect(recordOf(raw).target.user).toEqual({ id: alex.id, upn: alex.upn });
  });

  test('without a type is whom the activity is about', () => {
    const targetResources = [
      { id: licensedUsers.id, displayName: licensedUsers.name, modifiedProperties: [] },
    ];
    const raw = { ...graphAudit({ activity: 'Delete group' }), targetResources };
    expect(recordOf(raw).target).toEqual({ group: licensedUsers });
  });
});

describe('groups', () => {
  test('their licences', () => {
    const raw = graphAudit({
      activity: 'Set group license',
      group: licensedUsers,
      changes: [licenceChange(['SPE_E3'], [])],
    });
    expect(recordOf(raw)).toMatchObject({
      target: { group: licensedUsers },
      change: [{ property: 'AssignedLicense', before: [pseudoLicence('SPE_E3')], after: [] }],
    });
  });

  test.each(['Finish applying group based license to users', 'Finish applying group based license to user'])(
    '%s, with its sentence',
    (activity) => {
      const after =
        '[Users successfully assigned licenses: 6, Users for whom license assignment failed: 0.];';
      const raw = graphAudit({
        activity,
        by: groupLicensing,
        group: licensedUsers,
        changes: [{ property: 'Result', before: [], after }],
      });
      expect(recordOf(raw)).toMatchObject({
        activity,
        actor: { kind: 'group-licensing' },
        change: [{ property: 'Result', after }],
      });
    },
  );

  test('a name that looks like a number stays a name', () => {
    const group = { id: licensedUsers.id, name: '1e5' };
    const raw = graphAudit({ activity: 'Add member to group', user: alex, group });
    expect(recordOf(raw).target.group).toEqual(group);
  });
});

describe('an export made with PowerShell', () => {
  function capitalised(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(capitalised);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key.charAt(0).toUpperCase() + key.slice(1),
        capitalised(inner),
      ]),
    );
  }
  const raw = graphAudit({ user: alex, changes: [licenceChange(['SPE_E3'], [])] });

  test('writes every name with a capital', () => {
    expect(read(capitalised(raw))).toEqual(read(raw));
  });

  test('without enough depth is said to be cut off', () => {
    expect(
      read({ ...raw, targetResources: ['Microsoft.Graph.PowerShell.Models.MicrosoftGraphTargetResource'] }),
    ).toEqual({
      kind: 'unreadable',
      reason:
        'targetResources: cut off by PowerShell, which wrote the name of a class or @{…} in its place; export again with ConvertTo-Json -Depth 10',
    });
  });
});

describe('what cannot be read', () => {
  const raw = graphAudit({ user: alex });

  test.each([
    ['no object', 17, 'record: no JSON object'],
    ['no activity', { ...raw, activityDisplayName: ' ' }, 'activityDisplayName: missing'],
    ['no time', { ...raw, activityDateTime: null }, 'activityDateTime: missing'],
    ['a wrong time', { ...raw, activityDateTime: 'yesterday' }, 'activityDateTime: no valid time'],
    ['no id', { ...raw, id: undefined }, 'id: missing'],
    ['no target', { ...raw, targetResources: [] }, 'targetResources: names no user'],
    [
      'a part without a place',
      {
        ...raw,
        additionalDetails: [
          { key: 'id', value: 'x' },
          { key: 'b', value: '[' },
        ],
      },
      'additionalDetails: seq or c is no number of a part',
    ],
  ])('%s', (_, record, reason) => {
    expect(read(record)).toEqual({ kind: 'unreadable', reason });
  });
});

test('a record without a tenant takes the one that was read', () => {
  expect(readGraphAudit(graphAudit({ user: alex }), 'unknown')).toMatchObject({
    record: { tenantId: 'unknown' },
  });
});
