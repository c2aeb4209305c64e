import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readUserName } from '../../shared/ingest/user-name.ts';

const id = '11111111-aaaa-4aaa-8aaa-000000000001';
const digits = '11111111AAAA4AAA8AAA000000000001';

describe('the name of a user', () => {
  test('is a UPN as written', () => {
    expect(readUserName(' Alex@contoso.com ')).toEqual({ upn: 'Alex@contoso.com' });
    expect(readUserName('kim_fabrikam.com#EXT#@contoso.com')).toEqual({
      upn: 'kim_fabrikam.com#EXT#@contoso.com',
    });
  });

  test('of a deleted user carries his id', () => {
    expect(readUserName(`${digits}alex@contoso.com`)).toEqual({ id, upn: 'alex@contoso.com' });
    expect(readUserName(`${digits}alex@contoso.com`, id)).toEqual({ id, upn: 'alex@contoso.com' });
  });

  test('that merely begins like an id stays whole', () => {
    const other = '11111111-aaaa-4aaa-8aaa-000000000002';
    expect(readUserName(`${digits}alex@contoso.com`, other)).toEqual({ upn: `${digits}alex@contoso.com` });
    expect(readUserName(`${digits}@contoso.com`)).toEqual({ upn: `${digits}@contoso.com` });
  });

  test.each([undefined, null, '', 'Not Available', 'alex', 'a b@contoso.com', '@contoso.com', 7])(
    '%p is none',
    (value) => {
      expect(readUserName(value)).toEqual({});
    },
  );

  test('is found again behind any id', () => {
    const upns = fc.stringMatching(/^[g-z][a-z.]{0,10}@contoso\.com$/);
    fc.assert(
      fc.property(fc.uuid(), upns, (anyId, upn) => {
        expect(readUserName(anyId.replaceAll('-', '') + upn)).toEqual({ id: anyId, upn });
      }),
    );
  });
});
