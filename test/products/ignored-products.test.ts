import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import {
  isFree,
  isIgnored,
  productSettings,
  unknownIgnored,
} from '../../shared/products/ignored-products.ts';
import { enabledFamilies, productsByPartNumber } from '../../shared/products/products.ts';

const settings = z.object({ ...productSettings });
const flowFree = 'f30db892-07e9-47e9-837c-80727f46fd3d';
const e3 = '6fd2c87f-b296-42f0-b197-1e91e994b900';

describe('what Microsoft gives away', () => {
  const { ignoredProducts } = settings.parse({});

  test.each(ignoredProducts)('%s is in the table and carries no family', (partNumber) => {
    const products = productsByPartNumber(partNumber);
    expect(products).not.toEqual([]);
    for (const { skuId } of products) {
      expect([...enabledFamilies({ skuId, disabledPlans: [] })]).toEqual([]);
      expect(isFree(skuId.toUpperCase())).toBe(true);
      expect(isIgnored(skuId, ignoredProducts)).toBe(true);
    }
  });

  test.each(['TEAMS_EXPLORATORY', 'TEAMS_FREE', 'PHONESYSTEM_VIRTUALUSER', 'MCOPSTNC', 'ENTERPRISEPACK'])(
    '%s is missed by somebody, and is none of them',
    (partNumber) => {
      for (const { skuId } of productsByPartNumber(partNumber)) expect(isFree(skuId)).toBe(false);
    },
  );
});

describe('a product that the settings leave out', () => {
  test.each([['flow_free'], [' FLOW_FREE '], [flowFree], [flowFree.toUpperCase()]])(
    'is named by %j',
    (name) => {
      expect(isIgnored(flowFree, [name])).toBe(true);
      expect(isIgnored(e3, [name])).toBe(false);
      expect(unknownIgnored({ ignoredProducts: [name] })).toEqual([]);
    },
  );

  test('may be newer than the table, by its skuId', () => {
    const fresh = '99999999-1111-4111-8111-999999999999';
    expect(isIgnored(fresh, [fresh.toUpperCase()])).toBe(true);
    expect(unknownIgnored({ ignoredProducts: [fresh] })).toEqual([]);
  });

  test('that nobody knows is told by its place, never by what was written', () => {
    expect(unknownIgnored({ ignoredProducts: ['FLOW_FREE', 'hunter2'] })).toEqual(['ignoredProducts.1']);
    expect(isIgnored('hunter2', ['hunter2'])).toBe(false);
    for (const other of [undefined, null, 1, {}, { ignoredProducts: 'FLOW_FREE' }]) {
      expect(unknownIgnored(other)).toEqual([]);
    }
  });
});
