import { describe, expect, test } from '@jest/globals';
import { at, ofType, type Snapshot, snapshots, textAt } from './template.ts';

/** A line of the app's log, and the minute in which it was written. */
interface Row {
  minute: number;
  message: string;
}

const spans: Record<string, number> = { PT15M: 15, PT30M: 30, PT1H: 60, PT3H: 180 };

/**
 * The alarms that count lines with certain messages, which is all that is needed to see whether the timers run: those that have fired by
 * some minute, each with the first minute in which it did. What Azure really does with a query that finds nothing is not proved here.
 */
function fired(snapshot: Snapshot, rows: readonly Row[], from: number, to: number): Record<string, number> {
  const firsts: Record<string, number> = {};
  for (const alarm of ofType(snapshot, 'Microsoft.Insights/scheduledQueryRules')) {
    const criteria = at(alarm, 'properties', 'criteria', 'allOf', 0);
    const query = textAt(criteria, 'query');
    const [, told] = /\| where said (?:==|in) (\([^)]*\)|'[^']*')\s*$/.exec(query) ?? [];
    const over = spans[textAt(alarm, 'properties', 'windowSize')];
    const every = spans[textAt(alarm, 'properties', 'evaluationFrequency')];
    if (told === undefined || over === undefined || every === undefined) continue;
    const messages = [...told.matchAll(/'([^']*)'/g)].map(([, message]) => message);
    for (let minute = from; minute <= to; minute += every) {
      const count = rows.filter(
        (row) => row.minute > minute - over && row.minute <= minute && messages.includes(row.message),
      ).length;
      const threshold = Number(at(criteria, 'threshold'));
      const fires = textAt(criteria, 'operator') === 'LessThan' ? count < threshold : count > threshold;
      if (fires) firsts[alarm.name.replace(/^.*?-(?=nothing-collected|queues-unseen|poison)/, '')] ??= minute;
    }
  }
  return firsts;
}

const day = 24 * 60;
const everyFiveMinutes = (from: number, to: number, ...messages: string[]): Row[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / 5)) }, (_, index) => from + index * 5).flatMap(
    (minute) => messages.map((message) => ({ minute, message })),
  );
const ofTimers = ['collection finished', 'queue looked at'];
/** What the log holds of pages and queues that go on: nothing that a timer begins. */
const ofOthers = ['the question could not be answered', 'card posted', 'alerts recorded'];

describe.each(snapshots)('%s: the alarms from outside', (_name, snapshot) => {
  test('are silent while the timers run, with tenants or without one yet', () => {
    const quiet = ['no tenant is watched: nothing is collected', 'queue looked at'];
    for (const messages of [ofTimers, quiet]) {
      expect(fired(snapshot, everyFiveMinutes(-day, day, ...messages), 0, day)).toEqual({});
    }
  });

  test('see that all timers have stopped while pages and queues go on', () => {
    const rows = [...everyFiveMinutes(-day, 0, ...ofTimers), ...everyFiveMinutes(-day, day, ...ofOthers)];
    const firsts = fired(snapshot, rows, 0, day);
    expect(Object.keys(firsts).sort()).toEqual(['nothing-collected', 'queues-unseen']);
    expect(firsts['queues-unseen']).toBeLessThanOrEqual(90);
    expect(firsts['nothing-collected']).toBeLessThanOrEqual(210);
  });

  test('see that there is no function at all, also from the first day on', () => {
    for (const rows of [[], everyFiveMinutes(-day, 0, ...ofTimers)]) {
      expect(Object.keys(fired(snapshot, rows, 0, day)).sort()).toEqual([
        'nothing-collected',
        'queues-unseen',
      ]);
    }
  });

  test('see that one of the two timers has stopped', () => {
    const one = (kept: string) => everyFiveMinutes(-day, day, kept);
    expect(Object.keys(fired(snapshot, one('collection finished'), 0, day))).toEqual(['queues-unseen']);
    expect(Object.keys(fired(snapshot, one('queue looked at'), 0, day))).toEqual(['nothing-collected']);
  });

  test('name what mends it', () => {
    const descriptions = ofType(snapshot, 'Microsoft.Insights/scheduledQueryRules')
      .filter(({ name }) => /-(?:nothing-collected|queues-unseen)$/.test(name))
      .map((alarm) => textAt(alarm, 'properties', 'description'));
    expect(descriptions).toHaveLength(2);
    for (const description of descriptions) {
      expect(description).toMatch(/timers? .*stopped|no function/);
      expect(description).toContain('gracewatch doctor --app');
    }
  });
});
