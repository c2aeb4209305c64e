import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstLines, groupLines, type Line, lineOf } from '../../shared/card/grouping.ts';
import { storedAlert } from '../builders/stored-alert.ts';

const line = (overrides: Partial<Line> = {}): Line => ({
  ...lineOf(storedAlert(), 'opened'),
  ...overrides,
});

describe('what one script did stands under one heading', () => {
  test('rule, cause and actor decide', () => {
    const groups = groupLines([
      line({ alertId: '1', actor: 'script', cause: 'removed-directly' }),
      line({ alertId: '2', actor: 'script', cause: 'removed-directly' }),
      line({ alertId: '3', actor: 'admin', cause: 'removed-directly' }),
      line({ alertId: '4', actor: 'script', cause: 'removed-from-group' }),
      line({ alertId: '5', actor: 'script', cause: 'removed-directly', rule: 'licence/other' }),
    ]);
    expect(groups.map(({ lines }) => lines.length)).toEqual([2, 1, 1, 1]);
  });

  test('what is over stands apart and last, what is severe first', () => {
    const groups = groupLines([
      line({ alertId: '1', telling: 'resolved' }),
      line({ alertId: '2', telling: 'opened-and-resolved' }),
      line({ alertId: '3', actor: 'a', severity: 'medium' }),
      line({ alertId: '4', actor: 'b', severity: 'critical' }),
    ]);
    expect(groups.map(({ over, severity }) => [over, severity])).toEqual([
      [false, 'critical'],
      [false, 'medium'],
      [true, 'high'],
    ]);
  });

  test('lines are in order of time', () => {
    const [group] = groupLines([
      line({ who: 'late', happenedAt: '2026-02-03T09:02:00.000Z' }),
      line({ who: 'early', happenedAt: '2026-02-03T09:01:00.000Z' }),
    ]);
    expect(group?.lines.map(({ who }) => who)).toEqual(['early', 'late']);
  });
});

describe('a flood is cut', () => {
  const many = (number: number, overrides: Partial<Line>): Line[] =>
    Array.from({ length: number }, (_, index) =>
      line({ alertId: `${overrides.actor ?? ''}${index}`, ...overrides }),
    );

  test('and does not hide the one alert of another kind', () => {
    const groups = groupLines([...many(4000, { actor: 'script' }), ...many(1, { actor: 'admin' })]);
    expect(firstLines(groups, 10).map(({ shown }) => shown.length)).toEqual([9, 1]);
  });

  test('no more headings than lines', () => {
    const groups = groupLines(Array.from({ length: 30 }, (_, index) => line({ actor: `admin-${index}` })));
    expect(firstLines(groups, 10)).toHaveLength(10);
  });
});

const someLine = fc.record({
  alertId: fc.integer({ min: 0, max: 99 }).map(String),
  telling: fc.constantFrom('opened' as const, 'resolved' as const, 'worse' as const),
  severity: fc.constantFrom('low' as const, 'high' as const),
  actor: fc.constantFrom('script', 'admin'),
  who: fc.constantFrom('anna', 'ben'),
});

describe('whatever waits', () => {
  test('every line is in one group, whatever the order of arrival', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(someLine, { selector: ({ alertId }) => alertId, maxLength: 20 }),
        fc.integer(),
        (parts, turn) => {
          const lines = parts.map((part) => line(part));
          const start = lines.length === 0 ? 0 : Math.abs(turn) % lines.length;
          const groups = groupLines(lines);
          expect(groups.flatMap(({ lines }) => lines)).toHaveLength(lines.length);
          expect(groupLines([...lines.slice(start), ...lines.slice(0, start)])).toEqual(groups);
        },
      ),
    );
  });

  test('as many lines are shown as there is room for', () => {
    fc.assert(
      fc.property(fc.array(someLine, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (parts, most) => {
        const shown = firstLines(groupLines(parts.map((part) => line(part))), most);
        const number = shown.reduce((sum, { shown }) => sum + shown.length, 0);
        expect(number).toBe(Math.min(most, parts.length));
      }),
    );
  });
});
