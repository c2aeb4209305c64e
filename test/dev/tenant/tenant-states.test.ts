import { describe, expect, test } from '@jest/globals';
import { watchingIdentity } from '../../../dev/tenant/directory/watching-identity.ts';
import { type Client, contosoId, entraRecord, fabrikamId, startTenant } from './tenant.ts';

const audits = '/v1.0/auditLogs/directoryAudits';
const feed = `/api/v1.0/${contosoId}/activity/feed`;
const list = `${feed}/subscriptions/list`;
const everything = [
  'AuditLog.Read.All',
  'Organization.Read.All',
  'ReportSettings.Read.All',
  'ActivityFeed.Read',
];

async function planNames(client: Client): Promise<string[]> {
  const { value } = (await client.json('/v1.0/subscribedSkus')) as {
    value: { servicePlans: { servicePlanName: string }[] }[];
  };
  return value.flatMap(({ servicePlans }) => servicePlans.map(({ servicePlanName }) => servicePlanName));
}

describe('a tenant that nobody changed', () => {
  test('lets all be read that this version reads, and says so', async () => {
    const client = await startTenant();
    for (const path of [
      audits,
      '/v1.0/organization',
      '/v1.0/subscribedSkus',
      '/v1.0/admin/reportSettings',
      list,
    ]) {
      expect((await client.request(path)).status).toBe(200);
    }
    expect(await client.json(`/control/tenant?tenantId=${contosoId}`)).toEqual({
      tenantId: contosoId,
      name: 'Contoso',
      domain: 'contoso.com',
      consent: true,
      premium: true,
      concealedNames: false,
      permissions: everything,
      contentTypes: {
        'Audit.AzureActiveDirectory': 'never',
        'Audit.Exchange': 'never',
        'Audit.SharePoint': 'never',
        'Audit.General': 'never',
        'DLP.All': 'never',
      },
    });
  });

  test('is listed with the others as the setting of the tenants wants them', async () => {
    const client = await startTenant();
    expect(await client.json('/control/tenants')).toEqual([
      { id: contosoId, name: 'Contoso', domain: 'contoso.com' },
      { id: fabrikamId, name: 'Fabrikam', domain: 'fabrikam.com' },
    ]);
  });
});

describe('a tenant in which a permission is missing', () => {
  test.each([
    ['AuditLog.Read.All', audits, 403, 'Authentication_MSGraphPermissionMissing'],
    ['Organization.Read.All', '/v1.0/organization', 403, 'Authorization_RequestDenied'],
    ['Organization.Read.All', '/v1.0/subscribedSkus', 403, 'Authorization_RequestDenied'],
    ['ReportSettings.Read.All', '/v1.0/admin/reportSettings', 403, 'Authorization_RequestDenied'],
    ['ActivityFeed.Read', list, 401, 'AF10001'],
  ])('without %s %s is refused, and the rest goes on', async (missing, path, status, code) => {
    const client = await startTenant();
    await client.change({ permissions: everything.filter((name) => name !== missing) });
    expect(await client.refusal(path)).toMatchObject({ status, code });
    const others = [audits, '/v1.0/admin/reportSettings', list].filter((other) => other !== path);
    for (const other of others) expect((await client.request(other)).status).toBe(200);
    expect((await client.request(path, { tenantId: fabrikamId })).status).toBe(path === list ? 400 : 200);
  });

  test.each([
    ['/v1.0/subscribedSkus', 'LicenseAssignment.Read.All', 200],
    ['/v1.0/organization', 'LicenseAssignment.Read.All', 403],
    ['/v1.0/organization', 'Directory.Read.All', 200],
    [audits, 'Directory.Read.All', 403],
  ])('%s with nothing but %s is answered with %i', async (path, permission, status) => {
    const client = await startTenant();
    await client.change({ permissions: [permission] });
    expect((await client.request(path)).status).toBe(status);
  });

  test('what is granted in the directory opens the door, what is taken back shuts it', async () => {
    const client = await startTenant();
    await client.change({ permissions: [] });
    const graph = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    const { id: resourceId } = (await client.json(graph)) as { id: string };
    const granted = (await client.json(`${graph}/appRoleAssignedTo`, {
      method: 'POST',
      body: {
        principalId: watchingIdentity.objectId,
        resourceId,
        appRoleId: 'b0afded3-3588-46d8-8b3d-9842eff778da',
      },
    })) as { id: string };
    expect((await client.request(audits)).status).toBe(200);
    const held = `/v1.0/servicePrincipals/${watchingIdentity.objectId}/appRoleAssignments/${granted.id}`;
    await client.json(held, { method: 'DELETE' });
    expect((await client.refusal(audits)).status).toBe(403);
  });
});

describe('a tenant that has withdrawn its consent', () => {
  test('lets nothing be read; its administrator can still work, and the other tenant is as it was', async () => {
    const client = await startTenant();
    await client.change({ consent: false });
    expect(await client.refusal('/v1.0/organization')).toEqual({
      status: 401,
      code: 'Authorization_IdentityNotFound',
      message: 'The identity of the calling application could not be established.',
    });
    expect((await client.refusal(audits)).status).toBe(401);
    expect((await client.request(list)).status).toBe(401);
    expect((await client.request('/v1.0/me')).status).toBe(200);
    expect((await client.request(audits, { tenantId: fabrikamId })).status).toBe(200);
    await client.change({ consent: true });
    expect((await client.request(audits)).status).toBe(200);
  });
});

describe('a tenant without Entra ID P1', () => {
  test('has no such plan, and keeps its audit log for seven days in place of thirty', async () => {
    const client = await startTenant();
    const entra = [
      entraRecord('of 31 days ago', '2026-01-03T11:59:00Z'),
      entraRecord('of 29 days ago', '2026-01-05T12:00:00Z'),
      entraRecord('of 8 days ago', '2026-01-26T12:00:00Z'),
      entraRecord('of yesterday', '2026-02-02T12:00:00Z'),
    ];
    await client.json('/control/records', { method: 'POST', body: { tenantId: contosoId, entra } });
    const ids = async (): Promise<string[]> =>
      ((await client.json(audits)) as { value: { id: string }[] }).value.map(({ id }) => id);

    expect(await planNames(client)).toContain('AAD_PREMIUM');
    expect(await ids()).toEqual(['of yesterday', 'of 8 days ago', 'of 29 days ago']);
    await client.change({ premium: false });
    expect(await planNames(client)).toContain('EXCHANGE_S_ENTERPRISE');
    expect(await planNames(client)).not.toContain('AAD_PREMIUM');
    expect(await ids()).toEqual(['of yesterday']);
  });
});

test('a tenant that conceals names in reports says so', async () => {
  const client = await startTenant();
  const settings = '/v1.0/admin/reportSettings';
  expect(await client.json(settings)).toMatchObject({ displayConcealedNames: false });
  await client.change({ concealedNames: true });
  expect(await client.json(settings)).toMatchObject({ displayConcealedNames: true });
});

test('content types are started, stopped, or as if nobody had ever started them', async () => {
  const client = await startTenant();
  await client.change({
    contentTypes: { 'Audit.Exchange': 'enabled', 'Audit.AzureActiveDirectory': 'disabled' },
  });
  expect(await client.json(list)).toEqual([
    { contentType: 'Audit.AzureActiveDirectory', status: 'disabled', webhook: null },
    { contentType: 'Audit.Exchange', status: 'enabled', webhook: null },
  ]);
  const content = `${feed}/subscriptions/content?contentType=`;
  expect(await client.json(`${content}Audit.Exchange`)).toEqual([]);
  expect(await client.refusal(`${content}Audit.AzureActiveDirectory`)).toMatchObject({ code: 'AF20022' });
  await client.change({ contentTypes: { 'Audit.Exchange': 'never' } });
  expect(await client.json(list)).toMatchObject([{ contentType: 'Audit.AzureActiveDirectory' }]);
});

describe('a state that cannot be', () => {
  test.each([
    [{ permissions: ['AuditLog.Read'] }, 'AuditLog.Read.All'],
    [{ contentTypes: { 'Audit.Teams': 'enabled' } }, 'Audit.Exchange'],
    [{ contentTypes: { 'Audit.Exchange': 'on' } }, 'never'],
    [{ licensed: false }, 'premium'],
    [{ premium: 'no' }, 'premium'],
  ])('%j is refused with the names that there are, and changes nothing', async (state, named) => {
    const client = await startTenant();
    const response = await client.request('/control/tenant', {
      method: 'POST',
      body: { tenantId: contosoId, consent: false, ...state },
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(named);
    expect(await client.json(`/control/tenant?tenantId=${contosoId}`)).toMatchObject({ consent: true });
  });

  test('a tenant that is not there has none', async () => {
    const client = await startTenant();
    const nowhere = 'ffffffff-0000-4000-8000-000000000000';
    expect((await client.request(`/control/tenant?tenantId=${nowhere}`)).status).toBe(404);
    const body = { tenantId: nowhere, premium: false };
    expect((await client.request('/control/tenant', { method: 'POST', body })).status).toBe(404);
  });
});
