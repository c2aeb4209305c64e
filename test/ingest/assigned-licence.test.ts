import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readAssignedLicences } from '../../shared/ingest/assigned-licence.ts';
import { pseudoLicence } from '../builders/audit-event.ts';

const e3 = { skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', partNumber: 'SPE_E3' };
const group = '22222222-bbbb-4bbb-8bbb-000000000002';

describe('licences in an audit record', () => {
  test('a list of pseudo-lists', () => {
    expect(
      readAssignedLicences([pseudoLicence('SPE_E3', ['TEAMS1', 'SWAY']), pseudoLicence('FLOW_FREE')]),
    ).toEqual([
      { ...e3, disabledPlans: ['TEAMS1', 'SWAY'] },
      { skuId: 'f30db892-07e9-47e9-837c-80727f46fd3d', partNumber: 'FLOW_FREE', disabledPlans: [] },
    ]);
  });

  test('the same as JSON in a string, on one line or over several with CRLF', () => {
    const list = [pseudoLicence('SPE_E3', ['TEAMS1'])];
    const expected = [{ ...e3, disabledPlans: ['TEAMS1'] }];
    expect(readAssignedLicences(JSON.stringify(list))).toEqual(expected);
    expect(readAssignedLicences(JSON.stringify(list, null, 2).replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(readAssignedLicences(JSON.stringify(JSON.stringify(list)))).toEqual(expected);
  });

  test('pseudo-lists that nobody put into quotes', () => {
    const text = `[${pseudoLicence('SPE_E3', ['TEAMS1'])},\r\n ${pseudoLicence('FLOW_FREE')}]`;
    expect(readAssignedLicences(text).map(({ partNumber }) => partNumber)).toEqual(['SPE_E3', 'FLOW_FREE']);
  });

  test('switched-off plans as GUIDs come in lower case', () => {
    const plan = 'EFB87545-963C-4E0D-99DF-69C6916D9EB0';
    expect(readAssignedLicences([pseudoLicence('SPE_E3', [plan])])[0]?.disabledPlans).toEqual([
      plan.toLowerCase(),
    ]);
  });

  test('a key that nobody knows does no harm, wherever it stands', () => {
    const text = pseudoLicence('SPE_E3', ['TEAMS1'])
      .replace('[SkuName', '[Region=EU, SkuName')
      .replace(']]', '], AssignedOn=2026-02-03T09:15:00Z]');
    expect(readAssignedLicences([text])).toEqual([{ ...e3, disabledPlans: ['TEAMS1'] }]);
  });

  test('part numbers may hold brackets', () => {
    expect(readAssignedLicences([pseudoLicence('Microsoft_365_E3_(no_Teams)')])[0]?.partNumber).toBe(
      'Microsoft_365_E3_(no_Teams)',
    );
  });

  test('a text that was cut off keeps what is there', () => {
    expect(readAssignedLicences(pseudoLicence('SPE_E3', ['TEAMS1', 'SWAY']).slice(0, -2))).toEqual([
      { ...e3, disabledPlans: ['TEAMS1', 'SWAY'] },
    ]);
  });

  test.each([['AssignedByGroup'], ['GroupId'], ['grantingGroupObjectId']])(
    'LicenseAssignmentDetail tells the granting group, here as %s',
    (key) => {
      const detail = {
        SkuId: e3.skuId.toUpperCase(),
        DisabledPlans: ['efb87545-963c-4e0d-99df-69c6916d9eb0'],
        [key]: group,
      };
      expect(readAssignedLicences([detail])).toEqual([
        { skuId: e3.skuId, disabledPlans: ['efb87545-963c-4e0d-99df-69c6916d9eb0'], groupId: group },
      ]);
    },
  );

  test('granted by two groups, it comes once for each', () => {
    const other = '22222222-bbbb-4bbb-8bbb-00000000000b';
    const licences = readAssignedLicences([{ skuId: e3.skuId, assigningGroups: [group, other] }]);
    expect(licences.map(({ groupId }) => groupId)).toEqual([group, other]);
  });

  test('the empty GUID is no group: the licence is direct', () => {
    const detail = { SkuId: e3.skuId, AssignedByGroup: '00000000-0000-0000-0000-000000000000' };
    expect(readAssignedLicences([detail])).toEqual([{ skuId: e3.skuId, disabledPlans: [] }]);
  });

  test('the product as older tools write it', () => {
    const detail = { AccountSku: { AccountName: 'contoso', SkuPartNumber: 'ENTERPRISEPACK' } };
    expect(readAssignedLicences([detail])).toEqual([{ partNumber: 'ENTERPRISEPACK', disabledPlans: [] }]);
    expect(readAssignedLicences([{ AccountSkuId: 'contoso:ENTERPRISEPACK' }])).toEqual([
      { partNumber: 'ENTERPRISEPACK', disabledPlans: [] },
    ]);
  });

  test.each([
    [undefined],
    [null],
    [''],
    ['[]'],
    ['[""]'],
    [[]],
    ['garbage'],
    [17],
    [true],
    [{}],
    [[[[]]]],
    ['{"a":'],
  ])('%p holds none', (value) => {
    expect(readAssignedLicences(value)).toEqual([]);
  });

  test('what the directory writes is read back, whatever the products and plans', () => {
    const word = fc
      .stringMatching(/^[A-Za-z][A-Za-z0-9_]{1,20}$/)
      .filter((text) => !/^(none|null|unknown|undefined)$/i.test(text));
    const licence = fc.record({
      skuId: fc.uuid().filter((id) => !/^[0-]+$/.test(id)),
      partNumber: word,
      disabledPlans: fc.array(word),
    });
    fc.assert(
      fc.property(fc.array(licence), (licences) => {
        const list = licences.map(
          ({ skuId, partNumber, disabledPlans }) =>
            `[SkuName=${partNumber}, AccountId=x, SkuId=${skuId}, DisabledPlans=[${disabledPlans.join(', ')}]]`,
        );
        expect(readAssignedLicences(JSON.stringify(list))).toEqual(licences);
      }),
    );
  });

  test('nothing that comes in makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.json()), (value) => {
        expect(Array.isArray(readAssignedLicences(value))).toBe(true);
      }),
    );
  });
});
