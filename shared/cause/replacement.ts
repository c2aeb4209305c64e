import { planFamilies } from '../products/plan-families.ts';
import { enabledFamilies, enabledPlans, familyOfPlan } from '../products/products.ts';
import type { PlanFamily } from '../products/products.ts';
import type { LicenceLoss } from './explanation.ts';
import type { Fact, FactOf, Licence } from '../timeline/fact.ts';
import { freeingConversion } from '../timeline/mailbox-kind.ts';
import { differenceOf } from '../timeline/licences.ts';
import type { LossFact } from './losses.ts';
import { minutesAfter } from '../time/moments.ts';

/** A move takes the old product away before or after the new one comes, up to an hour apart. */
export const moveMinutes = 60;

export interface Replacement {
  lost: Licence;
  by: Licence;
  /** The fact that brought it, where that was within the hour before or after. */
  broughtBy?: FactOf<'licences-changed'>;
}

/**
 * The products that took the place of all that was lost: each one carries an enabled plan of every family that the lost one had
 * enabled. Undefined where anything stays lost. What had itself gone by the time of the loss replaces nothing.
 */
export function replacementsOf(
  loss: LicenceLoss,
  lossFact: LossFact | undefined,
  facts: readonly Fact[],
): Replacement[] | undefined {
  if (loss.products.length === 0) return undefined;
  const held = heldAround(loss, lossFact, facts);
  const plansCovered = loss.plans.every(({ id, skuId }) => {
    const family = familyOfPlan(id);
    return (
      family !== undefined &&
      held.some((licence) => licence.skuId !== skuId && enabledFamilies(licence).has(family))
    );
  });
  if (!plansCovered) return undefined;
  const replacements = loss.products.flatMap((lost) => {
    const families = enabledFamilies(lost);
    if (families.size === 0) return [];
    const by = held.find(
      (licence) =>
        carriesAll(licence, families) &&
        (carriesMost(licence, lost) || isMoreThanSharePoint(families) || bringing(licence, loss.at, facts)),
    );
    if (by === undefined) return [];
    const broughtBy = bringing(by, loss.at, facts);
    return [{ lost, by, ...(broughtBy === undefined ? {} : { broughtBy }) }];
  });
  return replacements.length === loss.products.length ? replacements : undefined;
}

/** What the user misses: families that were enabled in what went and that no product carries that he had at the loss or got in the hour after. */
export function familiesLost(
  loss: LicenceLoss,
  lossFact: LossFact | undefined,
  facts: readonly Fact[],
): PlanFamily[] {
  const gone = new Set([
    ...loss.products.flatMap((licence) => [...enabledFamilies(licence)]),
    ...loss.plans.flatMap(({ id }) => familyOfPlan(id) ?? []),
  ]);
  const held = heldAround(loss, lossFact, facts).flatMap((licence) => [...enabledFamilies(licence)]);
  // A shared mailbox, a room's or equipment's needs no licence: the user has it still.
  if (freeingConversion(facts) !== undefined) gone.delete('mailbox');
  return planFamilies.filter((family) => gone.has(family) && !held.includes(family));
}

/** The other products that the user had when the loss was over, or got within the hour. */
function heldAround(loss: LicenceLoss, lossFact: LossFact | undefined, facts: readonly Fact[]): Licence[] {
  const changes = facts.filter((fact) => fact.kind === 'licences-changed');
  const until = minutesAfter(loss.at, moveMinutes);
  const atLoss =
    lossFact?.fact.after ?? changes.findLast(({ at, after }) => at <= loss.at && after !== undefined)?.after;
  const later = changes.filter(({ at }) => at >= loss.at && at <= until);
  const position = lossFact === undefined ? -1 : later.indexOf(lossFact.fact);
  const lost = new Set(loss.products.map(({ skuId }) => skuId));
  return [...(atLoss ?? []), ...later.slice(position + 1).flatMap(({ after }) => after ?? [])].filter(
    ({ skuId }) => !lost.has(skuId),
  );
}

function carriesAll(licence: Licence, families: ReadonlySet<PlanFamily>): boolean {
  const carried = enabledFamilies(licence);
  return [...families].every((family) => carried.has(family));
}

/** SharePoint comes along with Project and others: that a user has it elsewhere, and had all along, does not replace those. */
function isMoreThanSharePoint(families: ReadonlySet<PlanFamily>): boolean {
  return [...families].some((family) => family !== 'sharepoint');
}

function carriesMost(licence: Licence, lost: Licence): boolean {
  const carried = new Set(enabledPlans(licence).map(({ id }) => id));
  const plans = enabledPlans(lost);
  return plans.filter(({ id }) => carried.has(id)).length * 2 > plans.length;
}

function bringing(
  { skuId }: Licence,
  lostAt: string,
  facts: readonly Fact[],
): FactOf<'licences-changed'> | undefined {
  const [from, until] = [minutesAfter(lostAt, -moveMinutes), minutesAfter(lostAt, moveMinutes)];
  return facts
    .filter((fact) => fact.kind === 'licences-changed')
    .findLast(
      (change) =>
        change.at >= from &&
        change.at <= until &&
        differenceOf(change).addedProducts.some((added) => added.skuId === skuId),
    );
}
