/**
 * Makes `shared/products/products.json` from Microsoft's table "Product names and service plan identifiers for licensing":
 *
 *   npm run products                     from where Microsoft publishes it
 *   npm run products -- FILE.csv         from a file, or another address
 *   npm run products -- --check …        writes nothing; exits with 1 where the table is older
 *
 * The table has the column names of Microsoft's download or those of the project's copy. A plan that was there already keeps its
 * index, so that the difference to the last version shows what Microsoft changed and nothing else.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { compareText } from '../shared/text/order.ts';
import type { ProductTable } from './products/product-table.ts';
import { refuseIfShrunk, tellRenewal } from './products/renewal.ts';
import { NotTheTable, publishedTable, readSource } from './products/table-source.ts';

interface TableRow {
  skuId: string;
  partNumber: string;
  productName: string;
  planId: string;
  planName: string;
  planDisplayName: string;
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

/** By a column that the other has not. */
const rowsByColumn = [
  ['GUID', microsoftRow],
  ['skuId', copiedRow],
] as const;

/** @throws NotTheTable where the text is neither of the two tables, or breaks off */
export function readTable(csv: string): TableRow[] {
  if (/^\s*</.test(csv.replace(/^\ufeff/, ''))) throw new NotTheTable('it is a web page and no table');
  const rows = parsedRows(csv);
  const [first] = rows;
  const row = rowsByColumn.find(([column]) => first !== undefined && column in first)?.[1];
  if (row === undefined)
    throw new NotTheTable('it has no column GUID, or no row: it is no table of products');
  const read = z.array(row).safeParse(rows);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new NotTheTable(
    `row ${String(Number(issue?.path[0]) + 1)}, ${String(issue?.path[1])}: ${issue?.message ?? 'wrong'}`,
  );
}

function parsedRows(csv: string): Record<string, string>[] {
  try {
    return parse(csv, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    // A row that ends too soon has too few columns, or a quote that is never closed.
    throw new NotTheTable(
      `it is broken off or no CSV: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
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

async function readPrevious(file: string): Promise<ProductTable> {
  try {
    return tableSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { plans: [], products: [] };
    throw error;
  }
}

/**
 * Writes the table anew from what `source` holds, or with `check` only says whether it would be another. Nothing is written where the
 * source is no such table.
 * @returns what the process exits with
 */
export async function renewTable(
  target: string,
  { source, check }: { source: string; check: boolean },
  say: (line: string) => void,
): Promise<number> {
  try {
    const before = await readPrevious(target);
    const after = makeTable(readTable(await readSource(source)), before.plans);
    refuseIfShrunk(before, after);
    const isSame = writeTable(before) === writeTable(after);
    const size = `${String(after.products.length)} products, ${String(after.plans.length)} service plans`;
    if (!isSame && !check) await writeFile(target, writeTable(after));
    if (isSame) say(`the table is as published: ${size}`);
    else
      say(
        check
          ? `the table is older than the published one: npm run products renews it`
          : `the table is renewed: ${size}`,
      );
    for (const line of tellRenewal(before, after)) say(line);
    return check && !isSame ? 1 : 0;
  } catch (error) {
    if (!(error instanceof NotTheTable)) throw error;
    say(`nothing was changed: ${source} is not Microsoft's table of products. ${error.message}`);
    return 1;
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { check: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [source = publishedTable, ...others] = positionals;
  if (others.length > 0) {
    console.error('usage: npm run products -- [--check] [FILE.csv | ADDRESS]');
    process.exitCode = 2;
  } else {
    const target = fileURLToPath(new URL('../shared/products/products.json', import.meta.url));
    process.exitCode = await renewTable(target, { source, check: values.check }, console.log);
  }
}
