import { describe, expect, test } from '@jest/globals';
import type { Subject } from '../../../shared/state/subject.ts';
import type { StateValue } from '../../../shared/state/state.ts';
import type { Verdict } from '../../../shared/rules/verdict.ts';
import { rule } from '../../../shared/rules/operations/delivery-failing.rule.ts';
import { at } from '../../builders/fact.ts';
import { stateView } from '../../builders/views.ts';
import { holdsSamples } from '../rule-contract.ts';

const subject: Subject = { kind: 'channel', id: 'licences', name: 'licences' };
const refuses: StateValue<'channel'> = {
  takesPosts: false,
  since: at(3),
  reason: 'channel licences answered 404',
};

holdsSamples(rule, {
  firing: { subject, views: { channel: stateView('channel', refuses, at(3)) }, now: at(3) },
  silent: { subject, views: { channel: stateView('channel', { takesPosts: true }, at(4)) }, now: at(4) },
});

function evaluate(value: StateValue<'channel'>, settings: object = {}, now = at(4)): Verdict | undefined {
  const views = { channel: stateView('channel', value, at(4)) } as never;
  const [verdict, ...more] = rule.evaluate({ subject, views, settings: rule.settings.parse(settings), now });
  expect(more).toEqual([]);
  return verdict;
}

describe('a channel that refuses', () => {
  test('is one alert with what it answered and since when, however many notices it refuses', () => {
    expect(evaluate(refuses)).toMatchObject({
      kind: 'firing',
      severity: 'high',
      qualifiers: {},
      title: 'The channel licences does not take notices',
      happenedAt: at(3),
      extent: ['licences'],
      facts: { channel: 'licences', since: at(3), reason: 'channel licences answered 404' },
      details: [
        { label: 'Channel', value: 'licences' },
        { label: 'Answer', value: 'channel licences answered 404' },
        { label: 'Since', value: '3 February 2026 03:00 UTC' },
      ],
      evidence: [{ source: 'channel', subject: 'licences', at: at(4) }],
    });
  });

  test('that says neither why nor since when is told all the same', () => {
    expect(evaluate({ takesPosts: false })).toMatchObject({ kind: 'firing', happenedAt: at(4) });
  });

  test('is over when it takes a post', () => {
    expect(evaluate({ takesPosts: true })).toMatchObject({ kind: 'clear', qualifiers: {} });
  });

  test('is waited for as long as the settings say', () => {
    expect(evaluate(refuses, { graceMinutes: 90 })).toMatchObject({ kind: 'clear', lookAgainAt: at(4.5) });
    expect(evaluate(refuses, { graceMinutes: 90 }, at(4.5))).toMatchObject({ kind: 'firing' });
  });
});
