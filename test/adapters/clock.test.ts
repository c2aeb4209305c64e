import { expect, test } from '@jest/globals';
import { createClock } from '../../shared/adapters/clock.ts';

test('the clock tells the time of the system', () => {
  const before = Date.now();
  const now = createClock().now().getTime();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test('the clock is ahead by the shift', () => {
  const shift = 20 * 24 * 60 * 60 * 1000;
  const before = Date.now();
  const now = createClock(shift).now().getTime();
  expect(now - before).toBeGreaterThanOrEqual(shift);
  expect(now - shift).toBeLessThanOrEqual(Date.now());
});
