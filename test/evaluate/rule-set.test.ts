import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRule, type Rule } from '../../shared/evaluate/rule.ts';
import { ruleSet, ruleSettings } from '../../shared/evaluate/rule-set.ts';

function ruleNamed(id: string): Rule {
  return defineRule({
    id,
    title: 'Example',
    severity: 'medium',
    subject: 'user',
    needs: ['audit'],
    settings: z.object({ hours: z.number().min(0).default(24), secret: z.string().max(3).optional() }),
    runbook: ['Look.', 'Act.'],
    reference: 'https://learn.microsoft.com/',
    knownGaps: ['None known.'],
    evaluate: () => [{ kind: 'clear', reason: 'nothing' }],
  });
}

describe('the set of rules', () => {
  test('holds every rule in order of its id', () => {
    const rules = ruleSet([
      { path: 'licence/two', rule: ruleNamed('licence/two') },
      { path: 'identity/one', rule: ruleNamed('identity/one') },
    ]);
    expect(rules.map(({ id }) => id)).toEqual(['identity/one', 'licence/two']);
  });

  test('names the file whose rule has another id', () => {
    expect(() => ruleSet([{ path: 'licence/two', rule: ruleNamed('licence/one') }])).toThrow(
      'licence/two: its rule has the id "licence/one"; the id is folder/file',
    );
  });

  test.each([
    ['nothing', undefined],
    ['a text', 'rule'],
    ['a rule without a way to evaluate', { ...ruleNamed('licence/two'), evaluate: undefined }],
    ['a rule with an unknown severity', { ...ruleNamed('licence/two'), severity: 'urgent' }],
    ['a rule without a schema of settings', { ...ruleNamed('licence/two'), settings: {} }],
  ])('names the file that exports %s', (_, rule) => {
    expect(() => ruleSet([{ path: 'licence/two', rule }])).toThrow(/^licence\/two: must export `rule`/);
  });
});

describe('the settings of rules', () => {
  const rules = [ruleNamed('licence/one'), ruleNamed('licence/two')];

  test('are the defaults where nothing is set', () => {
    const { settingsOf, warnings } = ruleSettings(rules, {});
    expect(settingsOf('licence/one')).toEqual({ hours: 24 });
    expect(warnings).toEqual([]);
  });

  test('are what is set for the one rule and the defaults for the others', () => {
    const { settingsOf } = ruleSettings(rules, { 'licence/one': { hours: 2 } });
    expect(settingsOf('licence/one')).toEqual({ hours: 2 });
    expect(settingsOf('licence/two')).toEqual({ hours: 24 });
  });

  test('warn of a rule and of a setting that do not exist, and go on', () => {
    const { settingsOf, warnings } = ruleSettings(rules, {
      'licence/three': {},
      'licence/one': { days: 2 },
    });
    expect(warnings).toEqual([
      'settings for an unknown rule "licence/three"',
      'unknown setting licence/one.days',
    ]);
    expect(settingsOf('licence/one')).toEqual({ hours: 24 });
  });

  test('that do not fit stop the start, all at once, by rule and path and without the value', () => {
    const start = () =>
      ruleSettings(rules, { 'licence/one': { hours: 'hunter2' }, 'licence/two': { secret: 'hunter2' } });
    expect(start).toThrow(/licence\/one: hours: .*\n.*licence\/two: secret: /);
    expect(start).not.toThrow('hunter2');
  });

  test('of a rule that is not in the set cannot be asked for', () => {
    expect(() => ruleSettings(rules, {}).settingsOf('licence/three')).toThrow('"licence/three"');
  });
});
