import { familyNames, mailboxPlanIds, planFamilies, plansOfFamily } from './plan-families.ts';
import type { PlanFamily } from './plan-families.ts';
import table from './products.json' with { type: 'json' };

export type { PlanFamily };

export interface ServicePlan {
  /** Lower-case GUID. */
  id: string;
  /** As the logs write it: `EXCHANGE_S_ENTERPRISE`. */
  name: string;
  /** As people read it: `Exchange Online (Plan 2)`. */
  displayName: string;
}

export interface Product {
  /** Lower-case GUID. */
  skuId: string;
  /** As the logs write it: `ENTERPRISEPACK`. No key: two products are called MCOPSTN5 (FACTS 3.4). */
  partNumber: string;
  /** As people read it: `Office 365 E3`. */
  name: string;
  plans: readonly ServicePlan[];
}

/** A product that somebody has, with the service plans that are switched off in it. */
interface ProductInUse {
  skuId: string;
  disabledPlans: readonly { id: string }[];
}

interface Index {
  plansById: ReadonlyMap<string, ServicePlan>;
  plansByName: ReadonlyMap<string, readonly ServicePlan[]>;
  productsById: ReadonlyMap<string, Product>;
  productsByName: ReadonlyMap<string, readonly Product[]>;
  familyByPlan: ReadonlyMap<string, PlanFamily>;
}

/** Made when somebody first asks: a host that is starting has to answer before that. */
let made: Index | undefined;
function index(): Index {
  return (made ??= makeIndex());
}

function makeIndex(): Index {
  const plansByName = groupedByName(table.plans, (plan) => plan.name);
  const products: readonly Product[] = table.products.map((product) => ({
    ...product,
    plans: product.plans.flatMap((place) => table.plans[place] ?? []),
  }));
  return {
    plansById: new Map(table.plans.map((plan) => [plan.id, plan])),
    plansByName,
    productsById: new Map(products.map((product) => [product.skuId, product])),
    productsByName: groupedByName(products, (product) => product.partNumber),
    familyByPlan: new Map<string, PlanFamily>([
      ...mailboxPlanIds.map((id): [string, PlanFamily] => [id, 'mailbox']),
      ...planFamilies
        .filter((family) => family !== 'mailbox')
        .flatMap((family) =>
          plansOfFamily[family].flatMap((name) =>
            (plansByName.get(sameName(name)) ?? []).map(({ id }): [string, PlanFamily] => [id, family]),
          ),
        ),
    ]),
  };
}

export function productBySkuId(skuId: string): Product | undefined {
  return index().productsById.get(skuId.toLowerCase());
}

/** Usually one; none where the table does not know it. Case and kind of blanks do not matter. */
export function productsByPartNumber(partNumber: string): readonly Product[] {
  return index().productsByName.get(sameName(partNumber)) ?? [];
}

export function servicePlan(id: string): ServicePlan | undefined {
  return index().plansById.get(id.toLowerCase());
}

/** The id of a plan by its technical name: that of the product where it is given and has one, else the only one of that name. */
export function planIdByName(name: string, skuId?: string): string | undefined {
  const wanted = sameName(name);
  const product = skuId === undefined ? undefined : productBySkuId(skuId);
  const ofProduct = product?.plans.filter((plan) => sameName(plan.name) === wanted) ?? [];
  const candidates = ofProduct.length > 0 ? ofProduct : (index().plansByName.get(wanted) ?? []);
  return candidates.length === 1 ? candidates[0]?.id : undefined;
}

export function carriesMailbox(planId: string): boolean {
  return familyOfPlan(planId) === 'mailbox';
}

export function familyOfPlan(planId: string): PlanFamily | undefined {
  return index().familyByPlan.get(planId.toLowerCase());
}

/** For people: `Office apps`. */
export function familyName(family: PlanFamily): string {
  return familyNames[family];
}

/** Its plans that are not switched off; none where the product is unknown. */
export function enabledPlans(product: ProductInUse): ServicePlan[] {
  const disabled = new Set(product.disabledPlans.map(({ id }) => id.toLowerCase()));
  return productBySkuId(product.skuId)?.plans.filter(({ id }) => !disabled.has(id)) ?? [];
}

export function enabledFamilies(product: ProductInUse): Set<PlanFamily> {
  return new Set(enabledPlans(product).flatMap(({ id }) => familyOfPlan(id) ?? []));
}

/** Some part numbers hold non-breaking spaces, and the logs do not keep to one case. */
function sameName(name: string): string {
  return name.replace(/\s+/g, ' ').trim().toLowerCase();
}

function groupedByName<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = sameName(nameOf(item));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
