import { describe, expect, test } from '@jest/globals';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Az, AzOutcome } from '../../../cli/target/az.ts';
import { readTarget, type Target, type TargetValues } from '../../../cli/target/target.ts';
import { type Given, runIn } from '../../builders/command-line.ts';

const subscription = '77777777-7777-4777-8777-777777777777';
const contoso = '11111111-1111-4111-8111-111111111111';
const identity = {
  principalId: '33333333-3333-4333-8333-333333333333',
  clientId: '88888888-8888-4888-8888-888888888888',
};
const other = {
  principalId: '44444444-4444-4444-8444-444444444444',
  clientId: '99999999-9999-4999-8999-999999999999',
};
const named = { app: 'gracewatch-x', 'resource-group': 'watch' };

interface Azure {
  site?: unknown;
  settings?: unknown;
  account?: unknown;
}

/** An Azure CLI that knows one app; what it was asked is kept. */
function azure(given: Azure = {}): { az: Az; asked: string[] } {
  const asked: string[] = [];
  const {
    site = { defaultHostName: 'gracewatch-x.azurewebsites.net' },
    settings = [],
    account = { id: subscription, tenantId: contoso.toUpperCase() },
  } = given;
  return {
    asked,
    az: (args) => {
      asked.push(args.join(' '));
      const value = args[0] === 'account' ? account : args[1] === 'show' ? site : settings;
      return Promise.resolve(isOutcome(value) ? value : { kind: 'done', value });
    },
  };
}

function isOutcome(value: unknown): value is AzOutcome {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

async function read(values: TargetValues, given: Given = {}): Promise<Target> {
  let target: Target | undefined;
  await runIn(given, async (workplace) => {
    target = await readTarget(values, workplace);
    return 0;
  });
  if (target === undefined) throw new Error('no target');
  return target;
}

async function folderWith(settings: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gracewatch-settings-'));
  await writeFile(path.join(folder, 'local.settings.json'), settings);
  return folder;
}

describe('the app in Azure', () => {
  test('is read with its settings, host, tenant and the identity that it acts as', async () => {
    const { az, asked } = azure({
      site: {
        defaultHostName: 'gracewatch-x.azurewebsites.net',
        identity: { type: 'UserAssigned', userAssignedIdentities: { '/subscriptions/s/id': identity } },
      },
      settings: [
        { name: 'GRACEWATCH_CREDENTIAL', value: 'managed-identity', slotSetting: false },
        { name: 'EMPTY', value: null },
      ],
    });
    expect(await read(named, { az })).toEqual({
      label: 'the app gracewatch-x in resource group watch',
      settings: { GRACEWATCH_CREDENTIAL: 'managed-identity', EMPTY: undefined },
      app: {
        name: 'gracewatch-x',
        resourceGroup: 'watch',
        subscription,
        tenantId: contoso,
        hostName: 'gracewatch-x.azurewebsites.net',
        identity: { resourceId: '/subscriptions/s/id', ...identity },
      },
    });
    expect(asked).toEqual([
      'functionapp show --name gracewatch-x --resource-group watch',
      'functionapp config appsettings list --name gracewatch-x --resource-group watch',
      'account show',
    ]);
  });

  test('is looked for in the subscription that was named, in every call', async () => {
    const { az, asked } = azure();
    await read({ ...named, subscription }, { az });
    expect(asked).toHaveLength(3);
    for (const call of asked) expect(call).toContain(`--subscription ${subscription}`);
  });

  test('on Flex Consumption, where the Azure CLI gives the object as it came from Azure', async () => {
    const { az } = azure({
      site: { defaultHostName: null, properties: { defaultHostName: 'gracewatch-x.azurewebsites.net' } },
    });
    expect((await read(named, { az })).app?.hostName).toBe('gracewatch-x.azurewebsites.net');
  });

  const several = {
    defaultHostName: 'gracewatch-x.azurewebsites.net',
    identity: { userAssignedIdentities: { '/first': other, '/second': identity } },
  };

  test('with several identities acts as the one that its settings name', async () => {
    const settings = [{ name: 'AzureWebJobsStorage__clientId', value: identity.clientId.toUpperCase() }];
    const { az } = azure({ site: several, settings });
    expect((await read(named, { az })).app?.identity).toEqual({ resourceId: '/second', ...identity });
  });

  test.each([
    ['several identities and none of them named', several],
    ['no identity', { defaultHostName: 'x.azurewebsites.net', identity: null }],
    [
      'only a system-assigned one',
      { defaultHostName: 'x.azurewebsites.net', identity: { principalId: 'p' } },
    ],
  ])('with %s has no identity that could be meant', async (_, site) => {
    const { az } = azure({ site });
    expect((await read(named, { az })).app).not.toHaveProperty('identity');
  });

  const failed = (reason: string): AzOutcome => ({ kind: 'failed', reason });

  test.each<[string, Azure, string]>([
    [
      'the Azure CLI is not installed',
      { site: failed('the Azure CLI (az) is not installed') },
      'not installed',
    ],
    ['the app is not there', { site: failed('the Azure CLI said: not found') }, 'not found'],
    [
      'the settings may not be read',
      { settings: failed('the Azure CLI said: AuthorizationFailed') },
      'Authoriz',
    ],
    [
      'nobody is signed in',
      { account: failed('nobody is signed in to the Azure CLI: run az login') },
      'az login',
    ],
    ['the app has no host', { site: { properties: {} } }, 'az functionapp show answered an unknown form'],
    ['the settings are no list', { settings: {} }, 'az functionapp config answered an unknown form'],
    ['nothing is answered', { account: [] }, 'az account show answered an unknown form'],
  ])('cannot be looked at where %s', async (_, given, reason) => {
    await expect(read(named, { az: azure(given).az })).rejects.toMatchObject({
      name: 'TargetUnreachable',
      message: expect.stringContaining(reason),
    });
  });
});

describe('wrong use', () => {
  test.each<[string, TargetValues, string]>([
    ['an app without its group', { app: 'x' }, '--app and --resource-group go together'],
    ['a group without an app', { 'resource-group': 'x' }, '--app and --resource-group go together'],
    ['a subscription alone', { subscription }, '--subscription needs --app and --resource-group'],
    ['a name with more in it', { ...named, app: 'x & del' }, '--app must be a name'],
    ['a group with more in it', { ...named, 'resource-group': '$(x)' }, '--resource-group must be a name'],
    ['a subscription with more in it', { ...named, subscription: 'a b' }, '--subscription must be a name'],
    ['an empty name', { ...named, app: '' }, '--app must be a name'],
  ])('%s is told, and az is not asked', async (_, values, message) => {
    const { az, asked } = azure();
    await expect(read(values, { az })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(message),
    });
    expect(asked).toEqual([]);
  });
});

describe('the settings on this machine', () => {
  test('are the environment, and below it the values of local.settings.json', async () => {
    const folder = await folderWith(
      '\uFEFF{"IsEncrypted": false, "Values": {"A": "file", "B": "file", "N": 7, "T": true}}',
    );
    const target = await read({}, { folder, environment: { A: 'environment', C: undefined } });
    expect(target).toEqual({
      label: 'the settings on this machine',
      settings: { A: 'environment', B: 'file', N: '7', T: 'true' },
    });
  });

  test('are the environment alone where there is no such file', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gracewatch-settings-'));
    expect((await read({}, { folder, environment: { A: 'x' } })).settings).toEqual({ A: 'x' });
  });

  test.each([
    ['no JSON', '{"Values": secret-value', 'is not JSON'],
    ['another form', '{"Values": [{"secret-value": {}}]}', 'is not {"Values": {"NAME": "value"}}'],
  ])('with %s in the file are refused, and nothing of it is told', async (_, content, reason) => {
    const reading = read({}, { folder: await folderWith(content) });
    await expect(reading).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(reason),
    });
    await expect(reading).rejects.not.toThrow('secret-value');
  });
});
