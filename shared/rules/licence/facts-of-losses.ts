import { reachAheadMinutes, reachBackMinutes } from '../../cause/group-trail.ts';
import { moveMinutes } from '../../cause/replacement.ts';
import { minutesAfter } from '../../time/moments.ts';
import { groupedBy } from '../../text/order.ts';
import type { Fact, FactOf } from '../../timeline/fact.ts';
import { differenceOf } from '../../timeline/licences.ts';
import { lastConversion } from '../../timeline/mailbox-kind.ts';
import { beginsAccount } from './grace.ts';
import {
  isOnAfter,
  isToldChange,
  latestLoss,
  type LostAndNotBack,
  lossesIn,
  lostAndNotBack,
} from './missing-licences.ts';
import { switchesAccount } from './off-boarding.ts';

type Change = FactOf<'licences-changed'>;
type Membership = FactOf<'group-membership-changed'>;
type Lost = Pick<LostAndNotBack, 'products' | 'plans'>;

/**
 * Of the facts up to `now` those that any later verdict about lost licences may hang on: the losses that nothing has made good, what
 * stood around them that the verdict or the cause looks at, and what would stand around a loss that comes next. That what is missing
 * comes out of them as out of all is checked and not only argued.
 */
export function factsOfLosses(
  facts: readonly Fact[],
  { offBoardingHours, ignoredProducts }: { offBoardingHours: number; ignoredProducts: readonly string[] },
  now: string,
): Fact[] {
  const all = lostAndNotBack(facts, ignoredProducts);
  const kept = new Set<Fact | undefined>([
    ...standing(facts, all),
    ...aroundNext(facts, now),
    ...lossesIn(all).flatMap(({ fact }) => aroundLoss(facts, fact.at, offBoardingHours)),
  ]);
  for (;;) {
    const few = facts.filter((fact) => kept.has(fact));
    const lost = lostAndNotBack(few, ignoredProducts);
    if (isSame(lost, all)) return few;
    const more = healing(facts, lost, all).filter((fact) => !kept.has(fact));
    if (more.length === 0) return [...facts];
    for (const fact of more) kept.add(fact);
  }
}

/** What says what is missing and what is held. */
function standing(facts: readonly Fact[], all: LostAndNotBack): (Fact | undefined)[] {
  const lastLoss = all.deletion === undefined ? undefined : latestLoss(all.deletion.before)?.fact;
  const beforeDeletion = all.deletion?.before.plans.find(({ lostBy }) => lostBy.fact === lastLoss);
  return [
    ...all.products.map(({ lostBy }) => lostBy.fact),
    ...all.plans.flatMap(({ lostBy, shownBy }) => [lostBy.fact, shownBy]),
    lastLoss,
    beforeDeletion?.shownBy,
    facts.findLast(isToldChange) ?? facts.find(({ kind }) => kind === 'licences-changed'),
    facts.findLast((fact) => fact.kind === 'licences-changed' && fact.after !== undefined),
    // A loss that stands has none after it, so that the last one is also the one that may explain it.
    facts.findLast(({ kind }) => kind === 'user-deleted'),
    facts.findLast(({ kind }) => kind === 'user-restored' || kind === 'user-created'),
    lastConversion(facts),
  ];
}

/** What a loss that comes after `now` may look back at. */
function aroundNext(facts: readonly Fact[], now: string): (Fact | undefined)[] {
  const from = minutesAfter(now, -moveMinutes);
  const changes = changesIn(facts).filter(({ at }) => at >= from);
  return [
    ...lastBringing(changes),
    ...membershipsAround(facts, minutesAfter(now, -reachBackMinutes), now),
    facts.findLast(beginsAccount),
    facts.findLast(switchesAccount),
  ];
}

/** What the verdict and the cause of one loss look at. */
function aroundLoss(facts: readonly Fact[], at: string, offBoardingHours: number): (Fact | undefined)[] {
  const [from, until] = [minutesAfter(at, -moveMinutes), minutesAfter(at, moveMinutes)];
  const changes = changesIn(facts).filter((change) => change.at >= from && change.at <= until);
  const near = Date.parse(at) + offBoardingHours * 60 * 60 * 1000;
  const ahead = minutesAfter(at, reachAheadMinutes);
  return [
    ...changes.filter((change) => change.at === at),
    ...firstHolding(changes.filter((change) => change.at > at)),
    ...lastBringing(changes),
    ...membershipsAround(facts, minutesAfter(at, -reachBackMinutes), ahead),
    facts.findLast((fact) => fact.at <= at && beginsAccount(fact)),
    facts.findLast((fact) => fact.at <= at && switchesAccount(fact)),
    facts.findLast((fact) => Date.parse(fact.at) <= near && switchesAccount(fact)),
  ];
}

function changesIn(facts: readonly Fact[]): Change[] {
  return facts.filter((fact) => fact.kind === 'licences-changed');
}

/** What somebody had after a loss counts whenever he had it: the first change that shows each licence is enough. */
function firstHolding(changes: readonly Change[]): Change[] {
  const seen = new Set<string>();
  return changes.filter(({ after = [] }) => {
    const held = after.map(({ skuId, disabledPlans }) => JSON.stringify([skuId, disabledPlans]));
    const isNew = held.some((each) => !seen.has(each));
    for (const each of held) seen.add(each);
    return isNew;
  });
}

/** What brought a product is the last change that did. */
function lastBringing(changes: readonly Change[]): Change[] {
  const bySku = new Map<string, Change>();
  for (const change of changes) {
    for (const { skuId } of differenceOf(change).addedProducts) bySku.set(skuId, change);
  }
  return [...bySku.values()];
}

/** All of that time, and who was in a group then: by the last change before, else by the first after. */
function membershipsAround(facts: readonly Fact[], from: string, until: string): Membership[] {
  const memberships = facts.filter((fact) => fact.kind === 'group-membership-changed');
  return [...groupedBy(memberships, ({ group }) => group.id).values()].flatMap((ofGroup) => {
    const before = ofGroup.findLast(({ at }) => at < from);
    const within = ofGroup.filter(({ at }) => at >= from && at <= until);
    const after = ofGroup.find(({ at }) => at > until);
    return [before, ...within, before === undefined && within.length === 0 ? after : undefined].filter(
      (fact) => fact !== undefined,
    );
  });
}

function isSame(left: LostAndNotBack, right: LostAndNotBack): boolean {
  if (left.deletion?.fact !== right.deletion?.fact) return false;
  const ofDeletion = [left, right].map(({ deletion }) =>
    deletion === undefined ? undefined : latestLoss(deletion.before)?.fact.at,
  );
  return ofDeletion[0] === ofDeletion[1] && isSameLost(left, right);
}

/** In order too: the alert names what is missing in the order in which it went. */
function isSameLost(left: Lost, right: Lost): boolean {
  return (
    left.products.length === right.products.length &&
    left.plans.length === right.plans.length &&
    left.products.every(({ licence, lostBy }, index) => {
      const other = right.products[index];
      return licence.skuId === other?.licence.skuId && lostBy.fact === other.lostBy.fact;
    }) &&
    left.plans.every(({ plan, lostBy, shownBy }, index) => {
      const other = right.plans[index];
      return (
        plan.id === other?.plan.id &&
        plan.skuId === other.plan.skuId &&
        lostBy.fact === other.lostBy.fact &&
        shownBy === other.shownBy
      );
    })
  );
}

/** The last changes that brought back what is missing by the few facts and not by all. */
function healing(facts: readonly Fact[], few: LostAndNotBack, all: LostAndNotBack): Fact[] {
  const { deletion } = few;
  return [
    ...healingUpTo(facts, few, all),
    ...(deletion === undefined || all.deletion === undefined
      ? []
      : healingUpTo(facts.slice(0, facts.indexOf(deletion.fact)), deletion.before, all.deletion.before)),
  ];
}

function healingUpTo(facts: readonly Fact[], few: Lost, all: Lost): Fact[] {
  const products = few.products
    .filter(
      ({ licence, lostBy }) =>
        !all.products.some(
          (other) => other.licence.skuId === licence.skuId && other.lostBy.fact === lostBy.fact,
        ),
    )
    .map(({ licence }) =>
      facts.findLast((fact) => isToldChange(fact) && fact.after.some(({ skuId }) => skuId === licence.skuId)),
    );
  const plans = few.plans
    .filter(
      ({ plan, shownBy }) =>
        !all.plans.some(
          (other) =>
            other.plan.id === plan.id && other.plan.skuId === plan.skuId && other.shownBy === shownBy,
        ),
    )
    .map(({ plan }) => facts.findLast((fact) => isToldChange(fact) && isOnAfter(fact, plan)));
  return [...products, ...plans].filter((fact) => fact !== undefined);
}
