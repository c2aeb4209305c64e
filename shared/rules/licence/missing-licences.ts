import { isIgnored } from '../../products/ignored-products.ts';
import { enabledFamilies, enabledPlans, familyOfPlan } from '../../products/products.ts';
import type { Fact, FactOf, Licence } from '../../timeline/fact.ts';
import { differenceOf, licenceDifference, type LicencePlan } from '../../timeline/licences.ts';
import type { LossFact } from '../../cause/losses.ts';
import { compareText } from '../../text/order.ts';
import { replacementsOf } from '../../cause/replacement.ts';

interface MissingProduct {
  /** As it was when it went. */
  licence: Licence;
  lostBy: LossFact;
}

interface MissingPlan {
  plan: LicencePlan;
  lostBy: LossFact;
  /** The change that showed it: the loss itself, or the one in which its product came back without it. */
  shownBy: Fact;
}

/** What a user once had, has lost and has not got back. */
export interface MissingLicences {
  products: MissingProduct[];
  plans: MissingPlan[];
  /** The deletion of the account, where that is the last word; then nothing is missing any more. */
  deletion?: { at: string; lastLossAt?: string };
}

/** A change of which both sides are told. */
export type ToldChange = FactOf<'licences-changed'> &
  Required<Pick<FactOf<'licences-changed'>, 'before' | 'after'>>;

/** Only changes that are told completely count: an incomplete one takes nothing away and brings nothing back. */
export function isToldChange(fact: Fact): fact is ToldChange {
  return (
    fact.kind === 'licences-changed' && fact.complete && fact.before !== undefined && fact.after !== undefined
  );
}

/** What is missing by the changes alone, whether or not something else took its place. */
export interface LostAndNotBack {
  products: MissingProduct[];
  plans: MissingPlan[];
  held: readonly Licence[];
  deletion?: { fact: Fact; before: Pick<LostAndNotBack, 'products' | 'plans'> };
}

/** The facts in order of time; what is missing after the last of them, without what the settings leave out. */
export function missingLicences(
  facts: readonly Fact[],
  ignoredProducts: readonly string[] = [],
): MissingLicences {
  const { products, plans, held, deletion } = lostAndNotBack(facts, ignoredProducts);
  const missing = withoutReplaced(products, plans, held, facts);
  if (deletion === undefined) return missing;
  const lastLossAt = latestLoss(deletion.before)?.fact.at;
  return {
    ...missing,
    deletion: { at: deletion.fact.at, ...(lastLossAt === undefined ? {} : { lastLossAt }) },
  };
}

function withoutIgnored(
  { products, plans }: Pick<MissingLicences, 'products' | 'plans'>,
  ignoredProducts: readonly string[],
): Pick<MissingLicences, 'products' | 'plans'> {
  return {
    products: products.filter(({ licence }) => !isIgnored(licence.skuId, ignoredProducts)),
    plans: plans.filter(({ plan }) => !isIgnored(plan.skuId, ignoredProducts)),
  };
}

/** Products and plans each in the order in which they went. */
export function lostAndNotBack(
  facts: readonly Fact[],
  ignoredProducts: readonly string[] = [],
): LostAndNotBack {
  const products = new Map<string, MissingProduct>();
  const plans = new Map<string, MissingPlan>();
  let deletion: LostAndNotBack['deletion'];
  let held: readonly Licence[] = [];

  const lose = (change: ToldChange): void => {
    const { products: gone, plans: off } = differenceOf(change);
    if (gone.length + off.length === 0) return;
    const lostBy: LossFact = { fact: change, loss: { at: change.at, products: gone, plans: off } };
    for (const licence of gone) setLast(products, licence.skuId, { licence, lostBy });
    for (const plan of off) setLast(plans, planKey(plan), { plan, lostBy, shownBy: change });
  };
  const regain = (change: ToldChange): void => {
    const { after } = change;
    for (const { licence, lostBy } of products.values()) {
      const back = after.find(({ skuId }) => skuId === licence.skuId);
      if (back === undefined) continue;
      products.delete(licence.skuId);
      for (const plan of switchedOff(licence, back)) {
        setLast(plans, planKey(plan), { plan, lostBy, shownBy: change });
      }
    }
    for (const [key, { plan }] of plans) if (isOnAfter(change, plan)) plans.delete(key);
  };

  for (const fact of facts) {
    if (isToldChange(fact)) {
      lose(fact);
      regain(fact);
      held = fact.after;
    } else if (fact.kind === 'user-deleted') {
      const before = { products: [...products.values()], plans: [...plans.values()] };
      deletion = { fact, before: withoutIgnored(before, ignoredProducts) };
      products.clear();
      plans.clear();
    } else if (fact.kind === 'user-restored' || fact.kind === 'user-created') {
      deletion = undefined;
    }
  }
  return {
    ...withoutIgnored({ products: [...products.values()], plans: [...plans.values()] }, ignoredProducts),
    held,
    ...(deletion === undefined ? {} : { deletion }),
  };
}

/** Whether this change left the plan switched on, in its own product or in another that brings it. */
export function isOnAfter({ after }: ToldChange, plan: LicencePlan): boolean {
  return after.some((licence) => isOnIn(licence, plan));
}

/** What goes again without having come back stands where it went last. */
function setLast<T>(items: Map<string, T>, key: string, item: T): void {
  items.delete(key);
  items.set(key, item);
}

/** The change that took the last of what is missing. */
export function latestLoss({
  products,
  plans,
}: Pick<MissingLicences, 'products' | 'plans'>): LossFact | undefined {
  return [...products, ...plans]
    .map(({ lostBy }) => lostBy)
    .reduce<LossFact | undefined>(
      (last, lostBy) => (last === undefined || lostBy.fact.at > last.fact.at ? lostBy : last),
      undefined,
    );
}

/** The losses of which something is still missing, in order of time. */
export function lossesIn({ products, plans }: Pick<MissingLicences, 'products' | 'plans'>): LossFact[] {
  const byFact = new Map([...products, ...plans].map(({ lostBy }) => [lostBy.fact, lostBy]));
  return [...byFact.values()].sort((left, right) => compareText(left.fact.at, right.fact.at));
}

/** What is still missing of one loss. */
export function partOf({ products, plans }: MissingLicences, { fact }: LossFact): MissingLicences {
  return {
    products: products.filter(({ lostBy }) => lostBy.fact === fact),
    plans: plans.filter(({ lostBy }) => lostBy.fact === fact),
  };
}

/**
 * A swap of products is not a loss, even where single plan ids differ. A plan that had been switched off in a product
 * which was swapped stays missing only as long as the user has nothing else of its family.
 */
function withoutReplaced(
  products: readonly MissingProduct[],
  plans: readonly MissingPlan[],
  held: readonly Licence[],
  facts: readonly Fact[],
): Pick<MissingLicences, 'products' | 'plans'> {
  const replaced = new Set(
    products
      .filter(({ licence, lostBy }) => {
        const loss = { at: lostBy.fact.at, products: [licence], plans: [] };
        return replacementsOf(loss, lostBy, facts) !== undefined;
      })
      .map(({ licence }) => licence.skuId),
  );
  const families = new Set(held.flatMap((licence) => [...enabledFamilies(licence)]));
  return {
    products: products.filter(({ licence }) => !replaced.has(licence.skuId)),
    plans: plans.filter(({ plan }) => {
      const family = familyOfPlan(plan.id);
      return !replaced.has(plan.skuId) || (family !== undefined && !families.has(family));
    }),
  };
}

/** Plans that were on when the product went, and are off now that it is back. */
function switchedOff(before: Licence, back: Licence): LicencePlan[] {
  return licenceDifference([before], [back]).plans;
}

/** In its own product, or in another that brings the same plan. */
function isOnIn(licence: Licence, { id, skuId }: LicencePlan): boolean {
  if (licence.skuId === skuId) return !licence.disabledPlans.some((plan) => plan.id === id);
  return enabledPlans(licence).some((plan) => plan.id === id);
}

function planKey({ id, skuId }: LicencePlan): string {
  return `${skuId}/${id}`;
}
