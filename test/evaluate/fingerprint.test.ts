import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintOf } from '../../shared/evaluate/fingerprint.ts';
import type { Qualifiers } from '../../shared/rules/verdict.ts';

const qualifiers = fc.record(
  { skuId: fc.string(), groupId: fc.string(), errorCode: fc.string() },
  { requiredKeys: [] },
);
const parts = fc.tuple(fc.string(), fc.string(), fc.string(), qualifiers);

describe('the id of an alert', () => {
  test('is a legal table key: 64 hex digits whatever the names are', () => {
    fc.assert(
      fc.property(parts, (named) => {
        expect(fingerprintOf(...named)).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  test('does not depend on the order of the qualifiers', () => {
    fc.assert(
      fc.property(parts, ([tenantId, rule, subjectId, given]) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse()) as Qualifiers;
        expect(fingerprintOf(tenantId, rule, subjectId, reversed)).toBe(
          fingerprintOf(tenantId, rule, subjectId, given),
        );
      }),
    );
  });

  test('differs wherever tenant, rule, subject or qualifiers differ', () => {
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
        expect(fingerprintOf(...left) === fingerprintOf(...right)).toBe(same);
      }),
    );
  });

  test('does not run neighbouring parts together', () => {
    expect(fingerprintOf('ab', 'c', 'd', {})).not.toBe(fingerprintOf('a', 'bc', 'd', {}));
    expect(fingerprintOf('t', 'r', 's', { skuId: 'x' })).not.toBe(
      fingerprintOf('t', 'r', 's', { groupId: 'x' }),
    );
  });
});

function sorted([tenantId, rule, subjectId, given]: [string, string, string, Qualifiers]): unknown[] {
  return [tenantId, rule, subjectId, ...Object.entries(given).sort()];
}
