import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isIP } from 'node:net';
import { readIpAddress } from '../../shared/ingest/ip-address.ts';

describe('the address of a caller', () => {
  test.each([
    ['192.0.2.10', '192.0.2.10'],
    [' 192.0.2.10 ', '192.0.2.10'],
    ['192.0.2.10:30395', '192.0.2.10'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['::ffff:192.0.2.10', '192.0.2.10'],
    ['[::ffff:192.0.2.10]:443', '192.0.2.10'],
    ['::ffff:192.0.2.10:443', '192.0.2.10'],
    ['::2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1'],
    ['::2001:db8::1', '2001:db8::1'],
    ['fe80::1%14', 'fe80::1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::192.0.2.33'],
    ['::1', '::1'],
  ])('%s', (written, address) => {
    expect(readIpAddress(written)).toBe(address);
  });

  test.each([
    undefined,
    null,
    '',
    '<null>',
    'null',
    '256.0.0.1',
    '192.0.2',
    '192.0.2.10:',
    '2001:db8:::1',
    '1:2:3:4:5:6:7:8:9',
    'admin@contoso.com',
    '::ffff:999.0.2.1',
    7,
  ])('%p is none', (written) => {
    expect(readIpAddress(written)).toBeUndefined();
  });

  test('what comes out is an address, and reads as itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.stringMatching(/^[0-9a-f:.[\]%]{0,40}$/)),
        (text) => {
          const address = readIpAddress(text);
          if (address === undefined) return;
          expect(isIP(address)).toBeGreaterThan(0);
          expect(readIpAddress(address)).toBe(address);
        },
      ),
    );
  });

  test('no address is missed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(readIpAddress(address)).toBeDefined();
      }),
    );
  });
});
