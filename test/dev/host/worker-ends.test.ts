import { describe, expect, test } from '@jest/globals';
import { withAnotherEnd, type WorkerEnds } from '../../../dev/host/worker-ends.ts';

/** How many ends of the worker count at each of the given minutes. */
function counts(...minutes: number[]): number[] {
  let ends: WorkerEnds | undefined;
  return minutes.map((minute) => {
    ends = withAnotherEnd(ends, minute * 60_000);
    return ends.count;
  });
}

describe('ends of a worker', () => {
  test('are counted while no more than half an hour lies between two', () => {
    expect(counts(0, 30, 60)).toEqual([1, 2, 3]);
  });

  test('are forgotten once more than half an hour has passed', () => {
    expect(counts(0, 1, 31.1, 32, 90)).toEqual([1, 2, 1, 2, 1]);
  });
});
