import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Coverage, CoverageWindow, SourceName } from '../../shared/coverage/coverage.ts';
import { sourceNames } from '../../shared/coverage/coverage.ts';
import { mergeWindows } from '../../shared/coverage/windows.ts';

/** Was this moment of the source read completely? By the plain definition, without merging. */
function covered({ windows }: Coverage, source: SourceName, at: string): boolean {
  return windows.some((window) => window.source === source && window.from <= at && at < window.to);
}

const entra = 'entra-directory-audits';
const activity = 'activity-azure-active-directory';
const hour = (hours: number): string => new Date(Date.UTC(2026, 1, 1, hours)).toISOString();

describe('merged windows', () => {
  test('that overlap or touch are one; a gap stays', () => {
    expect(
      mergeWindows([
        { from: hour(4), to: hour(6) },
        { from: hour(0), to: hour(2) },
        { from: hour(2), to: hour(3) },
        { from: hour(5), to: hour(7) },
      ]),
    ).toEqual([
      { from: hour(0), to: hour(3) },
      { from: hour(4), to: hour(7) },
    ]);
  });

  test('of two sources stay apart', () => {
    const windows: CoverageWindow[] = [
      { source: entra, from: hour(0), to: hour(2) },
      { source: activity, from: hour(1), to: hour(3) },
    ];
    expect(mergeWindows(windows)).toHaveLength(2);
  });

  test('that are empty, turned round or no times are left out', () => {
    expect(
      mergeWindows([
        { from: hour(1), to: hour(1) },
        { from: hour(3), to: hour(2) },
        { from: 'then', to: 'now' },
      ]),
    ).toEqual([]);
  });

  const window = fc
    .tuple(fc.constantFrom(...sourceNames), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 9 }))
    .map(([source, from, length]): CoverageWindow => ({ source, from: hour(from), to: hour(from + length) }));
  const windows = fc.array(window, { maxLength: 12 });

  test('are the same in any order, merged twice, and with a window read again', () => {
    fc.assert(
      fc.property(windows, fc.nat(), (some, at) => {
        const merged = mergeWindows(some);
        expect(mergeWindows(some.toReversed())).toEqual(merged);
        expect(mergeWindows(merged)).toEqual(merged);
        const again = some[at % Math.max(1, some.length)];
        expect(mergeWindows(again === undefined ? some : [again, ...some, again])).toEqual(merged);
      }),
    );
  });

  test('cover exactly what was covered before', () => {
    fc.assert(
      fc.property(
        windows,
        fc.constantFrom(...sourceNames),
        fc.integer({ min: -1, max: 50 }),
        (some, source, at) => {
          const coverage = (of: CoverageWindow[]) => ({ windows: of, latestArrivalMinutes: 60 });
          expect(covered(coverage(mergeWindows(some)), source, hour(at))).toBe(
            covered(coverage(some), source, hour(at)),
          );
        },
      ),
    );
  });
});

test('a window covers its beginning and not its end', () => {
  const coverage = {
    windows: [{ source: entra, from: hour(1), to: hour(2) } as const],
    latestArrivalMinutes: 60,
  };
  expect(covered(coverage, entra, hour(1))).toBe(true);
  expect(covered(coverage, entra, hour(2))).toBe(false);
  expect(covered(coverage, activity, hour(1))).toBe(false);
});
