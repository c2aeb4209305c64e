import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRule, type Rule } from '../../shared/rules/rule.ts';
import { ruleSet, ruleSettings } from '../../shared/evaluate/rule-set.ts';

const contoso = '11111111-2222-4333-8444-555555555555';
const fabrikam = '66666666-7777-4888-8999-aaaaaaaaaaaa';

function ruleNamed(id: string): Rule {
  return defineRule({
    id,
    title: 'Example',
    severity: 'medium',
    subject: 'user',
    needs: ['timeline'],
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

describe('a rule that would look at what its subject does not have', () => {
  const about = (subject: Rule['subject'], needs: Rule['needs'], uses: Rule['uses'] = []): Rule => ({
    ...ruleNamed('identity/one'),
    subject,
    needs,
    uses,
  });

  test.each([
    [
      'a state that it needs',
      about('user', ['timeline', 'channel']),
      'the state "channel" is that of a channel, and the rule is about a user',
    ],
    [
      'a state that it uses',
      about('group', ['timeline'], ['registration']),
      'the state "registration" is that of a user, and the rule is about a group',
    ],
    ['a timeline', about('queue', ['timeline']), 'a queue has no timeline'],
  ])('stops the start, named: %s', (_, rule, problem) => {
    expect(() => ruleSet([{ path: 'identity/one', rule }])).toThrow(`identity/one: ${problem}`);
  });

  test.each([
    ['its own state', about('channel', ['channel'])],
    ['the timeline of a group', about('group', ['timeline'], ['group-licences'])],
  ])('is not one that looks at %s', (_, rule) => {
    expect(ruleSet([{ path: 'identity/one', rule }])).toEqual([rule]);
  });
});

describe('the settings of rules', () => {
  const rules = [ruleNamed('licence/one'), ruleNamed('licence/two')];

  test('are the defaults where nothing is set', () => {
    const { settingsOf, warnings } = ruleSettings(rules, {});
    expect(settingsOf('licence/one', contoso)).toEqual({ hours: 24 });
    expect(warnings).toEqual([]);
  });

  test('are what is set for the one rule and the defaults for the others', () => {
    const { settingsOf } = ruleSettings(rules, { 'licence/one': { hours: 2 } });
    expect(settingsOf('licence/one', contoso)).toEqual({ hours: 2 });
    expect(settingsOf('licence/two', contoso)).toEqual({ hours: 24 });
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
    expect(settingsOf('licence/one', contoso)).toEqual({ hours: 24 });
  });

  test('that do not fit stop the start, all at once, by rule and path and without the value', () => {
    const start = () =>
      ruleSettings(rules, { 'licence/one': { hours: 'hunter2' }, 'licence/two': { secret: 'hunter2' } });
    expect(start).toThrow(/^GRACEWATCH_RULES: licence\/one: hours: [^\n]*; licence\/two: secret: [^\n]*$/);
    expect(start).not.toThrow('hunter2');
  });

  test('of a rule that is not in the set cannot be asked for', () => {
    expect(() => ruleSettings(rules, {}).settingsOf('licence/three', contoso)).toThrow('"licence/three"');
  });
});

describe('the settings of rules for one tenant', () => {
  const rules = [ruleNamed('licence/one'), ruleNamed('licence/two')];
  const given = (
    tenants: unknown,
    general: object = { hours: 2, secret: 'abc' },
  ): Record<string, unknown> => ({
    'licence/one': general,
    tenants,
  });

  test('lie over the general ones, name by name; of other tenants and rules nothing changes', () => {
    const { settingsOf, warnings } = ruleSettings(
      rules,
      given({ [contoso]: { 'licence/one': { hours: 48 } } }),
      [contoso, fabrikam],
    );
    expect(settingsOf('licence/one', contoso)).toEqual({ hours: 48, secret: 'abc' });
    expect(settingsOf('licence/one', fabrikam)).toEqual({ hours: 2, secret: 'abc' });
    expect(settingsOf('licence/two', contoso)).toEqual({ hours: 24 });
    expect(warnings).toEqual([]);
  });

  test('need no general ones, and a tenant id has no case', () => {
    const upper = fabrikam.toUpperCase();
    const { settingsOf, warnings } = ruleSettings(
      rules,
      { tenants: { [upper]: { 'licence/two': { hours: 1 } } } },
      [fabrikam],
    );
    expect(settingsOf('licence/two', fabrikam)).toEqual({ hours: 1 });
    expect(settingsOf('licence/two', contoso)).toEqual({ hours: 24 });
    expect(warnings).toEqual([]);
  });

  test('warn of a tenant, a rule and a setting that do not exist, and go on', () => {
    const tenants = { [fabrikam]: { one: {} }, [contoso]: { 'licence/one': { days: 2 } } };
    const { settingsOf, warnings } = ruleSettings(rules, given(tenants), [contoso]);
    expect(warnings).toEqual([
      `rule settings for an unknown tenant "${fabrikam}"`,
      `tenants.${fabrikam}: settings for an unknown rule "one"`,
      `tenants.${contoso}: unknown setting licence/one.days`,
    ]);
    expect(settingsOf('licence/one', contoso)).toEqual({ hours: 2, secret: 'abc' });
  });

  test('say nothing of tenants where only a table knows which are watched', () => {
    expect(ruleSettings(rules, given({ [fabrikam]: { 'licence/one': {} } })).warnings).toEqual([]);
  });

  test.each([
    [
      'a value',
      { [contoso]: { 'licence/one': { hours: 'hunter2' } } },
      /^GRACEWATCH_RULES: tenants\.1{8}-2222-4333-8444-5{12}: licence\/one: hours: /,
    ],
    [
      'the settings of a rule',
      { [contoso]: { 'licence/one': 'hunter2' } },
      /^GRACEWATCH_RULES: tenants\.1{8}-\S+: licence\/one: /,
    ],
    ['the settings of a tenant', { [contoso]: 'hunter2' }, /^GRACEWATCH_RULES: tenants: 1{8}-\S+: /],
    ['all of them', ['hunter2'], /^GRACEWATCH_RULES: tenants: /],
  ])(
    'stop the start where %s does not fit: tenant, rule and path are named, the value is not',
    (_, tenants, problem) => {
      const start = () => ruleSettings(rules, given(tenants));
      expect(start).toThrow(problem);
      expect(start).not.toThrow('hunter2');
    },
  );

  test('are not blamed for what is wrong for all tenants', () => {
    const start = () =>
      ruleSettings(rules, given({ [contoso]: { 'licence/one': { secret: 'a' } } }, { hours: 'hunter2' }));
    expect(start).toThrow(/^GRACEWATCH_RULES: licence\/one: hours: [^\n]*$/);
  });
});
