import type { LicenceLoss } from './explanation.ts';
import type { FactOf, GroupReference, Licence, Timeline } from './fact.ts';
import { licenceDifference } from './licences.ts';
import { minutesAfter } from './moments.ts';

type TrailFact =
  FactOf<'group-membership-changed'> | FactOf<'group-deleted'> | FactOf<'group-licences-changed'>;

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
  /** Several groups come into question and nothing says which of them is the user's. */
  | { kind: 'group-deleted' | 'group-licence-edited'; candidates: TrailFact[]; confidence: 'unknown' };

interface Search {
  loss: LicenceLoss;
  timeline: Timeline;
  /** The group that had granted what went, where the record of the loss names it. */
  namedGroup?: GroupReference | undefined;
  /** False where the record of the loss names nobody: then only what is tied to the user by records counts. */
  byLicensingService: boolean;
}

/** The service works within minutes, and a day when it is busy (FACTS 5.1); the clocks of the logs differ a little. */
const reachBackMinutes = 24 * 60;
const reachAheadMinutes = 5;

/**
 * In this order: removed from a group, a group deleted, a group's licences edited; but what is certain before what is only likely.
 */
export function followGroups(search: Search): GroupTrail | undefined {
  const removals = removalsOf(search);
  const deletions = deletionsOf(search);
  const edits = editsOf(search);
  const tied: GroupTrail[] = [
    ...removals.map(({ fact, tie, grants }): GroupTrail => {
      return {
        kind: 'removed-from-group',
        fact,
        confidence: tie === 'named' || grants === 'yes' ? 'certain' : 'likely',
      };
    }),
    ...deletions.filter(isTied).map(({ fact, tie, grants }): GroupTrail => {
      const certain = tie === 'named' || (tie === 'member' && grants === 'yes');
      return { kind: 'group-deleted', fact, confidence: certain ? 'certain' : 'likely' };
    }),
    ...edits
      .filter(({ tie }) => tie !== 'none')
      .map(({ fact }): GroupTrail => {
        return { kind: 'group-licence-edited', fact, confidence: fact.complete ? 'certain' : 'likely' };
      }),
  ];
  const best = tied.find(({ confidence }) => confidence === 'certain') ?? tied[0];
  if (!search.byLicensingService) return best === undefined ? undefined : atMostLikely(best);
  return best ?? onlyOneOf('group-licence-edited', edits) ?? onlyOneOf('group-deleted', deletions);
}

/** Nearest first, those of groups known to grant it before the rest. */
function removalsOf(search: Search): Lead<FactOf<'group-membership-changed'>>[] {
  const { loss, timeline, byLicensingService } = search;
  const memberships = timeline.facts.filter((fact) => fact.kind === 'group-membership-changed');
  return leads(
    memberships.filter((fact) => fact.change === 'removed' && !isUndone(fact, memberships, loss.at)),
    search,
  )
    .filter(({ tie, grants }) => byLicensingService || tie === 'named' || grants === 'yes')
    .sort((a, b) => Number(b.grants === 'yes') - Number(a.grants === 'yes'));
}

function deletionsOf(search: Search): Lead<FactOf<'group-deleted'>>[] {
  return leads(
    search.timeline.groupFacts.filter((fact) => fact.kind === 'group-deleted'),
    search,
  ).filter(({ fact }) => membership(search.timeline, fact.group, fact.at) !== 'outside');
}

function editsOf(search: Search): Lead<FactOf<'group-licences-changed'>>[] {
  const edits = search.timeline.groupFacts.filter((fact) => fact.kind === 'group-licences-changed');
  return withinReach(edits, search)
    .map((fact) => ({ fact, tie: tieOf(fact, search), grants: 'unknown' as const }))
    .filter(({ fact, tie }) =>
      fact.before === undefined || fact.after === undefined
        ? tie !== 'none'
        : tookAnyOf(search.loss, fact.before, fact.after) &&
          membership(search.timeline, fact.group, fact.at) !== 'outside',
    );
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

function isTied({ tie, grants }: Lead): boolean {
  return tie !== 'none' || grants === 'yes';
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

function atMostLikely(trail: GroupTrail): GroupTrail {
  return trail.confidence === 'certain' ? { ...trail, confidence: 'likely' } : trail;
}

/** With nothing that ties the user to a group: the only one that comes into question is likely, of several none is. */
function onlyOneOf(
  kind: 'group-deleted' | 'group-licence-edited',
  found: readonly Lead[],
): GroupTrail | undefined {
  const groups = new Set(found.map(({ fact }) => fact.group.id));
  const [nearest] = found;
  if (nearest === undefined) return undefined;
  if (groups.size > 1) return { kind, candidates: found.map(({ fact }) => fact), confidence: 'unknown' };
  const { fact } = nearest;
  if (fact.kind === 'group-deleted') return { kind: 'group-deleted', fact, confidence: 'likely' };
  return fact.kind === 'group-licences-changed'
    ? { kind: 'group-licence-edited', fact, confidence: 'likely' }
    : undefined;
}
