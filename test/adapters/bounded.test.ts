import { describe, expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { eachBounded } from '../../shared/adapters/bounded.ts';

describe('work that is done a few at a time', () => {
  test('is done for every item, never more at once than allowed', async () => {
    const done: number[] = [];
    let inWork = 0;
    let most = 0;
    await eachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      inWork += 1;
      most = Math.max(most, inWork);
      await setImmediate();
      inWork -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  test('fails with the first error, after all that was begun has ended', async () => {
    const ended: number[] = [];
    const work = eachBounded([1, 2, 3, 4, 5, 6], 2, async (item) => {
      if (item === 1) throw new Error('first');
      await setImmediate();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('first');
    expect(ended).toEqual([2]);
  });

  test('is nothing for no items', async () => {
    await expect(eachBounded([], 3, () => Promise.reject(new Error('called')))).resolves.toBeUndefined();
  });
});
