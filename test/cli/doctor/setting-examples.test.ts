import { describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { rules } from '#rules';
import { exampleOf, settingExamples } from '../../../cli/doctor/setting-examples.ts';
import { type Environment, readConfig } from '../../../shared/config.ts';
import { tenantIdsOf } from '../../../shared/config-tenants.ts';
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
    expect(ruleSettings(rules, config.rules, tenantIdsOf(config.tenants)).warnings).toEqual([]);
    expect(config.channels).toHaveLength(1);
  });

  test('is there for every setting that Gracewatch knows', async () => {
    const folder = new URL('../../../shared/', import.meta.url);
    const files = (await readdir(folder)).filter((file) => /^config.*\.ts$/.test(file));
    const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
    const known = new Set(sources.flatMap((source) => source.match(/GRACEWATCH_[A-Z_]+[A-Z]/g) ?? []));
    expect(known.size).toBeGreaterThan(10);
    const without = [...known].filter((setting) => exampleOf(setting, { loopback: true }) === undefined);
    expect(without).toEqual([]);
    // And none is left of a setting that is no more.
    const ours = Object.keys(settingExamples).filter((setting) => setting.startsWith('GRACEWATCH_'));
    expect(ours.filter((setting) => !known.has(setting))).toEqual([]);
  });

  test('is nothing that the settings to copy contradict: each of them is known and read', async () => {
    const sample = new URL('../../../local.settings.sample.json', import.meta.url);
    const { Values } = JSON.parse(await readFile(sample, 'utf8')) as { Values: Environment };
    expect(readConfig(Values).warnings).toEqual([]);
    const ours = Object.keys(Values).filter((setting) => setting.startsWith('GRACEWATCH_'));
    expect(ours.filter((setting) => settingExamples[setting] === undefined)).toEqual([]);
  });
});
