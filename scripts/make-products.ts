/**
 * Makes `shared/products/products.json` from Microsoft's table "Product names and service plan identifiers for licensing":
 *
 *   node scripts/make-products.ts FILE.csv
 *
 * FILE has the column names of Microsoft's download or those of the project's copy. A plan that the file has already keeps its
 * index, so that the difference to the last version shows what Microsoft changed and nothing else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { compareText } from '../shared/text/order.ts';

interface TableRow {
  skuId: string;
  partNumber: string;
  productName: string;
  planId: string;
  planName: string;
  planDisplayName: string;
}

export interface ProductTable {
  plans: { id: string; name: string; displayName: string }[];
  products: { skuId: string; partNumber: string; name: string; plans: number[] }[];
}

const guid = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.guid());
/** The table holds tabs and non-breaking spaces inside names. */
const name = z.string().transform((text) => text.replace(/\s+/g, ' ').trim());

const microsoftRow = z
  .object({
    GUID: guid,
    String_Id: name,
    Product_Display_Name: name,
    Service_Plan_Id: guid,
    Service_Plan_Name: name,
    Service_Plans_Included_Friendly_Names: name,
  })
  .transform((row): TableRow => ({
    skuId: row.GUID,
    partNumber: row.String_Id,
    productName: row.Product_Display_Name,
    planId: row.Service_Plan_Id,
    planName: row.Service_Plan_Name,
    planDisplayName: row.Service_Plans_Included_Friendly_Names,
  }));

const copiedRow = z
  .object({
    skuId: guid,
    skuPartNumber: name,
    productDisplayName: name,
    servicePlanId: guid,
    servicePlanName: name,
    servicePlanDisplayName: name,
  })
  .transform((row): TableRow => ({
    skuId: row.skuId,
    partNumber: row.skuPartNumber,
    productName: row.productDisplayName,
    planId: row.servicePlanId,
    planName: row.servicePlanName,
    planDisplayName: row.servicePlanDisplayName,
  }));

const tableSchema = z.object({
  plans: z.array(z.object({ id: z.string(), name: z.string(), displayName: z.string() })),
  products: z.array(
    z.object({ skuId: z.string(), partNumber: z.string(), name: z.string(), plans: z.array(z.number()) }),
  ),
});

/** @throws ZodError naming row and column where the text is neither of the two tables */
export function readTable(csv: string): TableRow[] {
  const rows: unknown[] = parse(csv, { columns: true, bom: true, skip_empty_lines: true });
  return z.array(z.union([microsoftRow, copiedRow])).parse(rows);
}

export function makeTable(rows: readonly TableRow[], previous: readonly { id: string }[] = []): ProductTable {
  const planRows = grouped(rows, (row) => row.planId);
  const known = previous.map(({ id }) => id).filter((id) => planRows.has(id));
  const added = [...planRows.keys()].filter((id) => !known.includes(id)).sort();
  const ids = [...known, ...added];
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const plans = ids.map((id) => {
    const same = planRows.get(id) ?? [];
    const displayName = bestName(same.map((row) => row.planDisplayName));
    return { id, name: mostFrequent(same.map((row) => row.planName)) ?? displayName, displayName };
  });
  const products = [...grouped(rows, (row) => row.skuId)].map(([skuId, same]) => ({
    skuId,
    partNumber: mostFrequent(same.map((row) => row.partNumber)) ?? skuId,
    name: bestName(same.map((row) => row.productName)),
    plans: [...new Set(same.map((row) => indexOf.get(row.planId) ?? -1))].sort((a, b) => a - b),
  }));
  products.sort((a, b) => compareText(a.partNumber, b.partNumber) || compareText(a.skuId, b.skuId));
  return { plans, products };
}

/** Minified, one plan and one product to a line. */
export function writeTable(table: ProductTable): string {
  const lines = (items: readonly unknown[]): string => items.map((item) => JSON.stringify(item)).join(',\n');
  return `{"plans":[\n${lines(table.plans)}\n],"products":[\n${lines(table.products)}\n]}\n`;
}

function grouped(rows: readonly TableRow[], key: (row: TableRow) => string): Map<string, TableRow[]> {
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** One plan has up to five spellings in the table; some are slips such as a name glued to the next column's. */
function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of names) if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b))[0]?.[0];
}

/** Older rows are in capitals ("MICROSOFT TEAMS") or repeat the technical name. */
function bestName(names: readonly string[]): string {
  return mostFrequent(names.filter((text) => /[a-z]/.test(text))) ?? mostFrequent(names) ?? '';
}

function previousPlans(file: URL): { id: string }[] {
  try {
    return tableSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).plans;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

if (import.meta.main) {
  const [source] = process.argv.slice(2);
  if (source === undefined) {
    console.error('usage: node scripts/make-products.ts FILE.csv');
    process.exitCode = 2;
  } else {
    const target = new URL('../shared/products/products.json', import.meta.url);
    const table = makeTable(readTable(readFileSync(source, 'utf8')), previousPlans(target));
    writeFileSync(target, writeTable(table));
    console.log(`${String(table.products.length)} products, ${String(table.plans.length)} service plans`);
  }
}
