import type { AuditRecord } from '../ingest/audit-record.ts';
import { productBySkuId, productsByPartNumber } from '../products/products.ts';
import { licenceDifference } from './licences.ts';
import { compareText } from './order.ts';
import type { LicenceAttempt } from './twins.ts';

export interface TriedProduct {
  skuId: string;
  name: string;
}

/**
 * What a failed attempt was to assign (FACTS 6.4): `AssignedLicense` new minus old where that is told, else products that reason or
 * details name by a GUID or part number of the products table; empty where none of them says. Undefined where the attempt was to take
 * something away: then no assignment has failed.
 */
export function triedProducts({ told, members }: LicenceAttempt): TriedProduct[] | undefined {
  if (told?.changes === true) {
    const { addedProducts, addedPlans } = licenceDifference(told.before, told.after);
    const tried = [...addedProducts, ...addedPlans.map(({ skuId, product }) => ({ skuId, name: product }))];
    return tried.length === 0 ? undefined : distinct(tried);
  }
  return distinct(members.flatMap(({ parts }) => parts.flatMap(namedProducts)));
}

function namedProducts({ reason, details }: AuditRecord): TriedProduct[] {
  return [reason ?? '', ...Object.values(details ?? {})].flatMap((text) =>
    (text.match(/[^\s,;:"'=[\]{}<>]+/g) ?? []).flatMap(
      (word) => namedProduct(word.replace(/\.+$/, '')) ?? [],
    ),
  );
}

/** Part numbers in the case of the table only: `Stream` and `viva` are words. */
function namedProduct(word: string): TriedProduct | undefined {
  const ofName = productsByPartNumber(word).filter(({ partNumber }) => partNumber === word);
  const product = productBySkuId(word) ?? (ofName.length === 1 ? ofName[0] : undefined);
  return product === undefined ? undefined : { skuId: product.skuId, name: product.name };
}

function distinct(products: readonly TriedProduct[]): TriedProduct[] {
  const bySku = new Map(products.map(({ skuId, name }) => [skuId, { skuId, name }]));
  return [...bySku.values()].sort((a, b) => compareText(a.skuId, b.skuId));
}
