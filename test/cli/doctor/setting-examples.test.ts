import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { rules } from '#rules';
import { exampleOf, settingExamples } from '../../../cli/doctor/setting-examples.ts';
import { type Environment, readConfig } from '../../../shared/config.ts';
import { ruleSettings } from '../../../shared/evaluate/rule-set.ts';

/** What the examples of all settings come to together; the credential decides whether everything is on loopback. */
function allExamples(loopback: boolean, credential: Environment): Environment {
  const examples = Object.keys(settingExamples).map((setting) => exampleOf(setting, { loopback }));
  return Object.assign({}, ...examples, credential) as Environment;
}

describe('the example that is shown beside a wrong setting', () => {
  test.each([
    ['in Azure', false, {}],
    ['in Azure with an application and its secret', false, { GRACEWATCH_CREDENTIAL: 'client-secret' }],
    ['on one machine', true, {}],
  ])('is a right one itself %s', (_where, loopback, credential) => {
    const config = readConfig(allExamples(loopback, credential));
    expect(config.warnings).toEqual([]);
    expect(ruleSettings(rules, config.rules).warnings).toEqual([]);
    expect(config.channels).toHaveLength(1);
  });

  test('is there for every setting that Gracewatch knows', async () => {
    const source = await readFile(new URL('../../../shared/config.ts', import.meta.url), 'utf8');
    const known = new Set(source.match(/GRACEWATCH_[A-Z_]+/g));
    expect(known.size).toBeGreaterThan(10);
    for (const setting of known)
      expect([setting, exampleOf(setting, { loopback: true })]).not.toContain(undefined);
  });
});
