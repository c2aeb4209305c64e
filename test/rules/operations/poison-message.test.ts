import { describe, expect, test } from '@jest/globals';
import type { Subject } from '../../../shared/state/subject.ts';
import type { StateValue } from '../../../shared/state/state.ts';
import type { Verdict } from '../../../shared/rules/verdict.ts';
import { rule } from '../../../shared/rules/operations/poison-message.rule.ts';
import { at } from '../../builders/fact.ts';
import { stateView } from '../../builders/views.ts';
import { holdsSamples } from '../rule-contract.ts';

const subject: Subject = { kind: 'queue', id: 'signals', name: 'signals' };
const message = (messageId: string, hour: number) => ({ messageId, insertedAt: at(hour) });

const three: StateValue<'queue'> = {
  kept: 3,
  latest: [message('m3', 5), message('m2', 4), message('m1', 3)],
  since: at(3),
  newest: 'm3',
};

holdsSamples(rule, {
  firing: { subject, views: { queue: stateView('queue', three, at(6)) }, now: at(6) },
  silent: { subject, views: { queue: stateView('queue', { kept: 0, latest: [] }, at(6)) }, now: at(6) },
});

function evaluate(value: StateValue<'queue'>, settings: object = {}): Verdict | undefined {
  const views = { queue: stateView('queue', value, at(6)) } as never;
  const [verdict, ...more] = rule.evaluate({
    subject,
    views,
    settings: rule.settings.parse(settings),
    now: at(6),
  });
  expect(more).toEqual([]);
  return verdict;
}

describe('messages that could not be handled', () => {
  test('are one alert a queue with the number kept, since when, and the latest by id', () => {
    expect(evaluate(three)).toMatchObject({
      kind: 'firing',
      severity: 'high',
      qualifiers: {},
      title: '3 messages of the queue signals could not be handled',
      happenedAt: at(3),
      facts: { queue: 'signals', kept: 3, since: at(3), latest: three.latest },
      details: [
        { label: 'Kept and not replayed', value: 3 },
        { label: 'Since', value: '3 February 2026 03:00 UTC' },
        { label: 'Latest', value: ['m3', 'm2', 'm1'] },
      ],
      evidence: [{ source: 'queue', subject: 'signals', at: at(6) }],
    });
  });

  test('are one where it is one', () => {
    expect(evaluate({ kept: 1, latest: [message('m1', 3)] })).toMatchObject({
      title: '1 message of the queue signals could not be handled',
      happenedAt: at(3),
      extent: ['m1'],
    });
  });

  test('make it worse when more come, also where some were replayed, and the extent does not grow', () => {
    const more = { ...three, kept: 250, latest: [message('m9', 5), ...three.latest], newest: 'm9' };
    expect(evaluate(three)).toMatchObject({ extent: ['m3'] });
    expect(evaluate(more)).toMatchObject({ extent: ['m9'] });
    const newestReplayed = { ...three, kept: 2, latest: three.latest.slice(1) };
    expect(evaluate(newestReplayed)).toMatchObject({ kind: 'firing', extent: ['m3'] });
  });

  test('are over when nothing is kept that was not replayed', () => {
    expect(evaluate({ kept: 0, latest: [] })).toMatchObject({ kind: 'clear', qualifiers: {} });
  });

  test('are told from a number on, and of no queue that the settings leave out', () => {
    expect(evaluate(three, { atLeast: 4 })).toMatchObject({ kind: 'clear' });
    expect(evaluate(three, { atLeast: 3 })).toMatchObject({ kind: 'firing' });
    expect(evaluate(three, { exceptQueues: ['signals'] })).toMatchObject({ kind: 'clear' });
  });
});
