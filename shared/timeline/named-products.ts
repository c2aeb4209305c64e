import type { AuditRecord } from '../ingest/audit-record.ts';
import { productBySkuId, productsByPartNumber } from '../products/products.ts';

export interface NamedProduct {
  skuId: string;
  name: string;
}

/** Products that reason or details name by a GUID or part number of the products table. */
export function namedProducts({ reason, details }: AuditRecord): NamedProduct[] {
  return [reason ?? '', ...Object.values(details ?? {})].flatMap((text) =>
    (text.match(/[^\s,;:"'=[\]{}<>]+/g) ?? []).flatMap(
      (word) => namedProduct(word.replace(/\.+$/, '')) ?? [],
    ),
  );
}

/** Part numbers in the case of the table only: `Stream` and `viva` are words. */
function namedProduct(word: string): NamedProduct | undefined {
  const ofName = productsByPartNumber(word).filter(({ partNumber }) => partNumber === word);
  const product = productBySkuId(word) ?? (ofName.length === 1 ? ofName[0] : undefined);
  return product === undefined ? undefined : { skuId: product.skuId, name: product.name };
}
