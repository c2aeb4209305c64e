import type { Fact } from '../timeline/fact.ts';

const switchesOff = new Set<Fact['kind']>(['account-disabled', 'user-deleted']);
const switchesOn = new Set<Fact['kind']>(['account-enabled', 'user-restored']);

/** Disabled or deleted near the loss, and not back within the same time: a colleague who is back needs his licence. */
export function isOffBoarding(facts: readonly Fact[], lostAt: string, hours: number): boolean {
  const near = facts.filter(({ at }) => isWithin(hours, lostAt, at));
  const last = near.findLast(({ kind }) => switchesOff.has(kind) || switchesOn.has(kind));
  return last !== undefined && switchesOff.has(last.kind);
}

export function isSwitchedOff(facts: readonly Fact[], at: string): boolean {
  const last = facts.findLast(
    (fact) => fact.at <= at && (switchesOff.has(fact.kind) || switchesOn.has(fact.kind)),
  );
  return last !== undefined && switchesOff.has(last.kind);
}

export function isWithin(hours: number, left: string, right: string): boolean {
  return Math.abs(Date.parse(left) - Date.parse(right)) <= hours * 60 * 60 * 1000;
}
