import fc from 'fast-check';
import { type Fact, type Licence, mailboxKinds } from '../../shared/timeline/fact.ts';
import {
  account,
  admin,
  assignmentFailed,
  groupLicensing,
  licence,
  licencesChanged,
  mailboxConverted,
  removedFromGroup,
} from './fact.ts';

/** Histories of one user, and of the groups around him, as facts: mostly what can follow on what was, and now and then what cannot. */

const licences = [
  licence('ENTERPRISEPACK'),
  licence('ENTERPRISEPACK', 'TEAMS1'),
  licence('ENTERPRISEPACK', 'TEAMS1', 'EXCHANGE_S_ENTERPRISE'),
  licence('SPE_E5'),
  licence('EMS'),
  licence('FLOW_FREE'),
  licence('VISIOCLIENT'),
  licence('SHAREPOINTSTANDARD'),
  licence('PROJECT_P1'),
];
const held = fc.subarray(licences).map((some) => {
  const bySku = new Map(some.map((each) => [each.skuId, each]));
  return [...bySku.values()];
});
const groups = [{ id: 'group-1', name: 'Sales' }, { id: 'group-2' }];
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** From one instant to more than the longest time that anything is looked back at. */
const gaps = [
  0,
  0,
  400,
  second,
  30 * second,
  5 * minute,
  50 * minute,
  3 * hour,
  23 * hour,
  72 * hour,
  240 * hour,
];
const by = fc.constantFrom(
  { actor: admin },
  { actor: groupLicensing },
  { actor: { kind: 'system' as const } },
);

interface Before {
  at: string;
  records: string[];
  held: Licence[];
}
type Step = (before: Before) => { fact: Fact; held?: Licence[] };

const change: fc.Arbitrary<Step> = fc
  .record({ after: held, other: held, by, follows: fc.integer({ min: 0, max: 9 }), group: fc.boolean() })
  .map(({ after, other, by: who, follows, group }) => ({ at, records, held: before }) => {
    const from = follows === 0 ? other : before;
    const fact = licencesChanged(at, from, after, { records, ...who });
    return { fact: group && groups[0] !== undefined ? { ...fact, group: groups[0] } : fact, held: after };
  });
const incomplete: fc.Arbitrary<Step> = fc.constant(({ at, records }) => ({
  fact: licencesChanged(at, [], [], { records, complete: false }),
}));
const failure: fc.Arbitrary<Step> = fc
  .record({ sku: fc.constantFrom(undefined, ...licences), complete: fc.integer({ min: 0, max: 4 }) })
  .map(({ sku, complete }) => ({ at, records }) => ({
    fact: assignmentFailed(at, sku, { records, complete: complete > 0 }),
  }));
const ofAccount: fc.Arbitrary<Step> = fc
  .constantFrom(
    'user-created' as const,
    'user-deleted' as const,
    'user-restored' as const,
    'account-disabled' as const,
    'account-enabled' as const,
  )
  .map((kind) => ({ at, records }) => ({ fact: account(kind, at, { records }) }));
const membership: fc.Arbitrary<Step> = fc
  .record({ group: fc.constantFrom(...groups), added: fc.boolean() })
  .map(({ group, added }) => ({ at, records }) => {
    const fact = removedFromGroup(at, group, { records });
    return { fact: added ? { ...fact, change: 'added' } : fact };
  });

const conversion: fc.Arbitrary<Step> = fc
  .constantFrom(...mailboxKinds)
  .map((mailbox) => ({ at, records }) => ({ fact: mailboxConverted(at, mailbox, { records }) }));

const kinds = [change, change, change, incomplete, failure, ofAccount, ofAccount, membership, conversion];

const start = Date.UTC(2026, 1, 3);

/** In order of time. Each history has a pace and a theme of its own, so that what hangs together also comes together. */
export function factHistory(maxLength: number): fc.Arbitrary<Fact[]> {
  return fc
    .tuple(fc.subarray(gaps, { minLength: 1 }), fc.subarray(kinds, { minLength: 1 }))
    .chain(([someGaps, someKinds]) =>
      fc.array(fc.record({ gap: fc.constantFrom(...someGaps), step: fc.oneof(change, ...someKinds) }), {
        maxLength,
        size: 'max',
      }),
    )
    .map((steps) => {
      let at = start;
      let now: Licence[] = [];
      return steps.map(({ gap: later, step: next }, index) => {
        at += later;
        const time = new Date(at).toISOString();
        const { fact, held: after } = next({ at: time, records: [`record-${String(index)}`], held: now });
        now = after ?? now;
        return fact;
      });
    });
}

/** What happened to the groups, anywhere among the facts of the user. */
export function groupFactsAround(facts: readonly Fact[]): fc.Arbitrary<Fact[]> {
  const times = facts.length === 0 ? [new Date(start).toISOString()] : facts.map(({ at }) => at);
  const one = fc
    .record({
      at: fc.constantFrom(...times),
      group: fc.constantFrom(...groups),
      kind: fc.constantFrom('licences', 'deleted', 'finished'),
      before: held,
      after: held,
    })
    .map(({ at, group, kind, before, after }): Fact => {
      const base = { at, logs: ['entra' as const], records: [`${kind}-${group.id}-${at}`], complete: true };
      const doer = { ...base, actor: admin, group };
      if (kind === 'licences') return { kind: 'group-licences-changed', ...doer, before, after };
      return kind === 'deleted'
        ? { kind: 'group-deleted', ...doer }
        : { kind: 'group-licensing-finished', ...base, group };
    });
  return fc
    .array(one, { maxLength: 3 })
    .map((some) => some.sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0)));
}

/** Settings that some rule knows; others leave them out. */
export const someSettings = fc.constantFrom<Record<string, unknown>>(
  {},
  { graceHours: 24 },
  { offBoardingHours: 0 },
  { offBoardingHours: 200, graceHours: 24 },
  { ignoredProducts: [] },
);
