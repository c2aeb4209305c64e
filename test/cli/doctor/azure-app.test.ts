import { describe, expect, test } from '@jest/globals';
import { judgeReferences } from '../../../cli/doctor/key-vault-references.ts';
import { judgeAccountRoles } from '../../../cli/doctor/storage-roles.ts';
import { judgeVersions } from '../../../cli/doctor/versions.ts';
import type { Az } from '../../../cli/target/az.ts';
import { ownFunctions } from '../../../cli/target/listed-functions.ts';
import type { Environment } from '../../../shared/config.ts';
import { json, text } from '../../adapters/loopback.ts';
import { appReply, contoso, deployed, healthy } from './deployed.ts';
import { diagnosed, doctorSays, told } from './diagnosed.ts';

const { settings, tenant, app: outside } = deployed();

const principalId = '99999999-8888-4777-8666-555555555555';
const accountId =
  '/subscriptions/s/resourceGroups/watch/providers/Microsoft.Storage/storageAccounts/gracewatchcontoso';
const vault = '@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/channels)';
const app = {
  name: 'gracewatch-x',
  resourceGroup: 'watch',
  subscription: 'sub-1',
  tenantId: contoso.id,
  hostName: 'gracewatch-x.azurewebsites.net',
  identity: { resourceId: '/identities/x', principalId, clientId: '33333333-4444-4555-8666-777777777777' },
};

/** The Azure CLI of somebody who is signed in; keys are beginnings of commands. */
function azOf(appSettings: Environment, answers: Record<string, unknown> = {}): Az {
  const all: Record<string, unknown> = {
    'functionapp show': {
      defaultHostName: app.hostName,
      identity: { userAssignedIdentities: { [app.identity.resourceId]: app.identity } },
    },
    'functionapp config appsettings list': Object.entries(appSettings).map(([name, value]) => ({
      name,
      value,
    })),
    'account show': { id: app.subscription, tenantId: app.tenantId },
    'functionapp runtime config show': { name: 'node', version: '24' },
    'rest --method get --url /subscriptions/sub-1/resourceGroups/watch/providers/Microsoft.Web/sites/gracewatch-x/functions?':
      listed(...ownFunctions()),
    'rest ': { value: [{ name: 'GRACEWATCH_CHANNELS', properties: { status: 'Resolved' } }] },
    ...answers,
  };
  return (args) => {
    const command = args.join(' ');
    const found = Object.entries(all).find(([beginning]) => command.startsWith(beginning));
    return Promise.resolve(
      found === undefined
        ? { kind: 'failed', reason: 'the Azure CLI said: no such thing' }
        : { kind: 'done', value: found[1] },
    );
  };
}

function listed(...names: string[]) {
  return { value: names.map((name) => ({ name: `gracewatch-x/${name}` })) };
}

const asked = ['--app', app.name, '--resource-group', app.resourceGroup];

describe('an app in Azure', () => {
  test('is looked at from outside, with its settings and without the values in its Key Vault', async () => {
    const { target, checks } = await diagnosed(
      {},
      {
        args: asked,
        az: azOf(settings({ GRACEWATCH_CHANNELS: vault })),
      },
    );
    expect(target).toBe('the app gracewatch-x in resource group watch');
    expect(told(checks, 'settings').map(({ status, subject }) => [status, subject])).toEqual([
      ['ok', undefined],
      ['ok', 'GRACEWATCH_CHANNELS'],
    ]);
    expect(told(checks, 'channel')).toMatchObject([{ status: 'skip' }]);
    expect(told(checks, 'channel')[0]?.means).toContain('lies in the Key Vault');
    expect(told(checks, 'public-url')).toMatchObject([{ status: 'ok' }]);
    expect(told(checks, 'version', 'what the app runs on')).toMatchObject([
      { status: 'ok', means: 'Node 24' },
    ]);
  });

  test('that stores by a key in its settings is warned of', async () => {
    const { checks } = await diagnosed({}, { args: asked, az: azOf(settings()) });
    expect(told(checks, 'storage', 'AzureWebJobsStorage')).toMatchObject([{ status: 'warn' }]);
  });

  test('whose sign-in covers the webhooks, or nothing at all, is told both', async () => {
    outside.reply = appReply({ webhooks: json(401, {}), alerts: json(200, { value: [] }) });
    const { checks } = await diagnosed({}, { args: asked, az: azOf(settings()) });
    expect(told(checks, 'handshake').map(({ status }) => status)).toEqual(['fail', 'fail', 'fail']);
    expect(told(checks, 'handshake')[0]?.mend).toContain('az webapp auth show --name gracewatch-x');
    // With credential none it is open on purpose.
    expect(told(checks, 'sign-in')).toMatchObject([{ status: 'ok' }]);
  });

  test('without its code says what to deploy', async () => {
    outside.reply = text(404, '');
    const { checks, code } = await diagnosed({}, { args: asked, az: azOf(settings()) });
    expect(told(checks, 'public-url')[0]).toMatchObject({ status: 'fail' });
    expect(told(checks, 'public-url')[0]?.mend).toContain('Log stream');
    expect(told(checks, 'handshake')).toEqual([]);
    expect(told(checks, 'sign-in')).toMatchObject([{ status: 'warn' }]);
    expect(code).toBe(1);
  });

  test('of which Azure lists only WarmUp, nothing or not all has no triggers: the cure is named', async () => {
    const functionsOf = async (answer: unknown) => {
      const path =
        'rest --method get --url /subscriptions/sub-1/resourceGroups/watch/providers/Microsoft.Web/sites/gracewatch-x/functions?';
      const az = azOf(settings(), { [path]: answer });
      return told((await diagnosed({}, { args: asked, az })).checks, 'functions')[0];
    };
    expect(await functionsOf(listed(...ownFunctions()))).toMatchObject({ status: 'ok' });
    const warmUp = await functionsOf(listed('WarmUp'));
    expect(warmUp).toMatchObject({ status: 'fail' });
    expect(warmUp?.means).toMatch(/^Azure lists only WarmUp of the app: no trigger fires/);
    expect(warmUp?.mend).toContain(
      'az rest --method post --url "/subscriptions/sub-1/resourceGroups/watch/providers/Microsoft.Web/sites/gracewatch-x/host/default/sync?api-version=2024-04-01"',
    );
    expect((await functionsOf(listed()))?.means).toMatch(/^Azure lists no function of the app/);
    const some = await functionsOf(listed(...ownFunctions().filter((name) => name !== 'collect')));
    expect(some).toMatchObject({
      status: 'fail',
      means: 'Azure does not list collect: their triggers do not fire',
    });
    expect(await functionsOf({ error: 'x' })).toMatchObject({ status: 'warn' });
  });

  test('that the Azure CLI does not find is wrong use', async () => {
    const { code, out, err } = await doctorSays({}, { args: asked });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('the Azure CLI (az) is not installed');
  });

  test('gives no test card away that it cannot send', async () => {
    const az = azOf(settings({ GRACEWATCH_CHANNELS: vault }));
    const { code, err } = await doctorSays({}, { args: [...asked, '--send'], az });
    expect(code).toBe(2);
    expect(err).toContain('run it without --app');
    expect(tenant().teams.received()).toEqual([]);
  });

  test('whose secrets stand in its settings has none of them printed', async () => {
    const secret = 'planted-secret-value';
    const az = azOf(
      settings({
        GRACEWATCH_CLIENT_SECRET: secret,
        GRACEWATCH_PHONE_KEY: secret,
        GRACEWATCH_CHANNELS: `[{"id":"a","kind":"teams","url":"http://127.0.0.1:1/?sig=${secret}"}]`,
      }),
    );
    for (const more of [[], ['--json']]) {
      const { out, err } = await doctorSays({}, { args: [...asked, ...more], az });
      expect(out).not.toBe('');
      expect(out + err).not.toContain(secret);
    }
  });
});

describe('the roles of the app on its storage', () => {
  const owner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b';
  const queues = '974c5e8b-45b9-4653-ba55-5f855dd0fb88';
  const tables = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3';
  const roles = (held: string[], sharedKeys = false) =>
    judgeAccountRoles(
      {
        kind: 'read',
        id: accountId,
        sharedKeys,
        held: held.map((roleId) => ({ principalId: principalId.toUpperCase(), roleId })),
      },
      'gracewatchcontoso',
      app.identity,
    );

  test('are well where all three are there', () => {
    expect(roles([owner, queues, tables]).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  test('are named one by one where they are missing, with the command that assigns them', () => {
    const missing = roles([owner, tables]).filter(({ status }) => status === 'fail');
    expect(missing).toHaveLength(1);
    expect(missing[0]?.means).toContain('Storage Queue Data Contributor');
    expect(missing[0]?.mend).toBe(
      `az role assignment create --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal --role "Storage Queue Data Contributor" --scope ${accountId}`,
    );
  });

  test('of somebody else do not count', () => {
    const held = [{ principalId: 'somebody-else', roleId: owner }];
    const lines = judgeAccountRoles(
      { kind: 'read', id: accountId, sharedKeys: false, held },
      'x',
      app.identity,
    );
    expect(lines.every(({ status }) => status === 'fail')).toBe(true);
  });

  test('are worth less while keys open everything', () => {
    expect(roles([owner, queues, tables], true).at(-1)).toMatchObject({
      subject: 'shared keys',
      status: 'warn',
    });
  });

  test('that cannot be read are not known to be missing', () => {
    const lines = judgeAccountRoles({ kind: 'failed', reason: 'nobody is signed in' }, 'x', app.identity);
    expect(lines).toMatchObject([{ status: 'warn' }]);
    expect(judgeAccountRoles({ kind: 'failed', reason: 'x' }, 'x', undefined)).toMatchObject([
      { status: 'fail' },
    ]);
  });
});

describe('a Key Vault reference of the app', () => {
  const judged = (status: string) =>
    judgeReferences({ GRACEWATCH_CHANNELS: vault }, app, {
      kind: 'read',
      references: new Map([['GRACEWATCH_CHANNELS', { status, vault: 'kv' }]]),
    });

  test.each([
    [
      'AccessToKeyVaultDenied',
      /may not read the Key Vault/,
      /Key Vault Secrets User" --scope "\$\(az keyvault show --name kv/,
    ],
    ['SecretNotFound', /secret is missing/, /az keyvault secret set/],
    ['MSINotEnabled', /keyVaultReferenceIdentity/, /deploy the template again/],
    ['OtherReasons', /\(OtherReasons\)/, /deploy the template again/],
  ])('that the platform calls %s fails with what to do', (status, means, mend) => {
    const [line] = judged(status);
    expect(line).toMatchObject({ subject: 'GRACEWATCH_CHANNELS', status: 'fail' });
    expect(line?.means).toMatch(means);
    expect(line?.mend).toMatch(mend);
    expect(line?.mend).toContain('/config/configreferences/appsettings/refresh?api-version=');
  });

  test('that it could resolve is where it belongs', () => {
    expect(judged('Resolved')).toMatchObject([{ status: 'ok' }]);
    expect(judged('Initialized')).toMatchObject([{ status: 'ok' }]);
  });

  test('of which nothing is known is not known to be wrong', () => {
    const lines = judgeReferences({ GRACEWATCH_CHANNELS: vault }, app, {
      kind: 'failed',
      reason: 'no right',
    });
    expect(lines).toMatchObject([{ status: 'warn' }]);
  });
});

describe('versions', () => {
  const health = (version: string) => ({
    kind: 'answered' as const,
    status: 200,
    headers: new Headers(),
    body: JSON.stringify({ ...healthy, version }),
    between: [0, 0] as [number, number],
  });
  const ofApp = (version: string) =>
    judgeVersions({ node: 'v24.1.0', health: health(version) }).find(({ subject }) => subject === 'the app');

  test('that are the same are well', () => {
    expect(ofApp(healthy.version)).toMatchObject({ status: 'ok' });
  });

  test('of which the app has another are warned of', () => {
    expect(ofApp('9.9.9')).toMatchObject({ status: 'warn' });
    expect(ofApp('9.9.9')?.mend).toContain('git checkout v9.9.9');
  });

  test.each([
    [{ kind: 'read', name: 'node', version: '24' } as const, 'ok'],
    [{ kind: 'read', name: 'node', version: '22' } as const, 'fail'],
    [{ kind: 'read', name: 'python', version: '3.12' } as const, 'fail'],
    [{ kind: 'failed', reason: 'no right' } as const, 'warn'],
  ])('of the stack %j: %s', (runtime, status) => {
    const lines = judgeVersions({ node: 'v24.1.0', health: undefined, runtime });
    expect(lines.at(-1)).toMatchObject({ subject: 'what the app runs on', status });
  });
});
