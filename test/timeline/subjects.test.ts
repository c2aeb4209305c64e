import { describe, expect, test } from '@jest/globals';
import { canonicalUsers, subjectsOf } from '../../shared/timeline/subjects.ts';
import { alex, licensedUsers } from '../builders/audit-event.ts';
import { auditRecord, membership } from '../builders/audit-record.ts';

describe('whom a record is about', () => {
  test('a user by object id, else by UPN in lower case', () => {
    expect(subjectsOf(auditRecord())).toEqual([{ kind: 'user', id: alex.id }]);
    expect(subjectsOf(auditRecord({ target: { user: { upn: 'Alex@Contoso.com' } } }))).toEqual([
      { kind: 'user', id: 'alex@contoso.com' },
    ]);
  });

  test('a membership is about the user and the group', () => {
    expect(subjectsOf(membership('added'))).toEqual([
      { kind: 'user', id: alex.id },
      { kind: 'group', id: licensedUsers.id },
    ]);
  });

  test('who did it is no subject', () => {
    expect(subjectsOf(auditRecord({ target: {} }))).toEqual([]);
  });
});

describe('a user who is named by UPN alone', () => {
  const byName = auditRecord({ target: { user: { upn: alex.upn } } });

  test('is the one user who has that UPN', () => {
    const aliases = canonicalUsers([byName, auditRecord()]);
    expect(subjectsOf(byName, aliases)).toEqual([{ kind: 'user', id: alex.id }]);
  });

  test('is nobody else where two users have had it', () => {
    const successor = auditRecord({ target: { user: { id: 'another', upn: alex.upn.toUpperCase() } } });
    const aliases = canonicalUsers([byName, auditRecord(), successor]);
    expect(subjectsOf(byName, aliases)).toEqual([{ kind: 'user', id: alex.upn }]);
  });
});
