import { minutesAfter } from '../time/moments.ts';
import type { Fact } from '../timeline/fact.ts';
import { licenceDifference } from '../timeline/licences.ts';

/** What is known of one group. */
export interface GroupHistory {
  facts: readonly Fact[];
}

interface Waiting {
  subject: { id: string };
  happenedAt: string;
  lastAt: string;
  /** Products and plans that are missing: `skuId`, or `skuId/planId`. */
  extent: readonly string[];
}

/**
 * The service takes up to a day to take what a group no longer gives (FACTS 5.1). What is changed in a group within a day afterwards tells
 * what it gave before.
 */
const beforeMinutes = 24 * 60;
const afterMinutes = 24 * 60;

/** Whether what happened at `at` may be why something is missing, by its time alone. */
export function isInTime(
  at: string,
  { happenedAt, lastAt }: Pick<Waiting, 'happenedAt' | 'lastAt'>,
): boolean {
  const moment = minutesAfter(at, 0);
  return moment >= minutesAfter(happenedAt, -beforeMinutes) && moment <= minutesAfter(lastAt, afterMinutes);
}

/**
 * Whether something that happened to the group at `at` may be why the user misses what he misses: in time, and tied to him. He was a
 * member, or the group gave or lost what he misses; a group of which neither is known explains nothing.
 */
export function mayExplain(at: string, { facts }: GroupHistory, waiting: Waiting): boolean {
  return isInTime(at, waiting) && facts.some((fact) => wasMember(fact, waiting) || gaveOrLost(fact, waiting));
}

function wasMember(fact: Fact, { subject }: Waiting): boolean {
  return fact.kind === 'group-membership-changed' && fact.user.id === subject.id;
}

function gaveOrLost(fact: Fact, { extent }: Waiting): boolean {
  if (fact.kind !== 'group-licences-changed') return false;
  // What a change that is not told in full was about is not known: then it may be this.
  if (fact.before === undefined || fact.after === undefined) return true;
  const missing = new Set(extent.map((id) => id.split('/')[0]));
  const { products, plans } = licenceDifference(fact.before, fact.after);
  return [...products, ...plans, ...fact.after].some(({ skuId }) => missing.has(skuId));
}
