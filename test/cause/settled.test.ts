import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certainMinutes, settledFor } from '../../shared/cause/settled.ts';
import { type CoverageWindow, licenceSourceOf } from '../../shared/coverage/coverage.ts';
import { minutesAfter } from '../../shared/time/moments.ts';

const at = '2026-02-03T00:00:00.000Z';
const hour = (hours: number): string => minutesAfter(at, hours * 60);
const sources = Object.values(licenceSourceOf);
const span = fc
  .record({
    source: fc.constantFrom(...sources),
    from: fc.integer({ min: -50, max: 200 }),
    length: fc.integer({ min: 0, max: 250 }),
  })
  .map(({ source, from, length }): CoverageWindow => ({ source, from: hour(from), to: hour(from + length) }));

test('nothing is said not to be logged unless each hour of each log was read, and of all else it is told what was not', () => {
  fc.assert(
    fc.property(
      fc.array(span, { minLength: 2, maxLength: 8 }),
      fc.array(span, { maxLength: 2 }),
      fc.integer({ min: 0, max: 300 }),
      (windows, gaps, nowHour) => {
        const coverage = { windows, gaps, latestArrivalMinutes: 48 * 60 };
        const settled = settledFor(at, coverage, hour(nowHour));
        const isRead = (end: number): boolean =>
          sources.every((source) => {
            const of = <T extends { source: string }>(items: T[]) =>
              items.filter((one) => one.source === source);
            const hours = Array.from({ length: end }, (_, index) => index);
            return (
              hours.every((n) => of(windows).some(({ from, to }) => from <= hour(n) && hour(n + 1) <= to)) &&
              of(gaps).every(({ from, to }) => to < at || from > hour(end))
            );
          });
        const certainHours = certainMinutes / 60;
        if (nowHour < 48) expect(settled.kind).toBe('early');
        else expect(settled.kind).toBe(isRead(48) ? 'settled' : 'unread');
        if (settled.kind === 'settled') {
          const isCertain = nowHour >= certainHours && isRead(certainHours);
          expect(settled.confidence).toBe(isCertain ? 'certain' : 'likely');
        }
        if (settled.kind === 'unread') expect(settled.unread.length).toBeGreaterThan(0);
        for (const { from = '', to = '~' } of settled.unread) {
          expect(from <= to && from <= hour(certainHours) && to >= at).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});
