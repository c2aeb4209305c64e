import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryDelayMilliseconds } from '../../../dev/host/timer-retry.ts';

describe('the retry of a timer', () => {
  test('is none unless asked for', () => {
    expect(retryDelayMilliseconds(undefined, 1, 0.5)).toBeUndefined();
  });

  test('waits as long each time where the delay is fixed, and ends', () => {
    const retry = { retryStrategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { seconds: 3 } };
    expect([1, 2, 3].map((count) => retryDelayMilliseconds(retry, count, 0.5))).toEqual([
      3000,
      3000,
      undefined,
    ]);
  });

  test('never ends with a count of -1', () => {
    const retry = { retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { seconds: 1 } };
    expect(retryDelayMilliseconds(retry, 1_000_000, 0)).toBe(1000);
  });

  test('grows within its limits where it is exponential', () => {
    const retry = {
      retryStrategy: 'exponentialBackoff',
      maxRetryCount: 50,
      minimumInterval: { seconds: 2 },
      maximumInterval: { seconds: 60 },
    };
    expect(retryDelayMilliseconds(retry, 1, 0)).toBe(2000);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 49 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (count, random) => {
          const delay = retryDelayMilliseconds(retry, count, random) ?? -1;
          expect(delay).toBeGreaterThanOrEqual(2000);
          expect(delay).toBeLessThanOrEqual(60_000);
          expect(retryDelayMilliseconds(retry, count + 1, random)).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });
});
