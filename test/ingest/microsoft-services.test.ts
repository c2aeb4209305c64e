import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { Format } from '../../shared/ingest/detect-format.ts';
import { isApplicationName, microsoftService } from '../../shared/ingest/microsoft-services.ts';
import { readRecordOf } from '../../shared/ingest/read-record-of.ts';
import { factsFrom } from '../../shared/timeline/facts.ts';
import { admin, alex, contoso, licenceChange } from '../builders/audit-event.ts';
import type { AuditEvent } from '../builders/audit-event.ts';
import { adele, assigned, auditRecord, licenceChange as change } from '../builders/audit-record.ts';
import {
  azureMonitorAudit,
  graphAudit,
  officeActivity,
  purviewRow,
  sentinelAudit,
  unifiedAudit,
} from '../builders/raw-audit.ts';

const dialects: readonly [name: string, format: Format, write: (event: Partial<AuditEvent>) => unknown][] = [
  ['Graph', 'graph', graphAudit],
  ['Azure Monitor', 'azure-monitor', azureMonitorAudit],
  ['Sentinel AuditLogs', 'sentinel', sentinelAudit],
  ['Management Activity API', 'activity', unifiedAudit],
  ['Purview', 'purview-csv', purviewRow],
  ['Sentinel OfficeActivity', 'sentinel', officeActivity],
];

function recordOf(format: Format, raw: unknown): AuditRecord {
  const result = readRecordOf(format, raw, contoso);
  if (result.kind !== 'record') throw new Error(JSON.stringify(result));
  return result.record;
}

const removal = { user: alex, changes: [licenceChange(['SPE_E3'], [])] };
const id = '88888888-aaaa-4aaa-8aaa-0000000000ff';

describe.each(dialects)('a service of Microsoft in the dialect %s', (_, format, write) => {
  const actorOf = (event: Partial<AuditEvent>) => recordOf(format, write({ ...removal, ...event })).actor;

  test.each([
    ['Microsoft Azure AD Subscription Lifecycle Process', 'subscription-lifecycle'],
    ['Microsoft Entra Subscription Lifecycle Process', 'subscription-lifecycle'],
    ['MICROSOFT ENTRA ID subscription  lifecycle process', 'subscription-lifecycle'],
    ['Microsoft Approval Management', 'group-management'],
    ['microsoft approval management', 'group-management'],
    ['Signup', 'sign-up'],
    ['Microsoft Substrate Management', 'exchange'],
  ])('%s is known for what it is, and is no application and no person', (name, service) => {
    const actor = actorOf({ by: { kind: 'application', id, name } });
    expect(actor).toEqual({ kind: 'system', id, name });
    expect(microsoftService(actor)).toBe(service);
  });

  test('that is written as a user is none', () => {
    const upn = 'FIM_Password_Service@support.onmicrosoft.com';
    const actor = actorOf({ by: { kind: 'user', id, upn } });
    expect(actor).toEqual({ kind: 'system', id, name: upn });
    expect(microsoftService(actor)).toBe('password-reset');
  });

  test.each([
    'Licence script',
    'My Microsoft Approval Management',
    'Microsoft Approval Management 2',
    'Signup app',
    'Not the Microsoft Entra Subscription Lifecycle Process',
  ])("%s is somebody's own application", (name) => {
    expect(actorOf({ by: { kind: 'application', id, name } })).toEqual({ kind: 'application', id, name });
  });

  const propagated = { property: 'Action Client Name', after: 'PropagationService' };

  test('group licensing is known by the program that wrote, where nobody is named', () => {
    const changes = [...removal.changes, propagated];
    expect(actorOf({ changes, by: { kind: 'nobody' } })).toEqual({
      kind: 'group-licensing',
      name: 'PropagationService',
    });
    expect(actorOf({ changes, activity: 'Update user', by: { kind: 'nobody' } })).toMatchObject({
      kind: 'group-licensing',
    });
  });

  test('whoever is named did it, whatever program wrote', () => {
    expect(actorOf({ changes: [...removal.changes, propagated] })).toMatchObject({
      kind: 'user',
      name: admin.upn,
    });
  });

  test.each([
    ['another program', [...removal.changes, { ...propagated, after: 'DirectorySync' }], {}],
    [
      'a change of no licence',
      [{ property: 'AccountEnabled', before: true, after: false }, propagated],
      { activity: 'Update user' },
    ],
  ])('%s makes nobody of it', (__, changes, event) => {
    expect(actorOf({ ...event, changes, by: { kind: 'nobody' } })).toBeUndefined();
  });
});

describe('the display name beside a user', () => {
  const by = (user: object) =>
    recordOf('graph', { ...graphAudit(removal), initiatedBy: { user, app: null } });
  const named = { id: admin.id, userPrincipalName: admin.upn };

  test.each([
    'Microsoft Teams Graph Service',
    'Microsoft Office 365 Portal',
    'Microsoft Graph Command Line Tools',
    'Microsoft Approval Management',
    'Azure Portal',
    'Office 365 Exchange Online',
  ])('%s is the application that he used', (displayName) => {
    const record = by({ ...named, displayName });
    expect(record.actor).toEqual({ kind: 'user', id: admin.id, name: admin.upn });
    expect(record.via).toBe(displayName);
  });

  test.each([
    'Audry Oliver',
    'MOD Administrator',
    'Microsoft 365 Admin',
    'Azure Admin',
    'Cloud Administrator',
    'Teams Room 1',
    'Graham Power',
    '',
  ])('%j may be his own, and is no application', (displayName) => {
    const record = by({ ...named, displayName });
    expect(record.actor).toEqual({ kind: 'user', id: admin.id, name: admin.upn });
    expect(record).not.toHaveProperty('via');
  });

  test('the application that the record names as such comes first', () => {
    const initiatedBy = {
      user: { ...named, displayName: 'Microsoft Teams Graph Service' },
      app: { displayName: 'Licence script' },
    };
    expect(recordOf('graph', { ...graphAudit(removal), initiatedBy }).via).toBe('Licence script');
  });

  test('names a service that stands where a user should, with its id', () => {
    expect(by({ id, displayName: 'Microsoft Approval Management', userPrincipalName: null }).actor).toEqual({
      kind: 'system',
      id,
      name: 'Microsoft Approval Management',
    });
  });

  test('is no name of a user who has only an id', () => {
    expect(by({ id: admin.id, displayName: 'Microsoft Teams Graph Service' })).toMatchObject({
      actor: { kind: 'user', id: admin.id },
      via: 'Microsoft Teams Graph Service',
    });
  });

  test('is judged whatever it is, quickly', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof isApplicationName(text) === 'boolean'));
    expect(isApplicationName(`azure ${'portal '.repeat(20_000)}x`)).toBe(false);
  });
});

describe('who did it, told by both logs', () => {
  const e3 = assigned('SPE_E3');
  const service = { kind: 'system' as const, id, name: 'Microsoft Entra Subscription Lifecycle Process' };
  const withId = { kind: 'application' as const, id };
  const joined = (...actors: (AuditRecord['actor'] | undefined)[]) => {
    const records = actors.map((actor, index) =>
      auditRecord({
        actor,
        correlationId: 'c1',
        log: index === 0 ? 'entra' : 'unified',
        change: change([e3], []),
      }),
    );
    const [fact] = factsFrom(records);
    return fact?.actor;
  };

  test('a service whose name only one of them has', () => {
    expect(joined(service, withId)).toEqual(service);
    expect(joined(withId, service)).toEqual(service);
  });

  test('group licensing by its own name, where one has it', () => {
    const licensing = { kind: 'group-licensing' as const, name: 'Microsoft Entra group-based licensing' };
    const propagation = { kind: 'group-licensing' as const, name: 'PropagationService' };
    expect(joined(propagation, licensing)).toEqual(licensing);
    expect(joined(licensing, propagation)).toEqual(licensing);
  });

  test('a person before any service', () => {
    expect(joined(service, adele)).toEqual(adele);
  });
});

test('group licensing is known from a change in several records, too', () => {
  const properties = [
    { Name: 'AssignedLicense', OldValue: [assigned('SPE_E3')], NewValue: [] },
    { Name: 'Action Client Name', OldValue: '', NewValue: 'PropagationService' },
  ];
  const text = JSON.stringify({
    targetUpdatedProperties: JSON.stringify(properties),
    additionalDetails: '{}',
  });
  const parts = [text.slice(0, 40), text.slice(40)].map((part, index) =>
    auditRecord({
      actor: undefined,
      correlationId: 'c2',
      slice: { id: '5e90e9ce-0000-4000-8000-000000000001', seq: index + 1, of: 2, text: part },
    }),
  );
  expect(factsFrom(parts)).toMatchObject([
    {
      kind: 'licences-changed',
      complete: true,
      actor: { kind: 'group-licensing', name: 'PropagationService' },
    },
  ]);
  expect(factsFrom(parts.slice(1))).toMatchObject([{ complete: false }]);
});
