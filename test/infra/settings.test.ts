import { describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { nodeFindings, settingsFindings, unknownSettingFindings } from './settings-checks.ts';
import { settingsOf } from './settings.ts';
import { compiled, manyTenants, oneTenant, planted, smallest, snapshots } from './template.ts';

/** From here the build takes its target too (scripts/build.ts). */
const nodeMajor = Number.parseInt(manifest.devDependencies.node);

describe('the settings of the app', () => {
  test.each(snapshots)(
    '%s: the app reads them without a problem and without a warning',
    (_name, snapshot) => {
      expect(settingsFindings(snapshot)).toEqual([]);
    },
  );

  test('the template names none that the app does not know', () => {
    expect(unknownSettingFindings(compiled)).toEqual([]);
  });

  test('whom the deployment names may read, for the tenants that it names, and without it nobody', () => {
    const access = (snapshot: typeof smallest): unknown =>
      JSON.parse(settingsOf(snapshot)['GRACEWATCH_ACCESS'] ?? '');
    expect(access(smallest)).toEqual([]);
    // As infra/snapshots/many-tenants.bicepparam names them.
    expect(access(manyTenants)).toEqual([
      { principal: '44444444-5555-4666-8777-888888888888', role: 'operator' },
      {
        principal: '55555555-6666-4777-8888-999999999999',
        role: 'reader',
        tenants: ['11111111-2222-4333-8444-555555555555'],
      },
    ]);
  });

  test.each(snapshots)('%s: the app runs on the Node that it is built for', (_name, snapshot) => {
    expect(nodeFindings(snapshot, nodeMajor)).toEqual([]);
  });
});

describe('planted mistakes', () => {
  test.each(['GRACEWATCH_TENANTS', 'GRACEWATCH_CREDENTIAL', 'AzureWebJobsStorage__queueServiceUri'])(
    '%s is missing',
    (name) => {
      const findings = settingsFindings(planted(oneTenant, `"${name}"`, '"SOMETHING_ELSE"'));
      expect(findings).toEqual([expect.stringContaining(name.replace(/__.*/, ''))]);
    },
  );

  test('a setting that the app does not know', () => {
    const mistaken = planted(oneTenant, '"GRACEWATCH_RULES"', '"GRACEWATCH_RULE"');
    expect(settingsFindings(mistaken)).toEqual(['unknown setting GRACEWATCH_RULE']);
  });

  test('a setting that the app does not know, where no snapshot shows it', () => {
    expect(unknownSettingFindings(planted(compiled, 'GRACEWATCH_RULES', 'GRACEWATCH_RULE'))).toEqual([
      'unknown setting GRACEWATCH_RULE',
    ]);
  });

  test('a value of the wrong form', () => {
    const mistaken = planted(oneTenant, /(?<="GRACEWATCH_RETENTION_DAYS":)"\d+"/, '"a year"');
    expect(settingsFindings(mistaken)).toEqual([expect.stringMatching(/^GRACEWATCH_RETENTION_DAYS: /)]);
  });

  test('an expression of which nobody can tell the value', () => {
    const mistaken = planted(oneTenant, /(?<="GRACEWATCH_PUBLIC_URL":)"[^"]+"/, `"[reference('x').url]"`);
    expect(settingsFindings(mistaken)).toEqual([
      expect.stringMatching(/^GRACEWATCH_PUBLIC_URL: nobody can tell/),
    ]);
  });

  test('settings that Flex Consumption refuses, or that win over the identity', () => {
    for (const name of ['FUNCTIONS_WORKER_RUNTIME', 'AzureWebJobsStorage']) {
      const mistaken = planted(
        oneTenant,
        '"AzureWebJobsDisableHomepage":"true"',
        `"${name}":"UseDevelopmentStorage=true"`,
      );
      expect(settingsFindings(mistaken)).toEqual([`${name} must not be set`]);
    }
  });

  test('another Node', () => {
    const mistaken = planted(
      oneTenant,
      /"runtime":\{"name":"node","version":"\d+"\}/,
      '"runtime":{"name":"node","version":"22"}',
    );
    expect(nodeFindings(mistaken, nodeMajor)).toEqual([
      `the runtime is {"name":"node","version":"22"}, and the bundle is built for Node ${nodeMajor}`,
    ]);
  });
});
