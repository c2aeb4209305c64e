import { expect, test } from '@jest/globals';
import { SeenRecords } from '../../../cli/replay/seen-records.ts';

test('a record is new once, among a hundred thousand', () => {
  const seen = new SeenRecords();
  const keys = Array.from(
    { length: 100_000 },
    (_, index) => `tenant\nentra\nDirectory_${index}_${index % 7}`,
  );
  expect(keys.filter((key) => !seen.add(key))).toEqual([]);
  expect(keys.filter((key) => seen.add(key))).toEqual([]);
});

test('the same id in another log or tenant is another record', () => {
  const seen = new SeenRecords();
  expect(['a\nentra\n1', 'a\nunified\n1', 'b\nentra\n1', 'a\nentra\n1'].map((key) => seen.add(key))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
