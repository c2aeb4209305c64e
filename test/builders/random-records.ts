import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { alex, licensedUsers } from './audit-event.ts';
import {
  adele,
  assigned,
  auditRecord,
  groupRecord,
  licenceChange,
  licencesChanged,
  licensingService,
  membership,
  sequence,
} from './audit-record.ts';

/** Long histories of one user as both logs write them: told by one record, by marker and twin, by parts, by both logs. */

const held = fc.subarray(['ENTERPRISEPACK', 'SPE_E5', 'EMS', 'FLOW_FREE']).chain((products) =>
  fc
    .array(fc.subarray(['TEAMS1', 'EXCHANGE_S_ENTERPRISE']), {
      minLength: products.length,
      maxLength: products.length,
    })
    .map((plans) => products.map((product, index) => assigned(product, ...(plans[index] ?? [])))),
);
const minute = 60_000;
const gaps = [
  0,
  300,
  1000,
  4000,
  2 * minute,
  7 * minute,
  40 * minute,
  240 * minute,
  1440 * minute,
  14_400 * minute,
];

interface Frame {
  at: string;
  held: string[];
  rest: Partial<AuditRecord>;
}
type Step = (frame: Frame) => { records: AuditRecord[]; held?: string[] };

const changes: fc.Arbitrary<Step> = fc
  .record({
    after: held,
    before: held,
    how: fc.integer({ min: 0, max: 5 }),
    apart: fc.constantFrom(0, 3000, 200_000),
  })
  .map(({ after, before, how, apart }) => (frame) => {
    const from = how === 5 ? before : frame.held;
    const change = licenceChange(from, after);
    const later = { ...frame.rest, at: new Date(Date.parse(frame.at) + apart).toISOString() };
    const twin = (): AuditRecord => auditRecord({ ...later, activity: 'Update user', change });
    const told = (): AuditRecord => licencesChanged(from, after, frame.rest);
    const records = [
      () => [told()],
      () => [auditRecord(frame.rest), twin()],
      () => [twin()],
      () => {
        const [first, ...others] = sequence(change, 3, { ...frame.rest });
        return first === undefined ? [] : [first, ...others.map((part) => ({ ...part, at: later.at }))];
      },
      () => [told(), { ...told(), log: 'unified' as const }],
      () => [told()],
    ][how];
    return { records: records?.() ?? [], held: after };
  });
const failures: fc.Arbitrary<Step> = held.map((after) => (frame) => ({
  records: [
    licencesChanged(frame.held, after, { ...frame.rest, outcome: 'failure', reason: 'CountViolation' }),
  ],
}));
const markers: fc.Arbitrary<Step> = fc.constant((frame) => ({ records: [auditRecord(frame.rest)] }));
const accounts: fc.Arbitrary<Step> = fc
  .constantFrom('Add user', 'Delete user', 'Restore user', 'Disable account', 'Enable account')
  .map((activity) => (frame) => ({ records: [auditRecord({ ...frame.rest, activity })] }));
const memberships: fc.Arbitrary<Step> = fc
  .constantFrom('added' as const, 'removed' as const)
  .map((change) => ({ at }) => ({ records: [membership(change, { at })] }));

const start = Date.UTC(2026, 1, 3, 9);

export function recordHistory(maxLength: number): fc.Arbitrary<AuditRecord[]> {
  const step = fc.record({
    step: fc.oneof(changes, changes, failures, markers, accounts, memberships),
    user: fc.constantFrom(alex, { id: alex.id }, { upn: alex.upn }),
    actor: fc.constantFrom(adele, licensingService),
    /** Mostly of its own; now and then a script does everything under one. */
    correlationId: fc.integer({ min: 0, max: 5 }),
  });
  return fc
    .subarray(gaps, { minLength: 1 })
    .chain((some) => fc.array(fc.tuple(fc.constantFrom(...some), step), { maxLength, size: 'max' }))
    .map((steps) => {
      let time = start;
      let now: string[] = [];
      return steps.flatMap(([gap, { step: next, user, actor, correlationId }], index) => {
        time += gap;
        const at = new Date(time).toISOString();
        const id = correlationId === 0 ? 'one-script' : `correlation-${String(index)}`;
        const rest = { at, actor, target: { user }, correlationId: id };
        const { records, held: after } = next({ at, held: now, rest });
        now = after ?? now;
        return records;
      });
    });
}

export const groupRecordsNear = fc.array(
  fc
    .tuple(fc.constantFrom('Set group license', 'Delete group'), fc.constantFrom(...gaps), held, held)
    .map(([activity, later, before, after]) =>
      groupRecord(activity, {
        at: new Date(start + later).toISOString(),
        target: { group: licensedUsers },
        change: activity === 'Set group license' ? licenceChange(before, after) : [],
      }),
    ),
  { maxLength: 3 },
);
