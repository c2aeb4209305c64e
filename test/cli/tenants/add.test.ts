import { describe, expect, test } from '@jest/globals';
import { addTenant, type AddRequest } from '../../../cli/tenants/add.ts';
import type { Deployment } from '../../../cli/tenants/deployment.ts';
import { UsageError } from '../../../cli/arguments/arguments.ts';
import type { TenantRow } from '../../../shared/tenants/tenant-store.ts';
import { Secret } from '../../../shared/secret.ts';
import type { Ran } from '../../builders/command-line.ts';
import { application, contoso, fabrikam, inTerminal, memoryDeployment, now } from './memory-deployment.ts';

const add = (deployment: Deployment, request: Partial<AddRequest>): Promise<Ran> =>
  inTerminal((terminal) => addTenant(deployment, { tenant: 'contoso.com', now, ...request }, terminal));

async function rowOf(deployment: Deployment, id = contoso): Promise<TenantRow | undefined> {
  return (await deployment.tenants.get(id))?.row;
}

async function put(deployment: Deployment, row: Partial<TenantRow>): Promise<void> {
  const id = row.id ?? contoso;
  const version = (await deployment.tenants.get(id))?.version;
  await deployment.tenants.save({ id, name: 'Contoso', addedAt: now, ...row }, version);
}

describe('a tenant that is added', () => {
  test.each([
    ['its domain', 'Contoso.com', { id: contoso, name: 'contoso.com', domain: 'contoso.com' }],
    [
      'its name under onmicrosoft.com',
      'Contoso',
      { id: contoso, name: 'contoso.onmicrosoft.com', domain: 'contoso.onmicrosoft.com' },
    ],
    ['its id', fabrikam.toUpperCase(), { id: fabrikam, name: fabrikam }],
  ])('is found by %s', async (_, tenant, row) => {
    const deployment = memoryDeployment();
    const ran = await add(deployment, { tenant });
    expect(ran.code).toBe(0);
    expect(await rowOf(deployment, row.id)).toEqual({ ...row, addedAt: now });
  });

  test('is called as the person says', async () => {
    const deployment = memoryDeployment();
    await add(deployment, { name: 'Contoso GmbH', domain: 'contoso.de' });
    expect(await rowOf(deployment)).toMatchObject({ name: 'Contoso GmbH', domain: 'contoso.de' });
  });

  test('is told where its administrator consents, and that only the app can find out', async () => {
    const { out } = await add(memoryDeployment(), {});
    expect(out).toContain(`contoso.com is watched from now on, as ${contoso}.`);
    expect(out).toContain(
      `  https://login.microsoftonline.com/${contoso}/adminconsent?client_id=${application}\n`,
    );
    expect(out).toContain('this machine does not have its identity');
    expect(out).toContain('npx gracewatch tenants list --app gracewatch-x --resource-group rg');
  });

  test('a second time is no error and changes nothing', async () => {
    const deployment = memoryDeployment();
    await add(deployment, { name: 'Contoso GmbH' });
    const ran = await add(deployment, { now: '2026-04-01T00:00:00.000Z' });
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('is watched already.') });
    expect(await rowOf(deployment)).toMatchObject({ name: 'Contoso GmbH', addedAt: now });
  });

  test('with the domain of another one is added with a warning', async () => {
    const deployment = memoryDeployment();
    await put(deployment, { id: fabrikam, name: 'Fabrikam', domain: 'contoso.com' });
    const { code, err } = await add(deployment, {});
    expect(code).toBe(0);
    expect(err).toContain(`warning: Fabrikam (${fabrikam}) has the domain contoso.com too`);
  });

  test('on this machine under a name that is no id is refused where Graph does not know it', async () => {
    const deployment = memoryDeployment({ kind: 'none' });
    deployment.reach.endpoints.graph = 'http://127.0.0.1:9';
    const { code, err } = await add(deployment, { tenant: 'conotso' });
    expect(code).toBe(1);
    expect(err).toContain("conotso is no tenant's id, and Graph does not know it");
    expect(await rowOf(deployment, 'conotso')).toBeUndefined();
  });

  test('again with another name is called so', async () => {
    const deployment = memoryDeployment();
    await add(deployment, {});
    const { out } = await add(deployment, { name: 'Contoso AG' });
    expect(out).toContain('its name and domain are now these');
    expect(await rowOf(deployment)).toEqual({
      id: contoso,
      name: 'Contoso AG',
      domain: 'contoso.com',
      addedAt: now,
    });
  });

  test('by two people at once is there once', async () => {
    const deployment = memoryDeployment();
    const codes = (await Promise.all([add(deployment, {}), add(deployment, {})])).map(({ code }) => code);
    expect(codes).toEqual([0, 0]);
    expect(await rowOf(deployment)).toMatchObject({ domain: 'contoso.com' });
  });
});

describe('a tenant that is being removed', () => {
  const stages: [string, NonNullable<TenantRow['removal']>][] = [
    ['before the app has begun', { requestedAt: now }],
    [
      'while its data is deleted',
      {
        requestedAt: now,
        stage: { kind: 'delete', round: 1, part: 'alerts', leaseUntil: now, attempt: 0 },
      },
    ],
  ];
  test.each(stages)('is not added again %s, and stays as it is', async (_, removal) => {
    const deployment = memoryDeployment();
    await put(deployment, { removal });
    const ran = await add(deployment, {});
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/is being removed since .*It can be added again when its data is deleted/s);
    expect((await rowOf(deployment))?.removal).toEqual(removal);
  });

  test('is added again when its data is deleted, and begins anew', async () => {
    const deployment = memoryDeployment();
    const requestedAt = '2026-02-27T08:00:00.000Z';
    await put(deployment, {
      addedAt: '2026-01-01T00:00:00.000Z',
      removal: { requestedAt, stage: { kind: 'wait', until: '2026-03-02T08:00:00.000Z' } },
    });
    expect((await add(deployment, {})).code).toBe(0);
    expect(await rowOf(deployment)).toEqual({
      id: contoso,
      name: 'contoso.com',
      domain: 'contoso.com',
      addedAt: now,
    });
  });
});

describe('what is not added', () => {
  test('is a domain that no tenant has', async () => {
    const deployment = memoryDeployment();
    const ran = await add(deployment, { tenant: 'nobody.example' });
    expect(ran).toEqual({
      code: 1,
      out: '',
      err: 'gracewatch tenants: no tenant of this cloud has the domain nobody.example\n',
    });
  });

  test('is a domain that cannot be looked up; an id is added all the same', async () => {
    const deployment = memoryDeployment();
    deployment.find = () => Promise.resolve({ kind: 'later', reason: 'the connection failed' });
    expect(await add(deployment, {})).toMatchObject({ code: 1, err: expect.stringContaining('give the id') });
    expect(await add(deployment, { tenant: contoso })).toMatchObject({
      code: 0,
      err: expect.stringContaining('could not be checked'),
    });
  });

  test.each(['not a name!', 'contoso.com/x', '../contoso', '-'])('is %s', async (tenant) => {
    await expect(add(memoryDeployment(), { tenant })).rejects.toThrow(UsageError);
  });

  test('is another tenant than the own of an app that acts as its managed identity', async () => {
    const deployment = memoryDeployment({ kind: 'managed-identity' });
    const ran = await add(deployment, { tenant: fabrikam });
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, ' ')).toContain(
      'npx gracewatch tenants app --app gracewatch-x --resource-group rg',
    );
    expect(await rowOf(deployment, fabrikam)).toBeUndefined();
    expect((await add(deployment, { tenant: contoso })).code).toBe(0);
  });

  test('is anybody where the setting lists the tenants: it says how to change that', async () => {
    const deployment = memoryDeployment();
    deployment.reach.tenants = { kind: 'list', tenants: [{ id: fabrikam, name: 'Fabrikam' }] };
    await expect(add(deployment, {})).rejects.toThrow(
      /az functionapp config appsettings set --name gracewatch-x --resource-group rg --settings GRACEWATCH_TENANTS=table .*then add these again: 22222222/s,
    );
    expect(await rowOf(deployment)).toBeUndefined();
  });

  test('is asked for with a secret that lies in a vault: only the app has it', async () => {
    const secret = new Secret('@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)');
    const deployment = memoryDeployment({ kind: 'client-secret', clientId: application, secret });
    expect((await add(deployment, {})).out).toContain('only the app can find out');
  });
});
