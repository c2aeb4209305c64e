import { describe, expect, test } from '@jest/globals';
import { readActivityRecord } from '../../shared/ingest/activity-record.ts';
import {
  admin,
  alex,
  contoso,
  groupLicensing,
  licenceChange,
  licensedUsers,
  pseudoLicence,
} from '../builders/audit-event.ts';
import { unifiedAudit } from '../builders/raw-audit.ts';
import type { Raw } from '../builders/raw-audit.ts';

function recordOf(raw: unknown, tenantId?: string) {
  const result = readActivityRecord(raw, tenantId);
  if (result.kind !== 'record') throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
  return result.record;
}

describe('a licence change in the unified log', () => {
  test('stands in the twin of the bare mark, pretty-printed', () => {
    const mark = recordOf(unifiedAudit({ id: 'mark', user: alex }));
    const twin = recordOf(
      unifiedAudit({
        id: 'twin',
        activity: 'Update user',
        user: alex,
        changes: [licenceChange(['SPE_E3'], [])],
      }),
    );
    expect(mark).toMatchObject({ activity: 'Change user license', change: [] });
    expect(twin).toMatchObject({
      log: 'unified',
      activity: 'Update user',
      at: '2026-02-03T09:15:00.000Z',
      correlationId: mark.correlationId,
      target: mark.target,
      change: [{ property: 'AssignedLicense', before: [pseudoLicence('SPE_E3')], after: [] }],
    });
  });

  test('may be one part of many', () => {
    const slice = { id: '64c07906-0000-4000-8000-000000000006', seq: 6, of: 6, text: ' "}]","b' };
    expect(recordOf(unifiedAudit({ user: alex, slice })).slice).toEqual(slice);
  });

  test('given at creation is in "Add user" and nowhere else', () => {
    const raw = unifiedAudit({ activity: 'Add user', user: alex, changes: [licenceChange([], ['SPE_E3'])] });
    expect(recordOf(raw)).toMatchObject({
      activity: 'Add user',
      change: [{ property: 'AssignedLicense', before: [] }],
    });
  });

  test.each([
    ['Success', 'success'],
    ['Succeeded', 'success'],
    ['True', 'success'],
    ['Failure', 'failure'],
    ['Failed', 'failure'],
    ['False', 'failure'],
    ['PartiallySucceeded', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('with ResultStatus %p is %s', (ResultStatus, outcome) => {
    expect(recordOf({ ...unifiedAudit({ user: alex }), ResultStatus }).outcome).toBe(outcome);
  });

  test('that failed has its reason among the properties or beside them', () => {
    const reason = 'Microsoft.Online.Workflows.ValidationException';
    const raw = unifiedAudit({ user: alex, outcome: 'failure' });
    const properties = [{ Name: 'MethodExecutionResult.', NewValue: reason, OldValue: '' }];
    expect(recordOf({ ...raw, ModifiedProperties: properties })).toMatchObject({
      outcome: 'failure',
      reason,
    });
    expect(recordOf(unifiedAudit({ user: alex, outcome: 'failure', reason }))).toMatchObject({ reason });
  });

  test('numbers may be text', () => {
    const raw = unifiedAudit({ user: alex });
    const numbersAsText = JSON.parse(JSON.stringify(raw), (_key, value: unknown) =>
      typeof value === 'number' ? `${value}` : value,
    ) as Raw;
    expect(recordOf(numbersAsText)).toEqual(recordOf(raw));
  });
});

describe('who did it', () => {
  test('a user, and the portal that he used, whose id comes first', () => {
    const raw = unifiedAudit({ user: alex });
    const Actor = [
      { ID: admin.upn, Type: 5 },
      { ID: '10032001AAAAAAAA', Type: 3 },
      { ID: 'Microsoft Office 365 Portal', Type: 1 },
      { ID: '00000006-0000-0ff1-ce00-000000000000', Type: 2 },
      { ID: `User_${admin.id}`, Type: 2 },
      { ID: admin.id, Type: 2 },
      { ID: 'User', Type: 2 },
    ];
    const record = recordOf({ ...raw, Actor });
    expect(record.actor).toEqual({ kind: 'user', id: admin.id, name: admin.upn, ip: admin.ip });
    expect(record.via).toBe('Microsoft Office 365 Portal');
  });

  test('a service principal, by UserId alone', () => {
    const raw = { ...unifiedAudit({ user: alex }), Actor: [], ClientIP: '<null>' };
    expect(recordOf({ ...raw, UserId: `ServicePrincipal_${groupLicensing.id}` }).actor).toEqual({
      kind: 'application',
      id: groupLicensing.id,
    });
  });

  test('group licensing', () => {
    expect(recordOf(unifiedAudit({ user: alex, by: groupLicensing })).actor).toEqual({
      kind: 'group-licensing',
      id: groupLicensing.id,
      name: groupLicensing.name,
    });
  });

  test('a system account', () => {
    const name = 'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.Servicehost)';
    const raw = { ...unifiedAudit({ user: alex }), Actor: [], UserId: name, ClientIP: '' };
    expect(recordOf(raw).actor).toEqual({ kind: 'system', name });
  });

  test.each([[undefined], [[]]])(
    'a user by UserId alone, who worked through no application (%j)',
    (Actor) => {
      const record = recordOf({ ...unifiedAudit({ user: alex }), Actor, ClientIP: undefined });
      expect(record.actor).toEqual({ kind: 'user', name: admin.upn });
      expect(record).not.toHaveProperty('via');
    },
  );

  test('nobody, where it is not available', () => {
    expect(
      recordOf({ ...unifiedAudit({ user: alex }), Actor: [], UserId: 'Not Available' }),
    ).not.toHaveProperty('actor');
  });
});

describe('the target', () => {
  test('that was deleted has its id glued before the UPN, and perhaps no list', () => {
    const ObjectId = `${alex.id.replaceAll('-', '')}${alex.upn}`;
    const raw = unifiedAudit({ activity: 'Delete user', user: alex });
    expect(recordOf({ ...raw, ObjectId, Target: [] }).target.user).toEqual({ id: alex.id, upn: alex.upn });
  });

  test('of a membership is the user; the group is among the properties', () => {
    const raw = unifiedAudit({ activity: 'Remove member from group', user: alex, group: licensedUsers });
    expect(recordOf(raw).target).toEqual({ user: { id: alex.id, upn: alex.upn }, group: licensedUsers });
  });

  test('may be a group', () => {
    const raw = unifiedAudit({ activity: 'Delete group', group: licensedUsers });
    expect(recordOf(raw).target).toEqual({ group: licensedUsers });
  });

  test('is no person when a group was put into a group', () => {
    const raw = unifiedAudit({ activity: 'Add member to group', group: licensedUsers });
    expect(readActivityRecord(raw)).toMatchObject({ kind: 'ignored' });
  });

  test('is missed where there is none', () => {
    const raw = { ...unifiedAudit({ user: alex }), Target: [], ObjectId: 'Not Available' };
    expect(readActivityRecord(raw)).toEqual({ kind: 'unreadable', reason: 'Target: names no user' });
  });
});

describe('the tenant', () => {
  test('is the one that the record names, unless the caller knows it', () => {
    const raw = unifiedAudit({ user: alex, tenantId: contoso.toUpperCase() });
    expect(recordOf(raw).tenantId).toBe(contoso);
    expect(recordOf(raw, 'fabrikam').tenantId).toBe('fabrikam');
    expect(recordOf({ ...raw, OrganizationId: undefined }).tenantId).toBe('unknown');
  });
});

test('most of the log is ignored: sign-ins and Exchange', () => {
  for (const Operation of ['UserLoggedIn', 'MailItemsAccessed', 'Set-Mailbox']) {
    const raw = { ...unifiedAudit(), Operation, ModifiedProperties: ['EmailAddresses'] };
    expect(readActivityRecord(raw)).toMatchObject({ kind: 'ignored', activity: Operation, log: 'unified' });
  }
});

test('a second 65 is no time, and the present does not stand in for it', () => {
  expect(readActivityRecord({ ...unifiedAudit(), CreationTime: '2023-10-10T17:08:65' })).toEqual({
    kind: 'unreadable',
    reason: 'CreationTime: no valid time',
  });
});
