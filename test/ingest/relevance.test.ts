import { describe, expect, test } from '@jest/globals';
import { readGraphAudit } from '../../shared/ingest/graph-audit.ts';
import { readActivityName, relevantActivity } from '../../shared/ingest/relevance.ts';
import { alex, contoso } from '../builders/audit-event.ts';
import type { AuditEvent } from '../builders/audit-event.ts';
import { graphAudit } from '../builders/raw-audit.ts';

function kindOf(event: Partial<AuditEvent>): string {
  return readGraphAudit(graphAudit({ activity: 'Update user', user: alex, ...event }), contoso).kind;
}

describe('"Update user"', () => {
  test.each([
    'AssignedLicense',
    'AssignedPlan',
    'LicenseAssignmentDetail',
    'AccountEnabled',
    'assignedLicenses',
  ])('is kept for %s', (property) => {
    expect(kindOf({ changes: [{ property, after: [] }] })).toBe('record');
  });

  test.each([[[]], [[{ property: 'LastDirSyncTime', after: 'x' }]], [[{ property: 'Mobile', after: 'x' }]]])(
    'is ignored for %j',
    (changes) => {
      expect(kindOf({ changes })).toBe('ignored');
    },
  );

  test('is kept where only the list of names speaks of licences', () => {
    const changes = [{ property: 'Included Updated Properties', after: 'UsageLocation, AssignedLicense' }];
    expect(kindOf({ changes })).toBe('record');
  });

  test('that failed and names nothing may be the twin of a failed licence change', () => {
    expect(kindOf({ outcome: 'failure', reason: 'Microsoft.Online.Workflows.ValidationException' })).toBe(
      'record',
    );
  });

  test('that failed on something else is ignored, unless it speaks of licences', () => {
    const changes = [{ property: 'ProxyAddresses', after: ['smtp:alex@contoso.com'] }];
    expect(kindOf({ outcome: 'failure', changes, reason: 'Address in use.' })).toBe('ignored');
    expect(kindOf({ outcome: 'failure', changes, reason: 'The license is not valid.' })).toBe('record');
  });

  test('is kept as a part of a longer change', () => {
    expect(kindOf({ slice: { id: 'x', seq: 1, of: 2, text: '{' } })).toBe('record');
  });
});

describe('the name of an activity', () => {
  test.each([
    ['Change user license.', 'Change user license'],
    [' Update user. ', 'Update user'],
    [
      'Update application – Certificates and secrets management ',
      'Update application - Certificates and secrets management',
    ],
    ['Hard Delete user..', 'Hard Delete user'],
  ])('%p', (written, name) => {
    expect(readActivityName(written)).toBe(name);
  });

  test.each(['', ' . ', undefined, {}])('%p is none', (written) => {
    expect(readActivityName(written)).toBeUndefined();
  });

  test('is found in any case, and a name that only resembles one is not', () => {
    expect(relevantActivity('change user LICENSE')?.name).toBe('Change user license');
    expect(relevantActivity('Change user license now')).toBeUndefined();
    expect(relevantActivity('Add member to role')).toBeUndefined();
    expect(relevantActivity('constructor')).toBeUndefined();
  });
});

test('what is ignored can still be counted: by name, id and time', () => {
  const raw = graphAudit({ activity: 'Add member to role', user: alex });
  expect(readGraphAudit(raw, contoso)).toEqual({
    kind: 'ignored',
    activity: 'Add member to role',
    id: raw['id'],
    tenantId: contoso,
    at: '2026-02-03T09:15:00.000Z',
    log: 'entra',
  });
});
