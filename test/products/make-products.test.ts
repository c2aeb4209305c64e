import { describe, expect, test } from '@jest/globals';
import { makeTable, readTable, writeTable } from '../../scripts/make-products.ts';

const e3 = '6FD2C87F-b296-42f0-b197-1e91e994b900';
const f1 = '44575883-256e-4a79-9da4-ebe9acabe2b2';
const exchange = 'efb87545-963c-4e0d-99df-69c6916d9eb0';
const teams = '57ff2da0-773e-42df-b2af-ffb7a2317929';

const published = [
  '\ufeffProduct_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names',
  `Office 365 E3,ENTERPRISEPACK,${e3},EXCHANGE_S_ENTERPRISE,${exchange},EXCHANGE ONLINE (PLAN 2)`,
  `Office 365 E3,ENTERPRISEPACK,${e3},TEAMS1,${teams},"Microsoft  Teams"`,
  `Microsoft 365 F1,M365_F1,${f1},TEAMS1,${teams},MICROSOFT TEAMS`,
  `Microsoft 365 F1,M365_F1,${f1},EXCHANGE_S_ENTERPRISE,${exchange},Exchange Online (Plan 2)`,
].join('\r\n');

const copied = [
  'skuId,skuPartNumber,productDisplayName,servicePlanId,servicePlanName,servicePlanDisplayName,source',
  `${e3},ENTERPRISEPACK,Office 365 E3,${exchange},EXCHANGE_S_ENTERPRISE,EXCHANGE ONLINE (PLAN 2),both`,
  `${e3},ENTERPRISEPACK,Office 365 E3,${teams},TEAMS1,Microsoft Teams,both`,
  `${f1},M365_F1,Microsoft 365 F1,${teams},TEAMS1,MICROSOFT TEAMS,tf`,
  `${f1},M365_F1,Microsoft 365 F1,${exchange},EXCHANGE_S_ENTERPRISE,Exchange Online (Plan 2),cipp`,
].join('\n');

describe('the products table', () => {
  test("comes out the same from Microsoft's columns and from the project's", () => {
    expect(makeTable(readTable(published))).toEqual(makeTable(readTable(copied)));
  });

  test('has each plan once and products that point to them', () => {
    expect(makeTable(readTable(published))).toEqual({
      plans: [
        { id: teams, name: 'TEAMS1', displayName: 'Microsoft Teams' },
        { id: exchange, name: 'EXCHANGE_S_ENTERPRISE', displayName: 'Exchange Online (Plan 2)' },
      ],
      products: [
        { skuId: e3.toLowerCase(), partNumber: 'ENTERPRISEPACK', name: 'Office 365 E3', plans: [0, 1] },
        { skuId: f1, partNumber: 'M365_F1', name: 'Microsoft 365 F1', plans: [0, 1] },
      ],
    });
  });

  test('keeps the place of plans that were there, so that a new plan changes only the lines that it concerns', () => {
    const table = makeTable(readTable(published), [{ id: exchange }, { id: 'withdrawn' }]);
    expect(table.plans.map(({ id }) => id)).toEqual([exchange, teams]);
  });

  test('is written one product to a line, and reads back as it was', () => {
    const table = makeTable(readTable(copied));
    const text = writeTable(table);
    expect(text.split('\n')).toHaveLength(4 + 2 + 2);
    expect(JSON.parse(text)).toEqual(table);
  });

  test('is not made from another file', () => {
    expect(() => readTable('name,age\nAlex,40\n')).toThrow();
    expect(() => readTable(copied.replace(exchange, 'no guid'))).toThrow();
  });
});
