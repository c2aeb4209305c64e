import { readAssignedLicences } from '../ingest/assigned-licence.ts';
import { planIdByName, productBySkuId, productsByPartNumber, servicePlan } from '../products/products.ts';
import type { Licence } from './fact.ts';
import { compareText } from '../text/order.ts';

/** A service plan of a product that somebody has. */
export interface LicencePlan {
  id: string;
  name: string;
  skuId: string;
  /** The product's name. */
  product: string;
}

export interface LicenceDifference {
  /** Gone, as they were before. */
  products: Licence[];
  /** Switched off in products that stayed. */
  plans: LicencePlan[];
  addedProducts: Licence[];
  /** Switched on in products that stayed. */
  addedPlans: LicencePlan[];
}

type Assigned = ReturnType<typeof readAssignedLicences>[number];

/**
 * The licences in a value of `AssignedLicense` or `LicenseAssignmentDetail`, names and GUIDs brought to one form by the products
 * table; what the table does not know stays as the record has it. In order of name, each product once.
 */
export function licencesFrom(value: unknown): Licence[] {
  return resolved(readAssignedLicences(value));
}

/**
 * As `licencesFrom`, but undefined where a part of the value cannot be read, as in a cell that an export has cut off
 * (FACTS 6.5.4): licences that were cut off must not look removed.
 */
export function readableLicences(value: unknown): Licence[] | undefined {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const assigned: Assigned[] = [];
  for (const element of elements) {
    if (isBlank(element)) continue;
    const licences = readAssignedLicences(element);
    if (licences.length === 0 || isCutOff(element)) return undefined;
    assigned.push(...licences);
  }
  return resolved(assigned);
}

/** The same text for the same products with the same plans switched off: as sets, for their order says nothing. */
export function signatureOf(licences: readonly Licence[]): string {
  return licences
    .map(({ skuId, disabledPlans }) =>
      [skuId, ...disabledPlans.map(({ id }) => id).sort(compareText)].join(','),
    )
    .sort(compareText)
    .join(';');
}

/** A rule is asked at every moment of a timeline, and each time about all changes up to it: each is compared once. */
const differences = new WeakMap<object, LicenceDifference>();

/** What one change took and brought. A set that is not told counts as empty. */
export function differenceOf(change: {
  before?: readonly Licence[];
  after?: readonly Licence[];
}): LicenceDifference {
  const known = differences.get(change) ?? licenceDifference(change.before ?? [], change.after ?? []);
  differences.set(change, known);
  return known;
}

export function licenceDifference(before: readonly Licence[], after: readonly Licence[]): LicenceDifference {
  return {
    products: missingFrom(after, before),
    plans: newlyDisabled(before, after),
    addedProducts: missingFrom(before, after),
    addedPlans: newlyDisabled(after, before),
  };
}

function resolved(assigned: readonly Assigned[]): Licence[] {
  const bySku = new Map<string, Licence>();
  for (const licence of assigned.map(licenceOf)) {
    const known = bySku.get(licence.skuId);
    bySku.set(licence.skuId, known === undefined ? licence : union(known, licence));
  }
  return [...bySku.values()].sort((a, b) => compareText(a.name, b.name) || compareText(a.skuId, b.skuId));
}

function licenceOf(assigned: Assigned): Licence {
  const product = productOf(assigned);
  const skuId = product?.skuId ?? assigned.skuId?.toLowerCase() ?? assigned.partNumber ?? '';
  const partNumber = product?.partNumber ?? assigned.partNumber;
  const disabled = new Map(
    assigned.disabledPlans.map((plan) => disabledPlan(plan, skuId)).map((p) => [p.id, p]),
  );
  return {
    skuId,
    ...(partNumber === undefined ? {} : { partNumber }),
    name: product?.name ?? partNumber ?? skuId,
    disabledPlans: [...disabled.values()].sort(
      (a, b) => compareText(a.name, b.name) || compareText(a.id, b.id),
    ),
  };
}

/** By GUID; by part number only where that names one product (FACTS 3.4). */
function productOf({ skuId, partNumber }: Assigned): ReturnType<typeof productBySkuId> {
  if (skuId !== undefined) return productBySkuId(skuId);
  const products = partNumber === undefined ? [] : productsByPartNumber(partNumber);
  return products.length === 1 ? products[0] : undefined;
}

function disabledPlan(idOrName: string, skuId: string): { id: string; name: string } {
  const id = planIdByName(idOrName, skuId) ?? idOrName;
  const plan = servicePlan(id);
  return plan === undefined ? { id, name: idOrName } : { id: plan.id, name: plan.displayName };
}

/** A product from several groups has the plans that any of them enables (FACTS 5.1). */
function union(a: Licence, b: Licence): Licence {
  const disabledInB = new Set(b.disabledPlans.map(({ id }) => id));
  return { ...a, disabledPlans: a.disabledPlans.filter(({ id }) => disabledInB.has(id)) };
}

function missingFrom(there: readonly Licence[], licences: readonly Licence[]): Licence[] {
  const present = new Set(there.map(({ skuId }) => skuId));
  return licences.filter(({ skuId }) => !present.has(skuId));
}

/** Plans that are off in `later` and were not in `earlier`, of products that both have. */
function newlyDisabled(earlier: readonly Licence[], later: readonly Licence[]): LicencePlan[] {
  return later.flatMap((licence) => {
    const counterpart = earlier.find(({ skuId }) => skuId === licence.skuId);
    if (counterpart === undefined) return [];
    const wasOff = new Set(counterpart.disabledPlans.map(({ id }) => id));
    return licence.disabledPlans
      .filter(({ id }) => !wasOff.has(id))
      .map((plan) => ({ ...plan, skuId: licence.skuId, product: licence.name }));
  });
}

/** Graph writes `[""]` for nothing (FACTS 6.5.10). */
function isBlank(element: unknown): boolean {
  if (element === undefined || element === null) return true;
  return typeof element === 'string' && /^[\s"[\]]*$/.test(element);
}

function isCutOff(element: unknown): boolean {
  return typeof element === 'string' && count(element, '[') !== count(element, ']');
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
