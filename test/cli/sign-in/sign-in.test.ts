import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signIn } from '../../../cli/sign-in/sign-in.ts';
import type { Az } from '../../../cli/target/az.ts';
import { type SimulatedTenant, startSimulatedTenant } from '../../../dev/tenant/server.ts';
import { type Given, type Ran, runIn } from '../../builders/command-line.ts';
import { programsOnPath } from '../../builders/programs-on-path.ts';

const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const identity = '33333333-3333-4333-8333-333333333333';
const byHost = [
  ...['--host', 'gracewatch-x.azurewebsites.net', '--identity', identity],
  ...['--tenant', contoso],
];
const byApp = ['--app', 'gracewatch-y', '--resource-group', 'watch'];

let tenant: SimulatedTenant;
beforeAll(async () => {
  tenant = await startSimulatedTenant({ tenants: [{ id: contoso, name: 'Contoso', domain: 'contoso.com' }] });
});
afterAll(() => tenant.close());

function run(args: readonly string[], given: Given = {}): Promise<Ran> {
  const environment = { GRACEWATCH_CREDENTIAL: 'none', GRACEWATCH_GRAPH_ENDPOINT: tenant.origin };
  return runIn({ environment, ...given }, (workplace) => signIn(args, workplace));
}

/** An Azure CLI that knows the app gracewatch-y, with secrets among its settings. */
function azure(settings: Record<string, string> = {}): Az {
  const values = {
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: tenant.origin,
    AzureWebJobsStorage: 'AccountName=x;AccountKey=very-secret',
    ...settings,
  };
  return (args) =>
    Promise.resolve({
      kind: 'done',
      value:
        args[0] === 'account'
          ? { id: '77777777-7777-4777-8777-777777777777', tenantId: contoso }
          : args[1] === 'show'
            ? {
                defaultHostName: 'gracewatch-y.azurewebsites.net',
                identity: { userAssignedIdentities: { '/i': { principalId: identity, clientId: 'c' } } },
              }
            : Object.entries(values).map(([name, value]) => ({ name, value })),
    });
}

test('from nothing to a client id, and then nothing more to do', async () => {
  const dry = await run(byHost);
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toContain('Nothing was changed. With --yes: 5 changes.');

  const made = await run([...byHost, '--yes']);
  expect(made).toMatchObject({ code: 0, err: '' });
  const clientId = /^Client id: ([0-9a-f-]{36})$/m.exec(made.out)?.[1] ?? '';
  expect(made.out).toContain(`param signInClientId = '${clientId}'\n`);

  const again = await run([...byHost, '--yes']);
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out).toContain(`Client id: ${clientId}`);
  expect(again.out).not.toMatch(/^ +(?:done|to do|refused)/m);
});

test('host, tenant and identity come from the app, and its tenants stay; no secret of it is told', async () => {
  const az = azure({ WEBSITE_AUTH_AAD_ALLOWED_TENANTS: `${contoso},${fabrikam.toUpperCase()}` });
  const ran = await run([...byApp, '--yes', '--json'], { az, environment: {} });
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(ran.out)).toMatchObject({
    hostName: 'gracewatch-y.azurewebsites.net',
    tenantId: contoso,
    application: { uniqueName: 'gracewatch-sign-in-gracewatch-y' },
    dryRun: false,
    parameters: { signInClientId: expect.any(String), signInTenants: [contoso, fabrikam] },
  });
  const alone = await run([...byApp, '--tenants', 'none'], { az, environment: {} });
  expect(alone.out.replace(/\s+/g, ' ')).toContain('to do it is for people of this tenant only');
  const shutOut = await run([...byApp, '--tenants', 'none', '--yes'], { az, environment: {} });
  expect(shutOut.out).toContain('az deployment group create --resource-group watch ');
  expect(shutOut.out).toContain(`param signInTenants = ['${contoso}']\n`);
  expect(shutOut.out).not.toContain('az ad sp');
  expect(JSON.stringify([ran, alone, shutOut])).not.toMatch(/very-secret|AccountKey|none:/);
});

test('somebody who may not be allowed is told, and the exit code says so', async () => {
  const nobody = '99999999-9999-4999-8999-999999999999';
  const ran = await run([...byHost, '--yes', '--allow', nobody, '--json']);
  expect(ran.code).toBe(1);
  const { aspects } = JSON.parse(ran.out) as { aspects: unknown[] };
  expect(aspects.at(-1)).toEqual({
    name: 'allowed',
    text: `${nobody} may sign in, for what GRACEWATCH_ACCESS says`,
    outcome: 'failed',
    reason:
      'no person or group of this tenant has this object id (Graph answered 404 (Request_ResourceNotFound))',
  });
});

test('a directory that does not answer is told, and standard output stays empty', async () => {
  const environment = { GRACEWATCH_CREDENTIAL: 'none', GRACEWATCH_GRAPH_ENDPOINT: 'http://127.0.0.1:1' };
  expect(await run([...byHost, '--yes'], { environment })).toEqual({
    code: 1,
    out: '',
    err: 'gracewatch sign-in: the connection to Graph failed: try again\n',
  });
});

test('somebody who is not signed in is told what to run', async () => {
  const path = programsOnPath();
  try {
    expect(await run(byHost, { environment: {} })).toEqual({
      code: 1,
      out: '',
      err: `gracewatch sign-in: nobody is signed in: run az login --tenant ${contoso}\n`,
    });
  } finally {
    path.restore();
  }
});

test('--help says it all and asks nobody', async () => {
  const ran = await run(['--help']);
  expect(ran).toMatchObject({ code: 0, err: '' });
  for (const option of [
    '--app',
    '--host',
    '--identity',
    '--tenant',
    '--operator',
    '--reader',
    '--allow',
    '--tenants',
    '--yes',
    '--json',
  ]) {
    expect(ran.out).toContain(option);
  }
});

describe('wrong use is told, and nobody is asked', () => {
  const both = 'sign-in needs either --app NAME --resource-group RG or --host';
  test.each<[string, string[], string]>([
    ['nothing', [], both],
    ['both ways', [...byApp, ...byHost], both],
    ['a group without an app', ['--resource-group', 'x'], both],
    ['an app without a group', ['--app', 'x'], '--app and --resource-group go together'],
    ['half a host', ['--host', 'x.example'], '--host, --identity and --tenant go together'],
    ['a URL', byHost.with(1, 'https://x.example/'), '--host must be a host name and nothing else'],
    ['a host with more in it', byHost.with(1, 'x.example;rm'), '--host must be a host name and nothing else'],
    ['a name for an id', byHost.with(3, 'my-identity'), '--identity must be an id'],
    ['a domain for a tenant', byHost.with(5, 'contoso.com'), '--tenant must be an id'],
    ['a mail address', [...byHost, '--allow', 'megan@contoso.com'], '--allow must be an id'],
    ['a mail address of an operator', [...byHost, '--operator', 'm@contoso.com'], '--operator must be an id'],
    ['a name of a reader', [...byHost, '--reader', 'help desk'], '--reader must be an id'],
    [
      'ids behind each other',
      [...byHost, '--allow', identity, fabrikam],
      'several ids stand in one: --allow ID,ID',
    ],
    ['no id', [...byHost, '--tenants', ''], '--tenants must be an id'],
    [
      'more tenants than the template takes',
      [
        ...byHost,
        '--tenants',
        Array.from({ length: 10 }, (_, n) => `${fabrikam.slice(0, -1)}${n}`).join(','),
      ],
      '--tenants takes at most nine tenants',
    ],
    ['an unknown option', [...byHost, '--force'], "Unknown option '--force'"],
  ])('%s', async (_, args, message) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(message);
    expect(ran.err).toContain('Try: gracewatch sign-in --help');
  });

  test('an endpoint that would get the token in the clear', async () => {
    const environment = { GRACEWATCH_GRAPH_ENDPOINT: 'http://graph.example' };
    expect((await run(byHost, { environment })).err).toContain(
      'GRACEWATCH_GRAPH_ENDPOINT must be an https URL',
    );
  });

  test('an app without an identity', async () => {
    const az: Az = (args) =>
      args[1] === 'show' && args[0] !== 'account'
        ? Promise.resolve({ kind: 'done', value: { defaultHostName: 'x.azurewebsites.net' } })
        : azure()(args);
    expect(await run(byApp, { az })).toMatchObject({ code: 2, out: '' });
  });

  test('an app that az cannot look at: its reason, without what it would do to a terminal', async () => {
    const az: Az = () =>
      Promise.resolve({ kind: 'failed', reason: 'the Azure CLI said: \u001b[2Jno\r\nsuch app' });
    expect(await run(byApp, { az })).toEqual({
      code: 2,
      out: '',
      err: 'gracewatch sign-in: the Azure CLI said: [2Jno such app\n',
    });
  });
});
