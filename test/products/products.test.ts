import { describe, expect, test } from '@jest/globals';
import { mailboxPlanIds, plansOfFamily } from '../../shared/products/plan-families.ts';
import {
  carriesMailbox,
  enabledFamilies,
  enabledPlans,
  familyName,
  familyOfPlan,
  planIdByName,
  productBySkuId,
  productsByPartNumber,
  servicePlan,
} from '../../shared/products/products.ts';
import type { Licence } from '../../shared/timeline/fact.ts';

function licence(partNumber: string, ...disabled: string[]): Licence {
  const product = productsByPartNumber(partNumber)[0];
  if (product === undefined) throw new Error(`no product ${partNumber}`);
  const disabledPlans = disabled.map((name) => ({ id: planIdByName(name, product.skuId) ?? name, name }));
  return { skuId: product.skuId, partNumber, name: product.name, disabledPlans };
}

describe('products', () => {
  test.each([
    ['6fd2c87f-b296-42f0-b197-1e91e994b900', 'ENTERPRISEPACK', 'Office 365 E3'],
    ['05E9A617-0261-4CEE-BB44-138D3EF5D965', 'SPE_E3', 'Microsoft 365 E3'],
    ['f245ecc8-75af-4f8e-b61f-27d8114de5f3', 'O365_BUSINESS_PREMIUM', 'Microsoft 365 Business Standard'],
    ['cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46', 'SPB', 'Microsoft 365 Business Premium'],
  ])('%s is %s, %s', (skuId, partNumber, name) => {
    expect(productBySkuId(skuId)).toMatchObject({ skuId: skuId.toLowerCase(), partNumber, name });
  });

  test('a product that Microsoft has not published is unknown', () => {
    expect(productBySkuId('00000000-1111-4111-8111-000000000000')).toBeUndefined();
    expect(productsByPartNumber('NO_SUCH_PART')).toEqual([]);
  });

  test('MCOPSTN5 is the part number of two products', () => {
    expect(productsByPartNumber('MCOPSTN5').map(({ skuId }) => skuId)).toEqual([
      '54a152dc-90de-4996-93d2-bc47e670fc06',
      'd43177b5-475b-4880-92d4-d54c27b5efbd',
    ]);
  });

  test('case and kind of blanks in a part number do not matter', () => {
    expect(productsByPartNumber('enterprisepack')).toHaveLength(1);
    expect(productsByPartNumber('O365_w/o\u00a0Teams\u00a0Bundle_M3')).toHaveLength(1);
  });

  test('a plan is found by its name, in the product where the name alone is not enough', () => {
    expect(planIdByName('EXCHANGE_S_ENTERPRISE')).toBe('efb87545-963c-4e0d-99df-69c6916d9eb0');
    expect(planIdByName('exchange_s_enterprise')).toBe('efb87545-963c-4e0d-99df-69c6916d9eb0');
    expect(planIdByName('PROJECT_ESSENTIALS')).toBeUndefined();
    const teamMembers = productsByPartNumber('DYN365_TEAM_MEMBERS')[0]?.skuId;
    expect(planIdByName('PROJECT_ESSENTIALS', teamMembers)).toBe('1259157c-8581-4875-bca7-2ffb18c51bda');
    expect(planIdByName('TEAMS1', 'no such product')).toBe('57ff2da0-773e-42df-b2af-ffb7a2317929');
  });

  test('people read the usual name of a plan, not a slip of the table', () => {
    expect(servicePlan('5DBE027F-2339-4123-9542-606E4D348A72')?.displayName).toBe('SharePoint (Plan 2)');
    expect(servicePlan('113feb6c-3fe4-4440-bddc-54d774bf0318')?.name).toBe('EXCHANGE_S_FOUNDATION');
    expect(servicePlan('3227bcb2-8448-4f81-b3c2-8c2074e15a2a')?.name).toBe('Microsoft Sales Copilot');
  });
});

describe('plans that carry a mailbox', () => {
  test('are ten, all in the table, of which none is foundation or archive', () => {
    const names = mailboxPlanIds.map((id) => servicePlan(id)?.name);
    expect(names).toEqual([
      'EXCHANGE_S_STANDARD',
      'EXCHANGE_S_ENTERPRISE',
      'EXCHANGE_S_DESKLESS',
      'EXCHANGE_S_ESSENTIALS',
      'EXCHANGE_L_STANDARD',
      'EXCHANGE_B_STANDARD',
      'EXCHANGE_S_STANDARD_MIDMARKET',
      'EXCHANGE_S_STANDARD_GOV',
      'EXCHANGE_S_ENTERPRISE_GOV',
      'EXCHANGE_S_DESKLESS_GOV',
    ]);
    expect(mailboxPlanIds.every(carriesMailbox)).toBe(true);
  });

  test.each([
    'EXCHANGE_S_FOUNDATION',
    'EXCHANGE_S_FOUNDATION_GOV',
    'EXCHANGE_S_ARCHIVE',
    'EXCHANGE_S_ARCHIVE_ADDON',
    'EXCHANGE_ANALYTICS',
  ])('%s carries none', (name) => {
    expect(carriesMailbox(planIdByName(name) ?? name)).toBe(false);
  });
});

describe('plan families', () => {
  test('name only plans that the table has, each under one id', () => {
    const names = Object.values(plansOfFamily).flat();
    expect(names.filter((name) => planIdByName(name) === undefined)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ['TEAMS1', 'teams'],
    ['SHAREPOINTDESKLESS', 'sharepoint'],
    ['SHAREPOINTWAC', undefined],
    ['OFFICESUBSCRIPTION', 'office-apps'],
    ['OFFICEMOBILE_SUBSCRIPTION', undefined],
    ['INTUNE_A', 'intune'],
    ['INTUNE_O365', undefined],
    ['AAD_PREMIUM_P2', 'entra-premium'],
    ['AAD_BASIC', undefined],
  ])('%s belongs to %s', (name, family) => {
    expect(familyOfPlan(planIdByName(name) ?? name)).toBe(family);
  });

  test('Office 365 E3 gives mailbox, Teams, SharePoint and Office; Microsoft 365 E5 gives all six', () => {
    expect(enabledFamilies(licence('ENTERPRISEPACK'))).toEqual(
      new Set(['mailbox', 'teams', 'sharepoint', 'office-apps']),
    );
    expect(enabledFamilies(licence('SPE_E5'))).toEqual(
      new Set(['mailbox', 'teams', 'sharepoint', 'office-apps', 'intune', 'entra-premium']),
    );
  });

  test('Power Automate Free gives none of them, though it has an Exchange plan', () => {
    expect(enabledPlans(licence('FLOW_FREE')).map(({ name }) => name)).toContain('EXCHANGE_S_FOUNDATION');
    expect(enabledFamilies(licence('FLOW_FREE'))).toEqual(new Set());
  });

  test('a plan that is switched off gives nothing', () => {
    expect(enabledFamilies(licence('ENTERPRISEPACK', 'TEAMS1', 'EXCHANGE_S_ENTERPRISE'))).toEqual(
      new Set(['sharepoint', 'office-apps']),
    );
  });

  test('an unknown product gives nothing that is known', () => {
    expect(enabledPlans({ skuId: 'NEW_PRODUCT', disabledPlans: [] })).toEqual([]);
  });

  test('have names for people', () => {
    expect(familyName('office-apps')).toBe('Office apps');
  });
});
