import type { AuditRecord } from '../ingest/audit-record.ts';
import { licenceDifference } from './licences.ts';
import { type NamedProduct, namedProducts } from './named-products.ts';
import { compareText } from '../text/order.ts';
import type { LicenceAttempt } from './twins.ts';

/**
 * What a failed attempt was to assign (FACTS 6.4): `AssignedLicense` new minus old where that is told, else products that reason or
 * details name by a GUID or part number of the products table; empty where none of them says. Undefined where the attempt was to take
 * something away: then no assignment has failed.
 */
export function triedProducts({ told, members }: LicenceAttempt): NamedProduct[] | undefined {
  if (told?.changes === true) {
    const { addedProducts, addedPlans } = licenceDifference(told.before, told.after);
    const tried = [...addedProducts, ...addedPlans.map(({ skuId, product }) => ({ skuId, name: product }))];
    return tried.length === 0 ? undefined : distinct(tried);
  }
  if (members.some(({ parts }) => parts.some(isRefusedRemoval))) return undefined;
  return distinct(members.flatMap(({ parts }) => parts.flatMap(namedProducts)));
}

/**
 * What a user has from a group cannot be taken from him directly: the service refuses, and says so (FACTS 5.1). Where no value tells what
 * was tried, that is the only sign that it was a removal.
 */
function isRefusedRemoval({ reason = '' }: AuditRecord): boolean {
  return /\binherited from\b[^.]{0,80}\bremoved directly\b/i.test(reason);
}

function distinct(products: readonly NamedProduct[]): NamedProduct[] {
  const bySku = new Map(products.map(({ skuId, name }) => [skuId, { skuId, name }]));
  return [...bySku.values()].sort((a, b) => compareText(a.skuId, b.skuId));
}
