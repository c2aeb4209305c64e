import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Az } from '../../../cli/target/az.ts';
import { connectStorage } from '../../../shared/adapters/storage.ts';
import { createTenantTable } from '../../../shared/adapters/tenant-table.ts';
import type { Environment } from '../../../shared/config.ts';
import names from '../../../shared/names.json' with { type: 'json' };
import { Secret } from '../../../shared/secret.ts';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { commandLine, type Ran } from '../../builders/command-line.ts';
import { type Client, contosoId, fabrikamId, startTenant } from '../../dev/tenant/tenant.ts';

const tenants = [
  { id: contosoId, name: 'Contoso', domain: 'contoso.com' },
  { id: fabrikamId, name: 'Fabrikam', domain: 'fabrikam.com' },
];

function settings(origin: string, changes: Environment = {}): Environment {
  return {
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    GRACEWATCH_TENANTS: JSON.stringify(tenants),
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: origin,
    GRACEWATCH_ACTIVITY_ENDPOINT: origin,
    ...changes,
  };
}

function permissions(client: Pick<Client, 'origin'>, ...args: string[]): Promise<Ran> {
  return commandLine(['permissions', ...args], { environment: settings(client.origin) });
}

interface Document {
  target: string;
  tenants: {
    tenant: { id: string };
    token: { kind: string; code?: string };
    permissions: { permission: string; state: string; optional: boolean }[];
    more: string[];
    mend: string[];
  }[];
}

function documentIn({ out }: Ran): Document {
  return JSON.parse(out) as Document;
}

function statesIn(ran: Ran, tenantId: string): Record<string, string> {
  const found = documentIn(ran).tenants.find(({ tenant }) => tenant.id === tenantId);
  return Object.fromEntries((found?.permissions ?? []).map(({ permission, state }) => [permission, state]));
}

const everything = [
  'AuditLog.Read.All',
  'ActivityFeed.Read',
  'Organization.Read.All',
  'ReportSettings.Read.All',
];

describe('gracewatch permissions, against the simulated tenant', () => {
  test('shows a tenant in which all is granted, and ends with 0', async () => {
    const ran = await permissions(await startTenant(), '--tenant', 'contoso.com');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toBe(
      [
        'Rights of the settings on this machine',
        '',
        `Contoso (contoso.com, ${contosoId})`,
        '  AuditLog.Read.All        granted  Entra audit log',
        '  ActivityFeed.Read        granted  Unified audit log',
        '  Organization.Read.All    granted  Facts about the tenant (optional)',
        '  ReportSettings.Read.All  granted  Facts about the tenant (optional)',
        '',
        '1 tenant: 1 with all that is needed, 0 without, 0 not known.',
        '',
      ].join('\n'),
    );
  });

  test('names what is missing, what is lost without it and what mends it, and ends with 1', async () => {
    const client = await startTenant();
    await client.change({ permissions: everything.filter((name) => name !== 'AuditLog.Read.All') });
    const ran = await permissions(client);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(
      [
        '  AuditLog.Read.All        missing  Entra audit log',
        '      Graph answered 403 (Authentication_MSGraphPermissionMissing)',
        '      without it: no licence change is seen as it happens, and nobody can be named for one',
      ].join('\n'),
    );
    expect(ran.out).toContain(
      `  > npx gracewatch permissions grant --identity OBJECT_ID --tenant ${contosoId} --yes`,
    );
    expect(ran.out).toContain('2 tenants: 1 with all that is needed, 1 without, 0 not known.');
  });

  test.each(everything)('sees that %s is missing, in this tenant only', async (missing) => {
    const client = await startTenant();
    await client.change({ permissions: everything.filter((name) => name !== missing) });
    const ran = await permissions(client, '--json');
    const expected = Object.fromEntries(
      everything.map((name) => [name, name === missing ? 'missing' : 'granted']),
    );
    expect(statesIn(ran, contosoId)).toEqual(expected);
    expect(new Set(Object.values(statesIn(ran, fabrikamId)))).toEqual(new Set(['granted']));
    expect(ran.code).toBe(missing === 'AuditLog.Read.All' || missing === 'ActivityFeed.Read' ? 1 : 0);
  });

  test('sees a tenant that took its consent back, and looks at the others all the same', async () => {
    const client = await startTenant();
    await client.change({ consent: false });
    const ran = await permissions(client);
    expect(ran.code).toBe(1);
    expect(ran.out.replace(/\s+/g, ' ')).toContain(
      'the tenant gave no consent, or has removed the application',
    );
    const document = await permissions(client, '--json');
    expect(statesIn(document, contosoId)).toEqual({
      'AuditLog.Read.All': 'missing',
      // Of which only a bare 401 is seen.
      'ActivityFeed.Read': 'unknown',
      'Organization.Read.All': 'missing',
      'ReportSettings.Read.All': 'missing',
    });
    expect(ran.out.replace(/\s+/g, ' ')).toContain(
      'the Activity API answered 401; Graph says that the application is not in the tenant',
    );
    expect(new Set(Object.values(statesIn(document, fabrikamId)))).toEqual(new Set(['granted']));
  });

  test.each([
    { status: 429, retryAfter: 30 },
    { status: 503 },
    { reset: true },
    { truncate: true },
    { nonJson: true },
  ])('calls nothing missing while a service answers so: %j', async (fault) => {
    const client = await startTenant();
    const next = ['/auditLogs/', '/subscriptions/list'].map((path) => ({ path, ...fault }));
    await client.json('/control/faults', { method: 'POST', body: { next } });
    const ran = await permissions(client, '--json', '--tenant', contosoId);
    expect(ran.code).toBe(1);
    expect(statesIn(ran, contosoId)).toMatchObject({
      'AuditLog.Read.All': 'unknown',
      'ActivityFeed.Read': 'unknown',
      'Organization.Read.All': 'granted',
    });
    expect(documentIn(ran).tenants[0]?.mend).toEqual([
      'Run it again; what is unknown is not known to be missing',
    ]);
  });

  test('prints a document for programs and nothing beside it', async () => {
    const client = await startTenant();
    await client.change({ permissions: ['AuditLog.Read.All'] });
    const ran = await permissions(client, '--json', '--tenant', 'CONTOSO');
    expect(ran.err).toBe('');
    expect(documentIn(ran)).toEqual({
      target: 'the settings on this machine',
      tenants: [
        {
          tenant: { id: contosoId, name: 'Contoso', domain: 'contoso.com' },
          token: { kind: 'read' },
          permissions: [
            expect.objectContaining({
              permission: 'AuditLog.Read.All',
              api: 'graph',
              state: 'granted',
              seenBy: 'call',
              feature: 'entra-audit-log',
              optional: false,
            }),
            expect.objectContaining({
              permission: 'ActivityFeed.Read',
              state: 'missing',
              reason: 'the Activity API answered 401 (AF10001)',
            }),
            expect.objectContaining({
              permission: 'Organization.Read.All',
              state: 'missing',
              optional: true,
            }),
            expect.objectContaining({
              permission: 'ReportSettings.Read.All',
              state: 'missing',
              optional: true,
            }),
          ],
          more: [],
          mend: [
            expect.stringContaining(
              `npx gracewatch permissions grant --identity OBJECT_ID --tenant ${contosoId} --yes`,
            ),
          ],
        },
      ],
    });
  });

  test('shows one tenant once, however often it is named', async () => {
    const ran = await permissions(
      await startTenant(),
      ...['--json', '--tenant', contosoId, '--tenant', 'contoso', '--tenant', 'contoso.com'],
    );
    expect(documentIn(ran).tenants).toHaveLength(1);
  });

  test('tells how far it is among many tenants', async () => {
    const client = await startTenant();
    const many = Array.from({ length: 20 }, (_, index) => ({ id: `tenant-${String(index)}`, name: 'x' }));
    const ran = await commandLine(['permissions', '--json'], {
      environment: settings(client.origin, { GRACEWATCH_TENANTS: JSON.stringify(many) }),
    });
    expect(ran.err.split('\n').slice(0, 2)).toEqual(['tenants: 2 of 20', 'tenants: 4 of 20']);
    expect(documentIn(ran).tenants.map(({ tenant }) => tenant.id)).toEqual(many.map(({ id }) => id));
  });

  test('lets a name from a tenant steer no terminal', async () => {
    const client = await startTenant();
    const name = 'Con\u001b[2Jtoso\n  AuditLog.Read.All granted';
    const ran = await commandLine(['permissions'], {
      environment: settings(client.origin, { GRACEWATCH_TENANTS: JSON.stringify([{ id: contosoId, name }]) }),
    });
    expect(ran.out).not.toContain('\u001b');
    expect(ran.out.split('\n')[2]).toMatch(/^Con \[2Jtoso AuditLog/);
  });

  test('prints no token', async () => {
    const client = await startTenant();
    await client.change({ consent: false });
    for (const args of [[], ['--json']]) {
      const { out, err } = await permissions(client, ...args);
      expect(out + err).not.toMatch(/none:|Bearer/);
    }
  });
});

describe('gracewatch permissions, where tenants are in a table', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(async () => {
    await azurite.stop();
  });
  const inTable = (client: Client, connectionString = azurite.connectionString): Environment =>
    settings(client.origin, { AzureWebJobsStorage: connectionString, GRACEWATCH_TENANTS: 'table' });

  test('says how to begin while there is none', async () => {
    const environment = inTable(await startTenant());
    expect(await commandLine(['permissions'], { environment })).toEqual({
      code: 0,
      out: 'No tenant is watched yet: npx gracewatch tenants add puts one in.\n',
      err: '',
    });
    const document = await commandLine(['permissions', '--json'], { environment });
    expect(documentIn(document)).toEqual({ target: 'the settings on this machine', tenants: [] });
  });

  test('looks at those that were put in', async () => {
    const environment = inTable(await startTenant());
    const connectionString = new Secret(azurite.connectionString);
    const storage = connectStorage({ kind: 'connection-string', connectionString });
    const store = createTenantTable(storage.table(names.tables.tenants));
    await store.save({ id: contosoId, name: 'Contoso', addedAt: '2026-03-01T00:00:00.000Z' }, undefined);
    const ran = await commandLine(['permissions', '--json'], { environment });
    expect(ran.code).toBe(0);
    expect(Object.keys(statesIn(ran, contosoId))).toHaveLength(4);
  });

  test('never takes a table that cannot be read for an empty one', async () => {
    const otherKey = azurite.connectionString.replace(
      /AccountKey=[^;]+/,
      `AccountKey=${btoa('another key')}`,
    );
    const ran = await commandLine(['permissions'], { environment: inTable(await startTenant(), otherKey) });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(
      /^gracewatch permissions: the table of tenants may not be read: the role Storage/,
    );
  });
});

describe('gracewatch permissions grant, against the simulated tenant', () => {
  /** The identity that watches, as the directory of the tenant shows it. */
  const identityIn = async (client: Client): Promise<string> => {
    const filter = encodeURIComponent("servicePrincipalType eq 'ManagedIdentity'");
    const { value } = (await client.json(`/v1.0/servicePrincipals?$filter=${filter}`)) as {
      value: { id: string }[];
    };
    return value[0]?.id ?? '';
  };
  const grant = async (client: Client, ...args: string[]): Promise<Ran> =>
    permissions(client, ...['grant', '--identity', await identityIn(client), '--tenant', contosoId, ...args]);

  test('says what it would do, does it with --yes, and then there is nothing to do', async () => {
    const client = await startTenant();
    await client.change({ permissions: ['User.Read.All'] });
    const dry = await grant(client);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toContain('  would grant  AuditLog.Read.All');
    expect(await client.json(`/control/tenant?tenantId=${contosoId}`)).toMatchObject({
      permissions: ['User.Read.All'],
    });

    const done = await grant(client, '--yes');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('All is granted.');
    expect(done.out).toContain('More than Gracewatch needs');
    expect((await permissions(client, '--tenant', contosoId)).code).toBe(0);
    const { permissions: granted } = (await client.json(`/control/tenant?tenantId=${contosoId}`)) as {
      permissions: string[];
    };
    expect(granted.sort()).toEqual(['ActivityFeed.Read', 'AuditLog.Read.All', 'User.Read.All']);

    const again = await grant(client, '--yes');
    expect(again.out).toContain('Nothing is missing, nothing was changed.');
  });

  test('gives what an optional feature needs only when it is asked for', async () => {
    const client = await startTenant();
    await client.change({ permissions: [] });
    await grant(client, '--yes', '--with', 'tenant-facts');
    const ran = await permissions(client, '--json', '--tenant', contosoId);
    expect(new Set(Object.values(statesIn(ran, contosoId)))).toEqual(new Set(['granted']));
  });

  test('says that there is no such identity', async () => {
    const client = await startTenant();
    const ran = await permissions(
      client,
      ...['grant', '--identity', '12345678-1234-4234-8234-123456789012', '--tenant', contosoId, '--yes'],
    );
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('it takes the object (principal) id, not the client id');
  });
});

describe('gracewatch permissions, at an app in Azure', () => {
  const vault = '@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/channels)';
  const az =
    (
      credential: string,
      identities: Record<string, unknown> = { '/id': { principalId: 'p', clientId: 'c' } },
      changes: Environment = {},
    ): Az =>
    (args) => {
      const answers: Record<string, unknown> = {
        'functionapp show': {
          defaultHostName: 'app.azurewebsites.net',
          identity: { userAssignedIdentities: identities },
        },
        'functionapp config': Object.entries({
          ...settings('https://graph.microsoft.com', { AzureWebJobsStorage: undefined }),
          GRACEWATCH_ACTIVITY_ENDPOINT: 'https://manage.office.com',
          AzureWebJobsStorage__accountName: 'nobodyhasthisaccount',
          GRACEWATCH_CREDENTIAL: credential,
          GRACEWATCH_CLIENT_ID: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
          GRACEWATCH_CHANNELS: vault,
          ...changes,
        }).map(([name, value]) => ({ name, value })),
        'account show': { id: 'subscription', tenantId: contosoId },
      };
      return Promise.resolve({ kind: 'done', value: answers[args.slice(0, 2).join(' ')] });
    };
  const at = ['--app', 'app', '--resource-group', 'rg'];

  test('says that consent gives the rights of an app for many tenants', async () => {
    const ran = await commandLine(['permissions', 'grant', ...at, '--yes'], { az: az('federated') });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('npx gracewatch tenants app');
  });

  test.each([
    ['none', {}],
    ['several', { '/a': { principalId: 'a', clientId: 'a' }, '/b': { principalId: 'b', clientId: 'b' } }],
  ])('asks for the identity where the app has %s', async (_, identities) => {
    const ran = await commandLine(['permissions', 'grant', ...at], {
      az: az('managed-identity', identities),
    });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('give --identity OBJECT_ID --tenant ID');
  });

  test('needs no setting that it does not use: to grant only where the directory is', async () => {
    const client = await startTenant();
    const wrong = {
      AzureWebJobsStorage: 'wrong',
      GRACEWATCH_TENANTS: 'wrong',
      GRACEWATCH_ACTIVITY_ENDPOINT: 'wrong',
    };
    const identities = { '/id': { principalId: '12345678-1234-4234-8234-123456789012', clientId: 'c' } };
    const changes = { ...wrong, GRACEWATCH_GRAPH_ENDPOINT: client.origin };
    const ran = await commandLine(['permissions', 'grant', ...at], { az: az('none', identities, changes) });
    expect(ran.err).toContain('no identity 12345678-1234-4234-8234-123456789012 in tenant');
  });

  test.each([
    ['storage', { AzureWebJobsStorage: 'wrong' }],
    ['half a connection string', { AzureWebJobsStorage: 'AccountName=x;AccountKey=y' }],
    ['a secret in its vault', { GRACEWATCH_CLIENT_SECRET: vault }],
  ])('looks at the rights of an app with %s', async (_, changes) => {
    const ran = await commandLine(['permissions', ...at, '--json', '--tenant', contosoId], {
      az: az(
        'client-secret',
        {},
        { AzureWebJobsStorage: 'wrong', GRACEWATCH_CLIENT_SECRET: vault, ...changes },
      ),
    });
    expect(ran).toMatchObject({ code: 1, err: '' });
    expect(new Set(Object.values(statesIn(ran, contosoId)))).toEqual(new Set(['unknown']));
    expect(ran.out).toContain('the storage settings of the app are wrong');
  });

  test('says why the app cannot be looked at', async () => {
    const ran = await commandLine(['permissions', ...at]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toBe('gracewatch permissions: the Azure CLI (az) is not installed\n');
  });
});

describe('wrong use', () => {
  test.each([
    [['graant'], 'permissions has no graant'],
    [['--yes'], "Unknown option '--yes'"],
    [['--tenant', 'northwind.com'], 'no watched tenant has the id, name or domain northwind.com'],
    [['grant'], 'grant needs either --app NAME --resource-group RG or --identity OBJECT_ID --tenant ID'],
    [['grant', '--identity', contosoId], '--identity needs --tenant ID'],
    [['grant', '--tenant', contosoId], '--tenant goes with --identity'],
    [['grant', '--identity', 'gracewatch', '--tenant', contosoId], '--identity must be an id such as'],
    [['--app', 'x'], '--app and --resource-group go together'],
  ])('%j is refused with a sentence', async (args, sentence) => {
    const ran = await commandLine(['permissions', ...args], { environment: settings('http://127.0.0.1:1') });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(`gracewatch permissions: ${sentence}`);
    expect(ran.err).toContain('Try: gracewatch permissions --help');
  });

  test('wrong settings are named without their values', async () => {
    const environment = settings('http://127.0.0.1:1', {
      GRACEWATCH_TENANTS: '["very-secret"]',
      GRACEWATCH_CREDENTIAL: 'very-secret',
    });
    const ran = await commandLine(['permissions'], { environment });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/\n {2}GRACEWATCH_TENANTS: /);
    expect(ran.err).toMatch(/\n {2}GRACEWATCH_CREDENTIAL: /);
    expect(ran.err).not.toContain('very-secret');
  });

  test.each([[['--help']], [['grant', '-h']], [['script', '--help']]])('%j explains', async (args) => {
    const ran = await commandLine(['permissions', ...args]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('Usage: npx gracewatch permissions');
  });
});
