import type { ProductTable } from './product-table.ts';
import { NotTheTable } from './table-source.ts';

/** Microsoft withdraws a product now and then, and never many at once: an answer with so many fewer is not all of it. */
const mostGone = 0.05;

/** @throws NotTheTable where the new table holds much less than the one before */
export function refuseIfShrunk(before: ProductTable, after: ProductTable): void {
  for (const [what, key] of [
    ['products', 'products'],
    ['service plans', 'plans'],
  ] as const) {
    const [had, has] = [before[key].length, after[key].length];
    if (has >= had * (1 - mostGone)) continue;
    throw new NotTheTable(
      `it holds ${String(has)} ${what} where there were ${String(had)}: more than 5 % are gone, so it is not all of the table`,
    );
  }
}

/** What a reader of the change wants to know; empty where nothing changed. */
export function tellRenewal(before: ProductTable, after: ProductTable): string[] {
  const [had, has] = [before, after].map(
    ({ products }) => new Map(products.map((product) => [product.skuId, product])),
  );
  if (had === undefined || has === undefined) return [];
  const added = after.products.filter(({ skuId }) => !had.has(skuId));
  const gone = before.products.filter(({ skuId }) => !has.has(skuId));
  const changed = after.products.filter((product) => {
    const old = had.get(product.skuId);
    return old !== undefined && describe(old, before) !== describe(product, after);
  });
  return [told('new', added), told('gone', gone), told('changed', changed)].filter((line) => line !== '');
}

/** By the ids of its plans: their places in the table are nobody's concern. */
function describe(
  { partNumber, name, plans }: ProductTable['products'][number],
  table: ProductTable,
): string {
  const named = plans.map((index) => table.plans[index]).map((plan) => JSON.stringify(plan));
  return JSON.stringify([partNumber, name, named.sort()]);
}

function told(how: string, products: ProductTable['products']): string {
  return products.length === 0
    ? ''
    : `${how} (${String(products.length)}): ${products.map(({ partNumber }) => partNumber).join(', ')}`;
}
