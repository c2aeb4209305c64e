import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../cli/arguments/arguments.ts';
import type { Deployment } from '../../../cli/tenants/deployment.ts';
import { removeTenantByHand } from '../../../cli/tenants/remove.ts';
import type { TenantRow } from '../../../shared/tenants/tenant-store.ts';
import type { Ran } from '../../builders/command-line.ts';
import { storedAlert } from '../../builders/stored-alert.ts';
import { contoso, fabrikam, inTerminal, memoryDeployment, now } from './memory-deployment.ts';

async function watched(): Promise<Deployment> {
  const deployment = memoryDeployment();
  const rows: TenantRow[] = [
    { id: contoso, name: 'Contoso', domain: 'contoso.com', addedAt: '2026-02-01T08:00:00.000Z' },
    { id: fabrikam, name: 'Fab\u202Erikam', addedAt: '2026-02-01T08:00:00.000Z' },
  ];
  for (const row of rows) await deployment.tenants.save(row, undefined);
  const windows = [{ from: '2026-01-02T08:00:00.000Z', to: now }];
  const covered = { tenantId: contoso, run: 1, first: false, windows, gaps: [] };
  await deployment.coverage.save({ ...covered, source: 'entra-directory-audits' }, undefined);
  await deployment.coverage.save({ ...covered, source: 'activity-exchange' }, undefined);
  for (const [id, tenantId, status] of [
    ['a', contoso, 'open'],
    ['b', contoso, 'resolved'],
    ['c', fabrikam, 'open'],
  ] as const) {
    await deployment.alerts.save(storedAlert({ id, tenantId, status }), undefined);
  }
  return deployment;
}

const remove = (deployment: Deployment, tenant: string, answers?: string[], yes = false): Promise<Ran> =>
  inTerminal((terminal) => removeTenantByHand(deployment, tenant, { yes, now }, terminal), {
    ...(answers === undefined ? {} : { answers }),
  });
const removalOf = async (deployment: Deployment, id = contoso) =>
  (await deployment.tenants.get(id))?.row.removal;

describe('a tenant that is to be removed', () => {
  test('is shown with what goes, asked for by its domain, and only marked', async () => {
    const deployment = await watched();
    const ran = await remove(deployment, 'CONTOSO.com', ['contoso.com']);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('  alerts         2, of which 1 are not resolved');
    expect(ran.out).toContain('since 2 Jan 2026, 08:00 UTC, of 2 sources');
    expect(ran.err).toBe('Type contoso.com to remove it: ');
    expect(ran.out).toContain('npx gracewatch tenants list --app gracewatch-x --resource-group rg');
    expect(await removalOf(deployment)).toEqual({ requestedAt: now });
    expect(await removalOf(deployment, fabrikam)).toBeUndefined();
  });

  test('stays when the answer is another', async () => {
    const deployment = await watched();
    const ran = await remove(deployment, contoso, ['yes']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was removed.') });
    expect(await removalOf(deployment)).toBeUndefined();
  });

  test('stays when nobody is there to answer; --yes asks nobody', async () => {
    const deployment = await watched();
    await expect(remove(deployment, 'Contoso')).rejects.toThrow(UsageError);
    expect(await removalOf(deployment)).toBeUndefined();
    expect(await remove(deployment, 'Contoso', [], true)).toMatchObject({ code: 0, err: '' });
    expect(await removalOf(deployment)).toEqual({ requestedAt: now });
  });

  test('is asked for by its name where it has no domain, and the name steers no terminal', async () => {
    const deployment = await watched();
    const ran = await remove(deployment, fabrikam, ['fabrikam']);
    expect(ran.code).toBe(0);
    expect(`${ran.out}${ran.err}`).not.toContain('\u202E');
    expect(await removalOf(deployment, fabrikam)).toBeDefined();
  });

  test('a second time is told how far it is', async () => {
    const deployment = await watched();
    await remove(deployment, contoso, [], true);
    const ran = await remove(deployment, contoso);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('is being removed since 1 Mar 2026') });
    expect(await removalOf(deployment)).toEqual({ requestedAt: now });
  });

  test('that nobody knows, or that several are called, is not guessed', async () => {
    const deployment = await watched();
    await expect(remove(deployment, 'nobody', [], true)).rejects.toThrow('no tenant of the table');
    const twin = { id: 'cccccccc-3333-4333-8333-333333333333', name: 'contoso', addedAt: now };
    await deployment.tenants.save(twin, undefined);
    await expect(remove(deployment, 'contoso', [], true)).rejects.toThrow(/several .*11111111.*cccccccc/);
  });

  test('is not removed here where the setting lists it', async () => {
    const deployment = await watched();
    deployment.reach.tenants = { kind: 'list', tenants: [{ id: contoso, name: 'Contoso' }] };
    await expect(remove(deployment, contoso, [], true)).rejects.toThrow('take it out of the list');
  });
});
