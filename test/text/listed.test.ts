import { expect, test } from '@jest/globals';
import { listed, listedInFull } from '../../shared/text/listed.ts';

test.each([
  [[], ''],
  [['A'], 'A'],
  [['A', 'B'], 'A and B'],
  [['A', 'B', 'C', 'D'], 'A, B, C and D'],
  [['A', 'B', 'C', 'D', 'E'], 'A, B, C and 2 more'],
])('%j is listed as "%s"', (names, words) => {
  expect(listed(names)).toBe(words);
});

test('in full none is counted instead of named', () => {
  expect(listedInFull(['A', 'B', 'C', 'D', 'E'])).toBe('A, B, C, D and E');
});
