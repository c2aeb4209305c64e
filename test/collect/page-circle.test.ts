import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { follow, type LinkTrail } from '../../shared/collect/page-circle.ts';

/** How many links are followed until the circle is noticed; undefined when none is. */
function noticed(links: Iterable<string>): number | undefined {
  let trail: LinkTrail | undefined;
  let followed = 0;
  for (const link of links) {
    followed += 1;
    trail = follow(trail, link);
    if (trail === undefined) return followed;
  }
  return undefined;
}

test('a chain of different links is never taken for a circle', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 300 }), (links) => {
      expect(noticed(links)).toBeUndefined();
    }),
  );
});

test('a circle of any length behind any chain is noticed soon', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 60 }), (before, length) => {
      const endless = function* (): Generator<string> {
        for (let index = 0; index < before; index += 1) yield `before ${String(index)}`;
        for (let index = 0; index < 10_000; index += 1) yield `circle ${String(index % length)}`;
      };
      expect(noticed(endless())).toBeLessThanOrEqual(4 * (before + length) + 4);
    }),
  );
});
