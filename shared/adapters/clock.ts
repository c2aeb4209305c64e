import type { Clock } from '../ports.ts';

/** The system's time, ahead by `shiftMilliseconds` where the product is to live later (GRACEWATCH_CLOCK). */
export function createClock(shiftMilliseconds = 0): Clock {
  return { now: () => new Date(Date.now() + shiftMilliseconds) };
}
