import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import {
  type Environment,
  readAccess,
  readConfig,
  readReach,
  readStorageSettings,
  SettingsError,
} from '../shared/config.ts';

const local: Environment = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  GRACEWATCH_TENANTS: '[{"id":"11111111-2222-4333-8444-555555555555","name":"Contoso"}]',
  GRACEWATCH_CREDENTIAL: 'none',
  GRACEWATCH_GRAPH_ENDPOINT: 'http://127.0.0.1:7080',
  GRACEWATCH_ACTIVITY_ENDPOINT: 'http://127.0.0.1:7080',
};
const cloud: Environment = {
  ...local,
  GRACEWATCH_CREDENTIAL: 'managed-identity',
  GRACEWATCH_GRAPH_ENDPOINT: undefined,
  GRACEWATCH_ACTIVITY_ENDPOINT: undefined,
};
const workflow = 'https://prod-01.westeurope.logic.azure.com:443/workflows/abc?sig=topsecretsignature';
const channels = (channel: object): string =>
  JSON.stringify([{ id: 'a', kind: 'teams', url: workflow, ...channel }]);

function problemsOf(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

describe('settings', () => {
  test('the sample file for local work is a valid one', async () => {
    const sample: unknown = JSON.parse(
      await readFile(new URL('../local.settings.sample.json', import.meta.url), 'utf8'),
    );
    const { Values } = sample as { Values: Environment };
    expect(readConfig(Values).tenants).toMatchObject({ kind: 'list', tenants: [{ name: 'Contoso' }] });
  });

  test('the defaults are the public cloud', () => {
    expect(readConfig(cloud).endpoints).toEqual({
      graph: 'https://graph.microsoft.com',
      activity: 'https://manage.office.com',
      authority: 'https://login.microsoftonline.com',
    });
  });

  test('every setting that is missing is named at once', () => {
    const message = problemsOf({});
    expect(message).toContain('AzureWebJobsStorage');
    expect(message).toContain('GRACEWATCH_TENANTS');
    expect(message).toContain('GRACEWATCH_CREDENTIAL');
  });

  test('what is wrong is one line that the host logs as an error, whatever the values hold', () => {
    const message = problemsOf({
      ...cloud,
      GRACEWATCH_TENANTS: '[{"id":"x y","name":"Contoso"}]',
      GRACEWATCH_TIMING: '{"group\\nSeconds\\u2028x\\u202e":1}',
      GRACEWATCH_CREDENTIAL: 'hunter2\nhunter2',
      GRACEWATCH_RETENTION_DAYS: '-1\r\n',
    });
    expect(message).toMatch(/^error in the settings: \(1\) GRACEWATCH_/);
    for (const name of ['TENANTS', 'TIMING', 'CREDENTIAL', 'RETENTION_DAYS']) {
      expect(message).toContain(`GRACEWATCH_${name}: must be `);
    }
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(message).not.toContain('hunter2');
  });

  test('a list in which everything is wrong hides no other setting', () => {
    const tenants = Array.from({ length: 1000 }, () => ({ id: '', name: 'x'.repeat(1000) }));
    const kinds = Array.from({ length: 1000 }, (_, index) => ({ id: `c-${String(index)}`, kind: 'mail' }));
    const message = problemsOf({
      ...cloud,
      GRACEWATCH_TENANTS: JSON.stringify(tenants),
      GRACEWATCH_CHANNELS: JSON.stringify(kinds),
      GRACEWATCH_RETENTION_DAYS: '0',
    });
    expect(message).toContain('and 995 more');
    expect(message).toContain('GRACEWATCH_CHANNELS (channel c-2): kind mail has no code');
    expect(message).toContain('GRACEWATCH_CHANNELS: 997 more');
    expect(message).toContain('GRACEWATCH_RETENTION_DAYS: must be a whole number of days');
    expect(message.length).toBeLessThan(4000);
  });

  test('what only others know is told with the rest, and not where the form is wrong already', () => {
    const further = () => [
      { setting: 'AzureWebJobsStorage', expected: 'lacks a part' },
      { setting: 'GRACEWATCH_RULES', expected: 'licence/one: hours: expected number' },
    ];
    const messageOf = (environment: Environment): unknown => {
      try {
        return readConfig(environment, further);
      } catch (error) {
        return error instanceof SettingsError ? error.message : error;
      }
    };
    expect(messageOf({ ...local, GRACEWATCH_RULES: '[]' })).toMatch(
      /^error in the settings: \(1\) GRACEWATCH_RULES: must be .*; \(2\) AzureWebJobsStorage: lacks a part$/,
    );
    expect(messageOf(local)).toContain('GRACEWATCH_RULES: licence/one: hours: expected number');
  });

  test.each([
    ['AzureWebJobsStorage', { AzureWebJobsStorage: 'AccountKey=abc' }],
    ['AzureWebJobsStorage', { AzureWebJobsStorage: 'https://account.queue.core.windows.net' }],
    [
      'AzureWebJobsStorage__queueServiceUri',
      {
        AzureWebJobsStorage: undefined,
        AzureWebJobsStorage__accountName: 'a',
        AzureWebJobsStorage__queueServiceUri: 'x',
      },
    ],
    ['GRACEWATCH_TENANTS', { GRACEWATCH_TENANTS: '[{"id":"x y"}]' }],
    ['GRACEWATCH_TENANTS', { GRACEWATCH_TENANTS: 'not json' }],
    ['GRACEWATCH_TENANTS', { GRACEWATCH_TENANTS: '[]' }],
    ['GRACEWATCH_TENANTS', { GRACEWATCH_TENANTS: 'Table' }],
    ['GRACEWATCH_CREDENTIAL', { GRACEWATCH_CREDENTIAL: 'password' }],
    ['GRACEWATCH_CLIENT_SECRET', { GRACEWATCH_CREDENTIAL: 'client-secret', GRACEWATCH_CLIENT_ID: 'app' }],
    ['GRACEWATCH_CLIENT_ID', { GRACEWATCH_CREDENTIAL: 'federated' }],
    ['GRACEWATCH_GRAPH_ENDPOINT', { GRACEWATCH_GRAPH_ENDPOINT: 'http://graph.example.com' }],
    ['GRACEWATCH_TIMING', { GRACEWATCH_TIMING: '{"groupSeconds":"soon"}' }],
    ['GRACEWATCH_TIMING', { GRACEWATCH_TIMING: '{"groupSecond":1}' }],
    ['GRACEWATCH_RETENTION_DAYS', { GRACEWATCH_RETENTION_DAYS: 'for ever' }],
    ['GRACEWATCH_CLOCK', { GRACEWATCH_CLOCK: 'P1D' }],
    ['GRACEWATCH_RULES', { GRACEWATCH_RULES: '[]' }],
    ['channel a', { GRACEWATCH_CHANNELS: channels({ kind: 'mail' }) }],
    ['channel a', { GRACEWATCH_CHANNELS: channels({ url: 'https://evil.example/hook' }) }],
    ['channel a', { GRACEWATCH_CHANNELS: channels({ url: 'http://prod-01.westeurope.logic.azure.com/x' }) }],
    ['channel a', { GRACEWATCH_CHANNELS: channels({ url: 'https://prod.logic.azure.com.evil.example/x' }) }],
    ['channel a', { GRACEWATCH_CHANNELS: channels({ fallback: 'b' }) }],
    ['channel a', { GRACEWATCH_CHANNELS: channels({ timeZone: 'Middle-earth/Shire' }) }],
  ])('%s is named when it is wrong (%j)', (name, change) => {
    expect(problemsOf({ ...cloud, ...change })).toContain(name);
  });

  test.each(
    [
      ...['GRACEWATCH_PUBLIC_URL', 'GRACEWATCH_GRAPH_ENDPOINT', 'GRACEWATCH_ACTIVITY_ENDPOINT'],
      'GRACEWATCH_AUTHORITY',
    ].flatMap((setting) =>
      [
        ...['user:very-secret@host.example', 'very-secret@host.example', 'host.example/?code=very-secret'],
        ...['host.example?', 'host.example/#very-secret'],
      ].map((place) => [setting, `https://${place}`]),
    ),
  )('%s is only a place: %s is refused, and not shown', (setting, value) => {
    const message = problemsOf({ ...cloud, [setting]: value });
    expect(message).toContain(`${setting}: must be a URL without user name, password, query`);
    expect(message).not.toContain('very-secret');
  });

  test('the storage is only a place too', () => {
    const message = problemsOf({
      ...cloud,
      AzureWebJobsStorage: undefined,
      AzureWebJobsStorage__accountName: 'a',
      AzureWebJobsStorage__queueServiceUri: 'https://a.queue.core.windows.net/?sig=very-secret',
    });
    expect(message).toContain('AzureWebJobsStorage__queueServiceUri: must be a URL without');
    expect(message).not.toContain('very-secret');
  });

  test('no credential is accepted only when everything is on loopback', () => {
    expect(problemsOf(local)).toBe('');
    expect(problemsOf({ ...local, GRACEWATCH_GRAPH_ENDPOINT: undefined })).toContain(
      'GRACEWATCH_GRAPH_ENDPOINT',
    );
    expect(problemsOf({ ...local, GRACEWATCH_CHANNELS: channels({}) })).toContain('loopback');
  });

  test('a shift of the clock is read, and only without credential', () => {
    expect(readConfig({ ...local, GRACEWATCH_CLOCK: 'P20DT1H' }).clockShift).toBe((20 * 24 + 1) * 3_600_000);
    expect(problemsOf({ ...local, GRACEWATCH_CLOCK: 'P1M' })).toContain('GRACEWATCH_CLOCK');
  });

  test('the tenants of the table need no list', () => {
    expect(readConfig({ ...cloud, GRACEWATCH_TENANTS: 'table' }).tenants).toEqual({ kind: 'table' });
  });

  test('what a command reaches is read also where secrets are references to a vault', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/channels)';
    const inAzure = { ...cloud, GRACEWATCH_CHANNELS: reference, GRACEWATCH_CLIENT_STATE_KEY: reference };
    expect(readReach(inAzure).tenants.kind).toBe('list');
    expect(() => readConfig(inAzure)).toThrow('GRACEWATCH_CHANNELS');
    expect(() => readReach({ ...inAzure, GRACEWATCH_TENANTS: undefined })).toThrow('GRACEWATCH_TENANTS');
  });

  test('the secret of an app in Azure may stay in its vault, and only there', () => {
    const inAzure = {
      ...cloud,
      GRACEWATCH_CREDENTIAL: 'client-secret',
      GRACEWATCH_CLIENT_ID: '33333333-4444-4555-8666-777777777777',
      GRACEWATCH_CLIENT_SECRET: '@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/app)',
    };
    expect(readReach(inAzure, 'vault').credential.kind).toBe('client-secret');
    expect(() => readReach(inAzure)).toThrow('GRACEWATCH_CLIENT_SECRET');
  });

  test('what is asked of tenants is read without storage, and storage by itself', () => {
    const withoutStorage = { ...cloud, AzureWebJobsStorage: 'x' };
    expect(readAccess(withoutStorage).tenants.kind).toBe('list');
    expect(() => readStorageSettings(withoutStorage)).toThrow('AzureWebJobsStorage');
    expect(() => readAccess({ ...withoutStorage, GRACEWATCH_CREDENTIAL: 'x' })).toThrow(
      'GRACEWATCH_CREDENTIAL',
    );
  });

  test('an unknown setting is a warning', () => {
    expect(readConfig({ ...local, GRACEWATCH_CHANELS: '[]' }).warnings).toEqual([
      'unknown setting GRACEWATCH_CHANELS',
    ]);
  });

  test('no value of a setting is ever shown', () => {
    const secret = {
      ...cloud,
      GRACEWATCH_CREDENTIAL: 'client-secret',
      GRACEWATCH_CLIENT_ID: 'app',
      GRACEWATCH_CLIENT_SECRET: 'hunter2',
      GRACEWATCH_CHANNELS: channels({}),
    };
    const config = readConfig(secret);
    const shown = `${inspect(config, { depth: 9 })} ${JSON.stringify(config)} ${String(config.channels[0]?.url)}`;
    expect(shown).not.toMatch(/hunter2|topsecretsignature/);
    expect(
      problemsOf({ ...secret, GRACEWATCH_CHANNELS: channels({ url: `${workflow} `, kind: 'mail' }) }),
    ).not.toMatch(/hunter2|topsecretsignature/);
  });
});
