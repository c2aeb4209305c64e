import { describe, expect, test } from '@jest/globals';
import { readGroupLicensingResult } from '../../shared/ingest/group-licensing-result.ts';

const result = (after: unknown) => [{ property: 'Result', after }];

describe('the result of group licensing', () => {
  test('counts users who got their licences and users who did not', () => {
    const sentence =
      '[Users successfully assigned licenses: 6, Users for whom license assignment failed: 2.];';
    expect(readGroupLicensingResult(result(sentence))).toEqual({ succeeded: 6, failed: 2 });
  });

  test.each([
    [[]],
    [result('[]')],
    [result('done')],
    [result('Users successfully assigned licenses: 6')],
    [result(7)],
  ])('is not told by %j', (change) => {
    expect(readGroupLicensingResult(change)).toBeUndefined();
  });
});
