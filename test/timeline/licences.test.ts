import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  licenceDifference,
  licencesFrom,
  readableLicences,
  signatureOf,
} from '../../shared/timeline/licences.ts';
import { assigned } from '../builders/audit-record.ts';

const officeE3 = '6fd2c87f-b296-42f0-b197-1e91e994b900';
const teams = '57ff2da0-773e-42df-b2af-ffb7a2317929';

describe('licences of a record', () => {
  test('have the names of the products table, whichever form the record has', () => {
    const expected = [
      {
        skuId: officeE3,
        partNumber: 'ENTERPRISEPACK',
        name: 'Office 365 E3',
        disabledPlans: [{ id: teams, name: 'Microsoft Teams' }],
      },
    ];
    expect(licencesFrom([`[SkuName=ENTERPRISEPACK, SkuId=${officeE3}, DisabledPlans=[TEAMS1]]`])).toEqual(
      expected,
    );
    expect(licencesFrom([`[SkuName=ENTERPRISEPACK, DisabledPlans=[${teams.toUpperCase()}]]`])).toEqual(
      expected,
    );
    expect(licencesFrom([{ SkuId: officeE3.toUpperCase(), DisabledPlans: [teams] }])).toEqual(expected);
  });

  test('keep what the record says where the table does not know it', () => {
    const unknown = '12345678-1234-4234-8234-123456789abc';
    expect(licencesFrom([`[SkuName=NEW_PRODUCT, SkuId=${unknown}, DisabledPlans=[NEW_PLAN]]`])).toEqual([
      {
        skuId: unknown,
        partNumber: 'NEW_PRODUCT',
        name: 'NEW_PRODUCT',
        disabledPlans: [{ id: 'NEW_PLAN', name: 'NEW_PLAN' }],
      },
    ]);
    expect(licencesFrom([{ SkuId: unknown }])).toMatchObject([{ skuId: unknown, name: unknown }]);
  });

  test('a part number of two products stays what it is', () => {
    expect(licencesFrom(['[SkuName=MCOPSTN5, DisabledPlans=[]]'])).toMatchObject([
      { skuId: 'MCOPSTN5', name: 'MCOPSTN5' },
    ]);
  });

  test('a product from two groups has the plans that either of them enables', () => {
    const [licence] = licencesFrom([
      assigned('ENTERPRISEPACK', 'TEAMS1', 'EXCHANGE_S_ENTERPRISE'),
      assigned('ENTERPRISEPACK', 'TEAMS1', 'SWAY'),
    ]);
    expect(licence?.disabledPlans).toEqual([{ id: teams, name: 'Microsoft Teams' }]);
  });

  test.each([[undefined], [null], [[]], ['[]'], [['']], ['']])('%j is no licence', (value) => {
    expect(readableLicences(value)).toEqual([]);
  });

  test.each([
    [
      'a text cut off in the middle',
      '["[SkuName=ENTERPRISEPACK, SkuId=6fd2c87f-b296-42f0-b197-1e91e994b900, DisabledPl',
    ],
    ['a list with a part that is no licence', [assigned('ENTERPRISEPACK'), 'what is this']],
    ['another kind of value', 42],
  ])('%s is not taken for fewer licences', (_, value) => {
    expect(readableLicences(value)).toBeUndefined();
  });
});

describe('the difference of licences', () => {
  test('is products gone and come, and plans switched off and on in those that stayed', () => {
    const difference = licenceDifference(
      licencesFrom([assigned('ENTERPRISEPACK', 'SWAY'), assigned('EMS')]),
      licencesFrom([assigned('FLOW_FREE'), assigned('ENTERPRISEPACK', 'TEAMS1')]),
    );
    expect(difference.products.map(({ name }) => name)).toEqual(['Enterprise Mobility + Security E3']);
    expect(difference.addedProducts.map(({ name }) => name)).toEqual(['Microsoft Power Automate Free']);
    expect(difference.plans).toEqual([
      { id: teams, name: 'Microsoft Teams', skuId: officeE3, product: 'Office 365 E3' },
    ]);
    expect(difference.addedPlans.map(({ name }) => name)).toEqual(['Sway']);
  });

  const product = fc.constantFrom('ENTERPRISEPACK', 'SPE_E5', 'EMS', 'FLOW_FREE', 'NEW_PRODUCT');
  const plans = fc.subarray(['TEAMS1', 'SWAY', 'EXCHANGE_S_ENTERPRISE', 'NEW_PLAN']);
  const written = fc
    .uniqueArray(fc.tuple(product, plans), { selector: ([name]) => name })
    .map((licences) => licences.map(([name, off]) => assigned(name, ...off)));

  test('of the same set in another order is none', () => {
    fc.assert(
      fc.property(written, fc.infiniteStream(fc.nat()), (licences, keys) => {
        const shuffled = licences
          .map((licence) => ({ licence, key: Number(keys.next().value) }))
          .sort((a, b) => a.key - b.key)
          .map(({ licence }) => licence);
        const [a, b] = [licencesFrom(licences), licencesFrom(shuffled)];
        expect(b).toEqual(a);
        expect(signatureOf(a)).toBe(signatureOf(b));
      }),
    );
  });

  test('is empty exactly where the sets are the same, and turned round it is what came', () => {
    fc.assert(
      fc.property(written, written, (first, second) => {
        const [a, b] = [licencesFrom(first), licencesFrom(second)];
        const there = licenceDifference(a, b);
        const back = licenceDifference(b, a);
        const parts = [there.products, there.plans, there.addedProducts, there.addedPlans];
        expect(parts.every((part) => part.length === 0)).toBe(signatureOf(a) === signatureOf(b));
        expect([back.products, back.plans]).toEqual([there.addedProducts, there.addedPlans]);
      }),
    );
  });
});
