import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { setByTemplate } from '../../../cli/doctor/mend-setting.ts';
import { readSettings } from '../../../cli/doctor/settings.ts';
import type { Target } from '../../../cli/target/target.ts';
import type { Environment } from '../../../shared/config.ts';

const right: Environment = {
  AzureWebJobsStorage__accountName: 'gracewatchcontoso',
  GRACEWATCH_TENANTS: '[{"id":"11111111-2222-4333-8444-555555555555","name":"Contoso"}]',
  GRACEWATCH_CREDENTIAL: 'managed-identity',
};
const app: NonNullable<Target['app']> = {
  name: 'gracewatch-x',
  resourceGroup: 'watch',
  subscription: 's',
  tenantId: 't',
  hostName: 'gracewatch-x.azurewebsites.net',
};
const here = (settings: Environment): Target => ({ label: 'the settings on this machine', settings });
const vault = '@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/channels)';

describe('settings', () => {
  test('that are right are one line', () => {
    const { lines, config, unread } = readSettings(here(right));
    expect(lines).toEqual([
      { status: 'ok', means: '3 settings of Gracewatch read, and all have the right form' },
    ]);
    expect(config?.storage.kind).toBe('identity');
    expect(unread.size).toBe(0);
  });

  test('that are missing are each named, with an example, and with what to do first', () => {
    const { lines } = readSettings(here({ PATH: '/usr/bin' }));
    expect(lines.map(({ subject }) => subject)).toEqual([
      undefined,
      'AzureWebJobsStorage',
      'GRACEWATCH_TENANTS',
      'GRACEWATCH_CREDENTIAL',
    ]);
    expect(lines[0]?.mend).toContain('local.settings.sample.json');
    expect(lines[2]?.mend).toMatch(/^set it, for example to GRACEWATCH_TENANTS=\[\{"id":/);
    expect(lines.every(({ status }) => status === 'fail')).toBe(true);
  });

  test('that are wrong keep only what needs them from being checked', () => {
    const { lines, config, unread } = readSettings(
      here({
        ...right,
        GRACEWATCH_CHANNELS: '[{"id":"a","kind":"teams","url":"https://example.com/x?sig=topsecret"}]',
      }),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ subject: 'GRACEWATCH_CHANNELS (channel a)', status: 'fail' });
    expect(lines[0]?.means).toContain('must be on a host of Teams workflows');
    expect(JSON.stringify(lines)).not.toContain('topsecret');
    expect([...unread.keys()]).toEqual(['GRACEWATCH_CHANNELS']);
    expect(config?.channels).toEqual([]);
    expect(config?.tenants).toMatchObject({ kind: 'list', tenants: [{ name: 'Contoso' }] });
  });

  test('that mean nothing are told, because whoever wrote them thinks that they do', () => {
    const { lines } = readSettings(
      here({ ...right, GRACEWATCH_TENANT: 'x', GRACEWATCH_RULES: '{"licence/licence-lots":{}}' }),
    );
    expect(lines.map(({ status, means }) => [status, means])).toEqual([
      ['warn', 'unknown setting GRACEWATCH_TENANT: it has no effect'],
      ['warn', 'settings for an unknown rule "licence/licence-lots": it has no effect'],
    ]);
  });

  test('of a rule that do not fit are named by rule and path, and by no value', () => {
    const { lines, config } = readSettings(
      here({ ...right, GRACEWATCH_RULES: '{"licence/licence-lost":{"offBoardingHours":"secretly"}}' }),
    );
    expect(lines).toMatchObject([{ subject: 'GRACEWATCH_RULES', status: 'fail' }]);
    expect(lines[0]?.means).toContain('licence/licence-lost: offBoardingHours');
    expect(JSON.stringify(lines)).not.toContain('secretly');
    expect(config).toBeDefined();
  });

  test('of a rule for one tenant are named by tenant, rule and path; an unknown tenant has no effect', () => {
    const forOne = (tenant: string, settings: object): string =>
      JSON.stringify({ tenants: { [tenant]: { 'licence/licence-lost': settings } } });
    const wrong = readSettings(
      here({ ...right, GRACEWATCH_RULES: forOne('fabrikam', { graceHours: 'secretly' }) }),
    );
    expect(wrong.lines.find(({ subject }) => subject === 'GRACEWATCH_RULES')?.means).toContain(
      'tenants.fabrikam: licence/licence-lost: graceHours',
    );
    expect(JSON.stringify(wrong.lines)).not.toContain('secretly');
    const unknown = readSettings(here({ ...right, GRACEWATCH_RULES: forOne('fabrikam', { graceHours: 1 }) }));
    expect(unknown.lines.map(({ means }) => means)).toEqual([
      'rule settings for an unknown tenant "fabrikam": it has no effect',
    ]);
  });

  test('show an example that fits where everything is on one machine', () => {
    const { lines } = readSettings(
      here({ ...right, GRACEWATCH_CREDENTIAL: 'none', AzureWebJobsStorage__accountName: undefined }),
    );
    const mends = new Map(lines.map(({ subject, mend }) => [subject, mend]));
    expect(mends.get('GRACEWATCH_GRAPH_ENDPOINT')).toContain('http://127.0.0.1:7080');
    expect(mends.get('AzureWebJobsStorage')).toContain('UseDevelopmentStorage=true');
  });
});

describe('a wrong setting of an app in Azure', () => {
  const identity = { resourceId: '/i', principalId: 'p', clientId: '33333333-4444-4555-8666-777777777777' };
  const mendOf = (setting: string, changes: Environment): string | undefined => {
    const settings = { ...right, ...changes };
    const { lines } = readSettings({ label: 'the app', settings, app: { ...app, identity } });
    return lines.find(({ subject }) => subject === setting)?.mend;
  };

  test.each([
    ['is missing', { AzureWebJobsStorage__accountName: undefined }],
    ['is no connection string', { AzureWebJobsStorage: 'gracewatchcontoso' }],
    ['is half a connection string', { AzureWebJobsStorage: 'AccountName=x;AccountKey=y' }],
    [
      'is missing while nothing may leave the machine',
      {
        AzureWebJobsStorage__accountName: undefined,
        GRACEWATCH_CREDENTIAL: 'none',
      },
    ],
  ])('that %s is storage by identity, as the template sets it', (_, changes) => {
    const mend = mendOf('AzureWebJobsStorage', changes);
    expect(mend).toMatch(/^deploy the template again, which sets it; by hand: /);
    expect(mend).toContain('AzureWebJobsStorage__tableServiceUri=https://');
    expect(mend).toContain(`AzureWebJobsStorage__clientId=${identity.clientId}`);
    expect(mend).toContain(
      'az functionapp config appsettings set --name gracewatch-x --resource-group watch',
    );
    expect(mend).not.toContain('UseDevelopmentStorage');
    expect(mend?.includes('remove it')).toBe('AzureWebJobsStorage' in changes);
  });

  test('is set again by the template where the template sets it, and else by hand', () => {
    expect(mendOf('GRACEWATCH_RETENTION_DAYS', { GRACEWATCH_RETENTION_DAYS: 'x' })).toMatch(
      /^deploy the template again, which sets it from its parameter retentionDays; by hand: set it, for example to/,
    );
    expect(mendOf('GRACEWATCH_TIMING', { GRACEWATCH_TIMING: 'x' })).toMatch(/^set it, for example to/);
  });

  test('is one of the template if and only if the template says so', async () => {
    const bicep = (file: string): Promise<string> =>
      readFile(new URL(`../../../infra/${file}`, import.meta.url), 'utf8');
    const named = (await bicep('modules/app.bicep')).matchAll(
      /^ {4}((?:GRACEWATCH|AzureWebJobsStorage_)_\w+):/gm,
    );
    const ofHost = ['AzureWebJobsStorage__credential', 'AzureWebJobsStorage__clientId'];
    expect([...named].map(([, name]) => name).toSorted()).toEqual(
      [...setByTemplate.keys(), ...ofHost].toSorted(),
    );
    const main = await bicep('main.bicep');
    for (const parameter of setByTemplate.values()) {
      if (parameter !== undefined) expect(main).toContain(`\nparam ${parameter} `);
    }
  });
});

describe('a Key Vault reference', () => {
  test('is told of a key that nobody has asked for yet', () => {
    const { lines } = readSettings(here({ ...right, GRACEWATCH_CLIENT_STATE_KEY: vault }));
    expect(lines).toMatchObject([{ subject: 'GRACEWATCH_CLIENT_STATE_KEY', status: 'fail' }]);
  });

  test('is a problem of its own where the platform has left it in the environment', () => {
    const { lines, config } = readSettings(here({ ...right, GRACEWATCH_CHANNELS: vault }));
    expect(lines).toMatchObject([{ subject: 'GRACEWATCH_CHANNELS', status: 'fail' }]);
    expect(lines[0]?.means).toContain('Key Vault Secrets User');
    expect(config?.channels).toEqual([]);
  });

  test('is what should stand in the settings of an app in Azure, and is not judged', () => {
    const settings = { ...right, GRACEWATCH_CHANNELS: vault, GRACEWATCH_CLIENT_STATE_KEY: vault };
    const { lines, config, unread } = readSettings({ label: 'the app', settings, app });
    expect(lines.map(({ status }) => status)).toEqual(['ok']);
    expect(config?.channels).toEqual([]);
    expect(unread.get('GRACEWATCH_CHANNELS')).toMatchObject({ status: 'skip' });
    expect(lines[0]?.means).toBe(
      '3 settings of Gracewatch read, and these have the right form; 2 more in the Key Vault not read',
    );
  });

  test('stands for a setting that the credential needs', () => {
    const settings = {
      ...right,
      GRACEWATCH_CREDENTIAL: 'client-secret',
      GRACEWATCH_CLIENT_ID: '33333333-4444-4555-8666-777777777777',
      GRACEWATCH_CLIENT_SECRET: vault,
    };
    const { lines, config } = readSettings({ label: 'the app', settings, app });
    expect(lines.map(({ status }) => status)).toEqual(['ok']);
    expect(config?.credential.kind).toBe('client-secret');
  });
});
