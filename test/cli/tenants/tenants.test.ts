import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tenants } from '../../../cli/tenants/tenants.ts';
import { createCoverageTable } from '../../../shared/adapters/coverage-table.ts';
import { connectStorage, type StorageClients } from '../../../shared/adapters/storage.ts';
import { createTenantTable } from '../../../shared/adapters/tenant-table.ts';
import type { Environment } from '../../../shared/config.ts';
import names from '../../../shared/names.json' with { type: 'json' };
import type { LogCoverageRow } from '../../../shared/coverage/coverage-store.ts';
import { Secret } from '../../../shared/secret.ts';
import { sourceNames } from '../../../shared/coverage/coverage.ts';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { type Given, type Ran, runIn } from '../../builders/command-line.ts';
import { type Client, contosoId, fabrikamId, startTenant } from '../../dev/tenant/tenant.ts';

let azurite: Azurite;
let storage: StorageClients;
beforeAll(async () => {
  azurite = await startAzurite();
  const connectionString = new Secret(azurite.connectionString);
  storage = connectStorage({ kind: 'connection-string', connectionString });
}, 60_000);
afterAll(() => azurite.stop());

let client: Client;
beforeEach(async () => {
  client = await startTenant();
  for (const name of [names.tables.tenants, names.tables.coverage]) {
    await storage.table(name).createTable();
    for await (const { partitionKey = '', rowKey = '' } of storage.table(name).listEntities()) {
      await storage.table(name).deleteEntity(partitionKey, rowKey);
    }
  }
});

const run = (args: string, changes: Environment = {}, given: Given = {}): Promise<Ran> => {
  const environment = {
    AzureWebJobsStorage: azurite.connectionString,
    GRACEWATCH_TENANTS: 'table',
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: client.origin,
    GRACEWATCH_ACTIVITY_ENDPOINT: client.origin,
    ...changes,
  };
  return runIn({ environment, ...given }, (workplace) => tenants(args.split(' '), workplace));
};

async function collected(tenantId: string, changes: Partial<LogCoverageRow> = {}): Promise<void> {
  const coverage = createCoverageTable(storage.table(names.tables.coverage));
  for (const source of sourceNames) {
    const finishedAt = '2026-02-03T11:56:00.000Z';
    const row = { tenantId, source, run: 1, first: false, finishedAt, windows: [], gaps: [], ...changes };
    await coverage.save(row, undefined);
  }
}

describe('gracewatch tenants', () => {
  test('begins with nobody, and says how to go on', async () => {
    expect(await run('list')).toEqual({
      code: 0,
      out: 'No tenant of the settings on this machine is watched yet. The next one:\n  npx gracewatch tenants add DOMAIN\n',
      err: '',
    });
    expect(JSON.parse((await run('list --json')).out)).toEqual({
      deployment: 'the settings on this machine',
      source: 'table',
      tenants: [],
    });
  });

  test('adds a tenant with the name that it has itself, lists it, and removes it', async () => {
    const added = await run(`add ${contosoId}`);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toContain(`Contoso (contoso.com) is watched from now on, as ${contosoId}.`);
    expect(added.out).toContain('It lets Gracewatch in.');
    expect((await run('list')).out).toContain('the first collection is under way');
    await collected(contosoId);
    const listed = await run('list');
    expect(listed.out).toMatch(/^Contoso \(contoso\.com\), 11111111-.*, added .* UTC$/m);
    expect(listed.out).toContain('  watched: all of it was last read at 3 Feb 2026, 11:56 UTC\n');
    expect(listed.out).toContain('1 tenant: 1 watched.');

    expect((await run('remove contoso.com', {}, { answers: ['contoso.com'] })).code).toBe(0);
    expect((await run('list')).out).toContain('is being removed since');
    expect(JSON.parse((await run('list --json')).out)).toMatchObject({
      tenants: [{ id: contosoId, domain: 'contoso.com', state: { kind: 'removing' } }],
    });
    expect((await run(`add ${contosoId}`)).code).toBe(1);
  });

  test('adds a tenant that lets nobody in all the same, with a warning', async () => {
    await client.change({ consent: false });
    const ran = await run(`add ${contosoId}`);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^Warning: it does not let Gracewatch in yet: /m);
    const store = createTenantTable(storage.table(names.tables.tenants));
    expect((await store.get(contosoId))?.row.name).toBe(contosoId);
  });

  test('shows who is blind, since when and why, beside who is not', async () => {
    await run(`add ${contosoId}`);
    await run(`add ${fabrikamId} --name Fabrikam`);
    await collected(contosoId);
    const failure = {
      at: '2026-02-03T09:00:00.000Z',
      reason:
        'no token: consent was withdrawn or never given, or the application was removed (AADSTS7000229)',
    };
    await collected(fabrikamId, { failure });
    const { out } = await run('list');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'BLIND since 3 Feb 2026, 09:00 UTC (entra-directory-audits, activity-azure-active-directory, activity-exchange): no token: consent was withdrawn',
    );
    expect(out).toContain('2 tenants: 1 watched, 1 blind.');
  });

  test('lists those of the settings, says where they come from, and changes nothing there', async () => {
    await run(`add ${fabrikamId}`);
    await collected(contosoId);
    const listed = { GRACEWATCH_TENANTS: JSON.stringify([{ id: contosoId, name: 'Contoso' }]) };
    const { out } = await run('list', listed);
    expect(out).toContain('as its setting GRACEWATCH_TENANTS lists them');
    expect(out).toContain(`Contoso (${contosoId}), ${contosoId}\n  watched: all of it was last read`);
    expect(out).not.toContain(fabrikamId);
    expect(await run(`add ${fabrikamId}`, listed)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/lists its tenants.*set it to table/s),
    });
    expect((await run(`remove ${contosoId}`, listed)).code).toBe(2);
  });

  test('takes neither a table that refuses for an empty one nor a refusal for a defect', async () => {
    const key = `AccountKey=${Buffer.from('another key').toString('base64')}`;
    const AzureWebJobsStorage = azurite.connectionString.replace(/AccountKey=[^;]+/, key);
    const ran = await run('list', { AzureWebJobsStorage });
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/^gracewatch tenants: .*the key is of another account/);
    expect(ran.err).not.toContain('AccountKey');
  });

  test.each([
    ['add', /needs one tenant/],
    ['add a b', /needs one tenant/],
    ['list contoso.com', /options only/],
    ['join contoso.com', /only list, add, remove and app/],
    ['add contoso.com', /by its id/],
    ['add x --domain not_a_domain', /--domain must be a name/],
    ['remove nobody --yes', /no tenant of the table/],
    ['app --identity x', /--host, --identity and --tenant go together/],
    ['app', /needs either --app/],
    ['app --app x -g y --host h.example', /needs either --app/],
    ['app --app x -g y --with everything', /--with takes an optional feature: tenant-facts/],
  ])('%s is wrong use', async (args, complaint) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(complaint);
    expect(ran.err).toContain('Try: gracewatch tenants --help');
  });

  test.each(['--help', 'list --help', 'add -h', 'remove --help', 'app --help'])(
    '%s explains',
    async (args) => {
      expect(await run(args)).toMatchObject({
        code: 0,
        out: expect.stringContaining('Usage: npx gracewatch tenants list'),
      });
    },
  );

  test('names a wrong setting', async () => {
    expect(await run('list', { GRACEWATCH_TENANTS: 'Table' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('GRACEWATCH_TENANTS'),
    });
  });
});

describe('gracewatch tenants app', () => {
  const identity = '33333333-3333-4333-8333-333333333333';
  const anew = '44444444-4444-4444-8444-444444444444';
  const byHost = (principalId: string): string =>
    `app --host gracewatch-x.azurewebsites.net --identity ${principalId} --tenant ${contosoId}`;
  const outcomes = (ran: Ran): Record<string, string> => {
    const { aspects } = JSON.parse(ran.out) as { aspects: { name: string; outcome: string }[] };
    return Object.fromEntries(aspects.map(({ name, outcome }) => [name, outcome]));
  };

  test('shows what it would do, does it, finds nothing more to do, and corrects an identity that was made anew', async () => {
    const dry = await run(byHost(identity));
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toContain('Nothing was changed. With --yes: 3 changes.');

    const made = await run(`${byHost(identity)} --yes`);
    expect(made).toMatchObject({ code: 0, err: '' });
    const clientId = /^Client id: ([0-9a-f-]{36})$/m.exec(made.out)?.[1] ?? '';
    expect(made.out).toContain(`/organizations/adminconsent?client_id=${clientId}\n`);
    expect(made.out).toContain(`multiTenantClientId = '${clientId}'\n`);

    const again = await run(`${byHost(identity)} --yes --json`);
    expect(new Set(Object.values(outcomes(again)))).toEqual(new Set(['right']));
    expect(JSON.parse(again.out)).toMatchObject({ parameters: { multiTenantClientId: clientId } });

    const wrong = await run(`${byHost(anew)} --json`);
    expect(outcomes(wrong)).toMatchObject({ trust: 'would-do', application: 'right' });
    expect(outcomes(await run(`${byHost(anew)} --yes --json`))).toMatchObject({ trust: 'done' });
    expect(outcomes(await run(`${byHost(anew)} --yes --json`))).toMatchObject({ trust: 'right' });
  });

  test('asks for an optional feature only when it is named, and keeps it then', async () => {
    await run(`${byHost(identity)} --yes`);
    const more = await run(`${byHost(identity)} --with tenant-facts --yes --json`);
    expect(outcomes(more)).toMatchObject({ permissions: 'done' });
    const after = await run(`${byHost(identity)} --yes`);
    expect(after.out.replaceAll(/\s+/g, ' ')).toContain(
      'consent also asks for Organization.Read.All, ReportSettings.Read.All',
    );
  });

  test('says that an app without an identity has nothing to trust', async () => {
    const az = (args: readonly string[]) =>
      Promise.resolve({
        kind: 'done' as const,
        value:
          args[0] === 'account'
            ? { id: 's', tenantId: contosoId }
            : args[1] === 'show'
              ? { defaultHostName: 'x.azurewebsites.net', identity: null }
              : [],
      });
    const ran = await run('app --app x --resource-group rg', {}, { az });
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('no user-assigned identity') });
  });

  test('tells what az says where it cannot be asked', async () => {
    const ran = await run('app --app x --resource-group rg');
    expect(ran).toMatchObject({ code: 2, err: 'gracewatch tenants: the Azure CLI (az) is not installed\n' });
  });
});
