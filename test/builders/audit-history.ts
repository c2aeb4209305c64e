import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { alex, licensedUsers } from './audit-event.ts';
import {
  adele,
  assigned,
  licenceChange,
  licencesChanged,
  licensingService,
  membership,
  groupRecord,
  auditRecord,
  onboardingScript,
  sequence,
} from './audit-record.ts';

/** Histories of one user and his groups as they may stand in the logs: changes, twins, parts, failures, copies in both logs. */

const start = Date.UTC(2026, 1, 3, 9);
const otherGroup = { id: '44444444-bbbb-4bbb-8bbb-000000000004', name: 'Others' };

const at = fc
  .integer({ min: 0, max: 600 })
  .map((minutes) => new Date(start + minutes * 20_000).toISOString());
const licences = fc.subarray(['ENTERPRISEPACK', 'SPE_E5', 'EMS', 'FLOW_FREE']).chain((parts) =>
  fc
    .array(fc.subarray(['TEAMS1', 'EXCHANGE_S_ENTERPRISE']), {
      minLength: parts.length,
      maxLength: parts.length,
    })
    .map((plans) => parts.map((part, index) => assigned(part, ...(plans[index] ?? [])))),
);
const actor = fc.constantFrom(
  adele,
  licensingService,
  onboardingScript,
  { kind: 'system' as const },
  undefined,
);
const outcome = fc.constantFrom(
  'success' as const,
  'success' as const,
  'failure' as const,
  'unknown' as const,
);
const log = fc.constantFrom('entra' as const, 'unified' as const);
const user = fc.constantFrom(alex, { id: alex.id }, { upn: alex.upn });
const correlationId = fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6');
const group = fc.constantFrom(licensedUsers, otherGroup);

const frame = fc
  .record({ at, actor, outcome, log, user, correlationId })
  .map(({ user: who, actor: by, ...rest }): Partial<AuditRecord> => {
    return { ...rest, target: { user: who }, ...(by === undefined ? { actor: undefined } : { actor: by }) };
  });

const userRecords: fc.Arbitrary<AuditRecord[]> = fc.oneof(
  fc.tuple(licences, licences, frame).map(([before, after, rest]) => [licencesChanged(before, after, rest)]),
  fc
    .tuple(licences, licences, frame)
    .map(([before, after, rest]) => [
      auditRecord(rest),
      auditRecord({ ...rest, activity: 'Update user', change: licenceChange(before, after) }),
    ]),
  frame.map((rest) => [auditRecord(rest)]),
  fc
    .tuple(licences, licences, frame, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 1 }))
    .map(([before, after, rest, parts, missing]) =>
      sequence(licenceChange(before, after), parts, rest).slice(missing),
    ),
  fc
    .tuple(fc.constantFrom('Add user', 'Delete user', 'Restore user', 'Disable account'), frame)
    .map(([activity, rest]) => [auditRecord({ ...rest, activity })]),
  fc
    .tuple(fc.constantFrom('added' as const, 'removed' as const), group, at, actor)
    .map(([change, which, when, by]) => [
      membership(change, { group: which, at: when, ...(by === undefined ? {} : { actor: by }) }),
    ]),
);

const groupRecords: fc.Arbitrary<AuditRecord> = fc.oneof(
  fc.tuple(licences, licences, group, at).map(([before, after, which, when]) =>
    groupRecord('Set group license', {
      at: when,
      target: { group: which },
      change: licenceChange(before, after),
    }),
  ),
  fc
    .tuple(group, at)
    .map(([which, when]) => groupRecord('Delete group', { at: when, target: { group: which } })),
);

export const userHistory = fc.array(userRecords, { maxLength: 8 }).map((parts) => parts.flat());
export const groupHistory = fc.array(groupRecords, { maxLength: 4 });
