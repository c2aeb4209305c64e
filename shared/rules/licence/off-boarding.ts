import { writtenMoment } from '../../time/moments.ts';
import type { Fact } from '../../timeline/fact.ts';

const switchesOff = new Set<Fact['kind']>(['account-disabled', 'user-deleted']);
const switchesOn = new Set<Fact['kind']>(['account-enabled', 'user-restored']);

/** The account is switched off or on. */
export function switchesAccount({ kind }: Fact): boolean {
  return switchesOff.has(kind) || switchesOn.has(kind);
}

/** Disabled or deleted near the loss, and not back within the same time: a colleague who is back needs his licence. */
export function isOffBoarding(facts: readonly Fact[], lostAt: string, hours: number): boolean {
  return switchedOffNear(facts, lostAt, hours) !== undefined;
}

/** That a loss is off-boarding, and why; empty where it is none. */
export function offBoardingText(facts: readonly Fact[], lostAt: string, hours: number): string {
  const off = switchedOffNear(facts, lostAt, hours);
  if (off === undefined) return '';
  const how = off.kind === 'user-deleted' ? 'deleted' : 'disabled';
  return `The account was ${how} on ${writtenMoment(off.at)}, so this counts as off-boarding.`;
}

function switchedOffNear(facts: readonly Fact[], lostAt: string, hours: number): Fact | undefined {
  const last = facts.findLast((fact) => isWithin(hours, lostAt, fact.at) && switchesAccount(fact));
  return last !== undefined && switchesOff.has(last.kind) ? last : undefined;
}

export function isSwitchedOff(facts: readonly Fact[], at: string): boolean {
  const last = facts.findLast((fact) => fact.at <= at && switchesAccount(fact));
  return last !== undefined && switchesOff.has(last.kind);
}

export function isWithin(hours: number, left: string, right: string): boolean {
  return Math.abs(Date.parse(left) - Date.parse(right)) <= hours * 60 * 60 * 1000;
}
