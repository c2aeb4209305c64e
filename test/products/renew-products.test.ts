import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renewTable } from '../../scripts/make-products.ts';
import type { ProductTable } from '../../scripts/products/product-table.ts';
import table from '../../shared/products/products.json' with { type: 'json' };

/** The renewal as the workflow and a developer run it: from an address, from a file, and from what is no such table. */

let folder: string;
let target: string;
const servers: Server[] = [];
const lines: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gracewatch-products-'));
  target = path.join(folder, 'products.json');
  await writeFile(target, await readFile(new URL('../../shared/products/products.json', import.meta.url)));
  lines.length = 0;
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

const header =
  'Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names';
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
type Product = ProductTable['products'][number];

/** As Microsoft publishes it: a row for each plan of each product. */
function published(products: readonly Product[]): string {
  const rows = products.flatMap((product) =>
    product.plans.map((index) => {
      const plan = table.plans[index] ?? { id: '', name: '', displayName: '' };
      return [product.name, product.partNumber, product.skuId, plan.name, plan.id, plan.displayName]
        .map(quoted)
        .join();
    }),
  );
  return `\ufeff${[header, ...rows].join('\r\n')}\r\n`;
}
const whole = published(table.products);
const withNew = published([
  ...table.products,
  { skuId: '99999999-0000-4000-8000-000000000001', partNumber: 'BRAND_NEW', name: 'Brand New', plans: [0] },
]);

async function renew(source: string, check = false): Promise<number> {
  return await renewTable(target, { source, check }, (line) => lines.push(line));
}
async function fromFile(content: string, check = false): Promise<number> {
  const file = path.join(folder, 'table.csv');
  await writeFile(file, content);
  return await renew(file, check);
}
async function served(answer: { status?: number; body: string; announced?: number }): Promise<string> {
  const server = createServer((_request, response) => {
    const length = answer.announced ?? Buffer.byteLength(answer.body);
    response.writeHead(answer.status ?? 200, { 'content-length': String(length) });
    response.write(answer.body, () => response.socket?.end());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/table.csv`;
}
const written = (): Promise<string> => readFile(target, 'utf8');

describe('the table of products is renewed', () => {
  test('from the published one: what is in the project now comes out as it is', async () => {
    const before = await written();
    expect(await fromFile(whole)).toBe(0);
    expect(lines.join()).toMatch(/as published: \d+ products/);
    expect(await written()).toBe(before);
    expect(await fromFile(whole, true)).toBe(0);
  });

  test('with what is new, gone and changed, told by name', async () => {
    const [gone, , ...rest] = table.products;
    const renamed = { ...(table.products[1] as Product), name: 'Another Name' };
    const added = { ...renamed, skuId: '99999999-0000-4000-8000-000000000001', partNumber: 'BRAND_NEW' };
    expect(await fromFile(published([...rest, renamed, added]))).toBe(0);
    expect(lines).toContain('new (1): BRAND_NEW');
    expect(lines).toContain(`gone (1): ${String(gone?.partNumber)}`);
    expect(lines).toContain(`changed (1): ${renamed.partNumber}`);
    expect(await written()).toContain('BRAND_NEW');
  });

  test('a check writes nothing, and fails where the table is older', async () => {
    const before = await written();
    expect(await fromFile(withNew, true)).toBe(1);
    expect(lines[0]).toMatch(/older.*npm run products/);
    expect(await written()).toBe(before);
  });

  test('from an address', async () => {
    expect(await renew(await served({ body: withNew }))).toBe(0);
    expect(await written()).toContain('BRAND_NEW');
  });
});

describe('what is no such table changes nothing and is told', () => {
  const cut = whole.slice(0, whole.length - 10_001);
  const few = table.products.slice(0, Math.floor(table.products.length * 0.94));
  test.each<[string, string, RegExp]>([
    ['a page of an error', '<!DOCTYPE html><html><body>We are sorry</body></html>', /a web page/],
    ['a page with a byte order mark', '\ufeff\n<html></html>', /a web page/],
    ['nothing', '', /no table of products/],
    ['only the header', `${header}\r\n`, /no table of products/],
    ['another table', 'name,age\nAlex,40\n', /no table of products/],
    ['a table that breaks off', cut, /broken off|row \d+/],
    ['a table that breaks off in quotes', whole.slice(0, whole.lastIndexOf('"')), /broken off/],
    ['a table with more than 5 % fewer products', published(few), /more than 5 % are gone/],
    ['an id that is none', whole.replace(table.products[5]?.skuId ?? '', 'no guid'), /row \d+, GUID/],
  ])('%s', async (_name, content, reason) => {
    const before = await written();
    for (const check of [false, true]) {
      lines.length = 0;
      expect(await fromFile(content, check)).toBe(1);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^nothing was changed: /);
      expect(lines[0]).toMatch(reason);
    }
    expect(await written()).toBe(before);
  });

  test.each<[string, Parameters<typeof served>[0], RegExp]>([
    ['an answer of 404', { status: 404, body: whole }, /answered with 404/],
    [
      'an answer that breaks off',
      { body: whole.slice(0, 5000), announced: whole.length },
      /broke off its answer/,
    ],
  ])('%s', async (_name, answer, reason) => {
    const before = await written();
    expect(await renew(await served(answer))).toBe(1);
    expect(lines.join()).toMatch(reason);
    expect(await written()).toBe(before);
  });

  test('an address that is not secure, a host that is away, a file that is not there', async () => {
    expect(await renew('http://download.example/table.csv')).toBe(1);
    expect(await renew('http://127.0.0.1:1/table.csv')).toBe(1);
    expect(await renew(path.join(folder, 'none.csv'))).toBe(1);
    expect(lines.join('\n')).toMatch(/no https address[^]*cannot be reached[^]*cannot be read/);
  });
});
