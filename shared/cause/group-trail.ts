import type { LicenceLoss } from './explanation.ts';
import type { FactOf, GroupReference, Licence, Timeline } from '../timeline/fact.ts';
import { licenceDifference } from '../timeline/licences.ts';
import { minutesAfter } from '../time/moments.ts';

type TrailFact =
  FactOf<'group-membership-changed'> | FactOf<'group-deleted'> | FactOf<'group-licences-changed'>;

type TrailKind = 'removed-from-group' | 'group-deleted' | 'group-licence-edited';

interface Lead<F extends TrailFact = TrailFact> {
  fact: F;
  /** Whether the user is in this group, the loss itself names it, or nothing ties him to it. */
  tie: 'named' | 'member' | 'none';
  grants: 'yes' | 'unknown';
}

/** What happened to a group that explains why the licensing service took something away. */
export type GroupTrail =
  | { kind: 'removed-from-group'; fact: FactOf<'group-membership-changed'>; confidence: 'certain' | 'likely' }
  | { kind: 'group-deleted'; fact: FactOf<'group-deleted'>; confidence: 'certain' | 'likely' }
  | { kind: 'group-licence-edited'; fact: FactOf<'group-licences-changed'>; confidence: 'certain' | 'likely' }
  /** What comes into question while nothing says which of it was the cause: nobody is named. */
  | { kind: TrailKind; candidates: TrailFact[]; groups: number; confidence: 'unknown' };

type Explanation = Exclude<GroupTrail, { confidence: 'unknown' }>;

interface Search {
  loss: LicenceLoss;
  timeline: Timeline;
  /** The group that had granted what went, where the record of the loss names it. */
  namedGroup?: GroupReference | undefined;
  /** False where the record of the loss names nobody: then only what is tied to the user by records counts. */
  byLicensingService: boolean;
}

/** The service works within minutes, and a day when it is busy (FACTS 5.1); the clocks of the logs differ a little. */
export const reachBackMinutes = 24 * 60;
export const reachAheadMinutes = 5;
/** What is only guessed is believed of the last hour. */
const guessMinutes = 60;
/** Evidence is read by people: the nearest are enough, however many groups a script deleted. */
const mostCandidates = 10;

/**
 * In this order: removed from a group, a group deleted, a group's licences edited; but what is certain before what is only likely.
 *
 * Nobody is named without a record that leads from him to the user. Such a record is the user's membership, the licence history of
 * the group, or the group in the record of the loss. What has none of them is a guess, and the only one left when everything else
 * is ruled out: an edit that took exactly what the user lost. Its group is likely the one; who made it is named only when the loss
 * followed within the hour or with the group's own processing. A deletion that nothing ties is not even a guess.
 */
export function followGroups(search: Search): GroupTrail | undefined {
  const removals = removalsOf(search);
  const deletions = deletionsOf(search);
  const edits = editsOf(search);

  const certain = [
    ...removals.filter((lead) => lead.tie === 'named' || lead.grants === 'yes'),
    ...deletions.filter((lead) => lead.tie === 'named' || (lead.tie === 'member' && lead.grants === 'yes')),
    ...edits.filter((lead) => lead.tie !== 'none' && lead.fact.complete),
  ][0];
  if (certain !== undefined) {
    return explanation(certain.fact, search.byLicensingService ? 'certain' : 'likely');
  }
  const recent = removals.filter(({ fact }) => isRecent(fact, search.loss));
  const tied = oneOf([recent, deletions.filter(isTied), edits.filter(isTied)]);
  if (!search.byLicensingService) return tied?.confidence === 'likely' ? tied : undefined;
  if (tied !== undefined) return tied;

  const guess = oneOf([removals, deletions, edits]);
  if (guess === undefined || guess.confidence === 'unknown') return guess;
  if (guess.kind === 'removed-from-group') return undecided([guess.fact]);
  return isRecent(guess.fact, search.loss) || isProcessed(guess.fact, search)
    ? guess
    : explanation(withoutDoer(guess.fact), 'likely');
}

/** Nearest first. Without the licensing service only what is surely of a group that gave it. */
function removalsOf(search: Search): Lead<FactOf<'group-membership-changed'>>[] {
  const { loss, timeline, byLicensingService } = search;
  const memberships = timeline.facts.filter((fact) => fact.kind === 'group-membership-changed');
  return leads(
    memberships.filter((fact) => fact.change === 'removed' && !isUndone(fact, memberships, loss.at)),
    search,
  ).filter(({ tie, grants }) => byLicensingService || tie === 'named' || grants === 'yes');
}

function deletionsOf(search: Search): Lead<FactOf<'group-deleted'>>[] {
  return leads(
    search.timeline.groupFacts.filter((fact) => fact.kind === 'group-deleted'),
    search,
  ).filter(
    (lead) =>
      membership(search.timeline, lead.fact.group, lead.fact.at) !== 'outside' &&
      (isTied(lead) || (lead.grants === 'yes' && lead.fact.at <= search.loss.at)),
  );
}

function editsOf(search: Search): Lead<FactOf<'group-licences-changed'>>[] {
  const { loss, timeline } = search;
  const edits = timeline.groupFacts.filter((fact) => fact.kind === 'group-licences-changed');
  return withinReach(edits, search)
    .map((fact) => ({ fact, tie: tieOf(fact, search), grants: 'unknown' as const }))
    .filter(({ fact, tie }) => {
      const { before, after } = fact;
      if (before === undefined || after === undefined) return tie !== 'none';
      if (membership(timeline, fact.group, fact.at) === 'outside') return false;
      return tie === 'none'
        ? fact.at <= loss.at && each(loss).every((part) => tookAnyOf(part, before, after))
        : tookAnyOf(loss, before, after);
    });
}

/** The only group that comes into question is likely the one; of several none is, whatever happened to them. */
function oneOf(found: readonly (readonly Lead[])[]): GroupTrail | undefined {
  const facts = found.flat().map(({ fact }) => fact);
  const [first] = facts;
  if (first === undefined) return undefined;
  return new Set(facts.map(({ group }) => group.id)).size === 1
    ? explanation(first, 'likely')
    : undecided(facts);
}

function explanation(fact: TrailFact, confidence: 'certain' | 'likely'): Explanation {
  switch (fact.kind) {
    case 'group-membership-changed':
      return { kind: 'removed-from-group', fact, confidence };
    case 'group-deleted':
      return { kind: 'group-deleted', fact, confidence };
    case 'group-licences-changed':
      return { kind: 'group-licence-edited', fact, confidence };
  }
}

function undecided(facts: readonly TrailFact[]): GroupTrail | undefined {
  const [first] = facts;
  if (first === undefined) return undefined;
  return {
    kind: explanation(first, 'likely').kind,
    candidates: facts.slice(0, mostCandidates),
    groups: new Set(facts.map(({ group }) => group.id)).size,
    confidence: 'unknown',
  };
}

function isRecent({ at }: TrailFact, loss: LicenceLoss): boolean {
  return at >= minutesAfter(loss.at, -guessMinutes);
}

/** The service wrote that it had applied the licences of this group about when the user lost his. */
function isProcessed({ group, at }: TrailFact, { loss, timeline }: Search): boolean {
  const [from, until] = [minutesAfter(loss.at, -guessMinutes), minutesAfter(loss.at, guessMinutes)];
  return timeline.groupFacts.some(
    (fact) =>
      fact.kind === 'group-licensing-finished' &&
      fact.group.id === group.id &&
      fact.at >= at &&
      fact.at >= from &&
      fact.at <= until,
  );
}

function withoutDoer<F extends TrailFact>(fact: F): F {
  const anonymous = { ...fact };
  delete anonymous.actor;
  delete anonymous.via;
  return anonymous;
}

/** Each product and plan of a loss on its own. */
function each({ at, products, plans }: LicenceLoss): LicenceLoss[] {
  return [
    ...products.map((product) => ({ at, products: [product], plans: [] })),
    ...plans.map((plan) => ({ at, products: [], plans: [plan] })),
  ];
}

/** Facts in reach of the loss, of groups that may have granted what went; nearest first. */
function leads<F extends TrailFact>(facts: readonly F[], search: Search): Lead<F>[] {
  return withinReach(facts, search).flatMap((fact) => {
    const grants = grantOf(search, fact.group, fact.at);
    return grants === 'no' ? [] : [{ fact, tie: tieOf(fact, search), grants }];
  });
}

function withinReach<F extends TrailFact>(facts: readonly F[], { loss, namedGroup }: Search): F[] {
  const [from, until] = [minutesAfter(loss.at, -reachBackMinutes), minutesAfter(loss.at, reachAheadMinutes)];
  const distance = ({ at }: F): number => Math.abs(Date.parse(at) - Date.parse(loss.at));
  return facts
    .filter(
      ({ at, group }) =>
        at >= from && at <= until && (namedGroup === undefined || group.id === namedGroup.id),
    )
    .toSorted((a, b) => distance(a) - distance(b));
}

function tieOf({ group, at }: TrailFact, { namedGroup, timeline }: Search): Lead['tie'] {
  if (namedGroup?.id === group.id) return 'named';
  return membership(timeline, group, at) === 'member' ? 'member' : 'none';
}

function isTied({ tie }: Lead): boolean {
  return tie !== 'none';
}

/** Came back before the licence went: then leaving did not take it. */
function isUndone(
  removal: FactOf<'group-membership-changed'>,
  memberships: readonly FactOf<'group-membership-changed'>[],
  lossAt: string,
): boolean {
  return memberships.some(
    ({ change, group, at }) =>
      change === 'added' && group.id === removal.group.id && at > removal.at && at <= lossAt,
  );
}

/** From the last change of membership up to then, else from the first after it: who leaves later was in. */
function membership(timeline: Timeline, group: GroupReference, at: string): 'member' | 'outside' | 'unknown' {
  const changes = timeline.facts
    .filter((fact) => fact.kind === 'group-membership-changed')
    .filter((fact) => fact.group.id === group.id);
  const last = changes.findLast((fact) => fact.at <= at);
  if (last !== undefined) return last.change === 'added' ? 'member' : 'outside';
  const next = changes.find((fact) => fact.at > at);
  if (next === undefined) return 'unknown';
  return next.change === 'removed' ? 'member' : 'outside';
}

/** Whether a group granted any of what went, by its licences as last told up to then, else as they were before the next change. */
function grantOf({ loss, timeline }: Search, group: GroupReference, at: string): 'yes' | 'no' | 'unknown' {
  const changes = timeline.groupFacts
    .filter((fact) => fact.kind === 'group-licences-changed')
    .filter((fact) => fact.group.id === group.id);
  const licences =
    changes.findLast((fact) => fact.at <= at)?.after ?? changes.find((fact) => fact.at > at)?.before;
  if (licences === undefined) return 'unknown';
  return grantsAnyOf(loss, licences) ? 'yes' : 'no';
}

function grantsAnyOf(loss: LicenceLoss, licences: readonly Licence[]): boolean {
  const bySku = new Map(licences.map((licence) => [licence.skuId, licence]));
  return (
    loss.products.some(({ skuId }) => bySku.has(skuId)) ||
    loss.plans.some(({ id, skuId }) => {
      const licence = bySku.get(skuId);
      return licence !== undefined && !licence.disabledPlans.some((plan) => plan.id === id);
    })
  );
}

/** A plan also goes when the group gives its product no longer: another group may still give the rest of it. */
function tookAnyOf(loss: LicenceLoss, from: readonly Licence[], to: readonly Licence[]): boolean {
  const { products, plans } = licenceDifference(from, to);
  const skus = new Set(products.map(({ skuId }) => skuId));
  return (
    loss.products.some(({ skuId }) => skus.has(skuId)) ||
    loss.plans.some(
      ({ id, skuId }) => skus.has(skuId) || plans.some((plan) => plan.id === id && plan.skuId === skuId),
    )
  );
}
