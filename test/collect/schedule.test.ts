import { describe, expect, test } from '@jest/globals';
import { isCalledByHand } from '../../shared/collect/schedule.ts';

const now = Date.parse('2026-03-01T12:05:00.200Z');
const called = (next: string | undefined, isPastDue = false): boolean =>
  isCalledByHand({ isPastDue, scheduleStatus: next === undefined ? null : { next } }, now);

describe('schedule-collection is called', () => {
  test.each([
    ['at its time', '2026-03-01T12:05:00.000Z'],
    ['a moment before it, because clocks differ', '2026-03-01T12:05:00.900Z'],
    ['some seconds late', '2026-03-01T12:04:50.000Z'],
    ['with another time zone', '2026-03-01T13:05:00.000+01:00'],
  ])('by the timer %s', (_, next) => {
    expect(called(next)).toBe(false);
  });

  test('by the timer, past due, whenever that was', () => {
    expect(called('2026-03-01T03:00:00.000Z', true)).toBe(false);
  });

  test.each([
    ['while the timer is to fire later', '2026-03-01T12:10:00.000Z'],
    ['while the timer is switched off and its time has long passed', '2026-03-01T12:00:00.000Z'],
    ['where the host tells no time', undefined],
    ['where it tells nonsense', 'soon'],
  ])('by hand %s', (_, next) => {
    expect(called(next)).toBe(true);
  });
});
