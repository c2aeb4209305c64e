import { describe, expect, test } from '@jest/globals';
import { watchingIdentity } from '../../../dev/tenant/directory/watching-identity.ts';
import { type Client, fabrikamId, startTenant } from './tenant.ts';

const graphAppId = '00000003-0000-0000-c000-000000000000';
const managementAppId = 'c5393580-f805-4401-95e8-94b7a6ef2fc2';
const domainRole = 'dbb9058a-0e50-45d7-ae91-66909b5d4664';
const watching = `/v1.0/servicePrincipals/${watchingIdentity.objectId}`;

interface Principal {
  id: string;
  appId: string;
  appRoles: { id: string; value: string }[];
}
interface Assignment {
  id: string;
  resourceId: string;
  appRoleId: string;
}

async function principal(client: Client, appId: string): Promise<Principal> {
  return (await client.json(`/v1.0/servicePrincipals(appId='${appId}')`)) as Principal;
}

async function heldBy(client: Client, path: string): Promise<Assignment[]> {
  return ((await client.json(`${path}/appRoleAssignments`)) as { value: Assignment[] }).value;
}

async function multiTenantApplication(client: Client, signInAudience: string): Promise<string> {
  const body = { displayName: 'Gracewatch', signInAudience };
  const made = (await client.json('/v1.0/applications', { method: 'POST', body })) as { appId: string };
  return made.appId;
}

describe('service principals of the simulated tenant', () => {
  test.each([
    [graphAppId, 'Microsoft Graph', 'AuditLog.Read.All', 'b0afded3-3588-46d8-8b3d-9842eff778da'],
    [
      managementAppId,
      'Office 365 Management APIs',
      'ActivityFeed.Read',
      '594c1fb6-4f81-4475-ae41-0c394909246c',
    ],
  ])('the API %s is there with its roles', async (appId, displayName, value, id) => {
    const client = await startTenant();
    const found = await principal(client, appId);
    expect(found).toMatchObject({ displayName, servicePrincipalType: 'Application' });
    expect(found.appRoles).toContainEqual(expect.objectContaining({ id, value, isEnabled: true }));
  });

  test('the watching identity is in every tenant under the same id, the APIs are not', async () => {
    const client = await startTenant();
    for (const tenantId of [undefined, fabrikamId]) {
      const options = tenantId === undefined ? {} : { tenantId };
      expect(await client.json(watching, options)).toMatchObject({
        id: watchingIdentity.objectId,
        appId: watchingIdentity.appId,
        servicePrincipalType: 'ManagedIdentity',
      });
    }
    const api = `/v1.0/servicePrincipals(appId='${graphAppId}')?$select=id`;
    expect(await client.json(api)).not.toMatchObject({
      id: ((await client.json(api, { tenantId: fabrikamId })) as Principal).id,
    });
  });

  test('an application gets one, once, and is told whom it lets in', async () => {
    const client = await startTenant();
    const appId = await multiTenantApplication(client, 'AzureADMyOrg');
    const made = await client.request('/v1.0/servicePrincipals', { method: 'POST', body: { appId } });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as Principal;
    await client.json(`/v1.0/servicePrincipals/${id}`, {
      method: 'PATCH',
      body: { appRoleAssignmentRequired: true },
    });
    expect(await principal(client, appId)).toMatchObject({ id, appRoleAssignmentRequired: true });
    expect(
      await client.refusal('/v1.0/servicePrincipals', { method: 'POST', body: { appId } }),
    ).toMatchObject({ status: 409, code: 'Request_MultipleObjectsWithSameKeyValue' });
  });

  test('an application for many tenants comes into another one, an application for its own does not', async () => {
    const client = await startTenant();
    const shared = await multiTenantApplication(client, 'AzureADMultipleOrgs');
    const own = await multiTenantApplication(client, 'AzureADMyOrg');
    const into = (appId: string) => ({ method: 'POST', tenantId: fabrikamId, body: { appId } });
    expect(await client.json('/v1.0/servicePrincipals', into(shared))).toMatchObject({ appId: shared });
    const refused = await client.request('/v1.0/servicePrincipals', into(own));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: { code: 'Request_BadRequest', details: [{ code: 'NoBackingApplicationObject' }] },
    });
  });

  test('one that is not there is not found', async () => {
    const client = await startTenant();
    const path = `/v1.0/servicePrincipals(appId='${fabrikamId}')`;
    expect(await client.refusal(path)).toMatchObject({ status: 404, code: 'Request_ResourceNotFound' });
  });
});

describe('roles that principals hold', () => {
  test('a role is granted on the resource, seen from both sides, and taken back', async () => {
    const client = await startTenant();
    const { id: resourceId } = await principal(client, graphAppId);
    const grant = { principalId: watchingIdentity.objectId, resourceId, appRoleId: domainRole };
    const made = await client.request(`/v1.0/servicePrincipals/${resourceId}/appRoleAssignedTo`, {
      method: 'POST',
      body: grant,
    });
    expect(made.status).toBe(201);
    const assignment = (await made.json()) as Assignment;
    expect(assignment).toMatchObject({
      ...grant,
      principalType: 'ServicePrincipal',
      principalDisplayName: 'gracewatch',
      resourceDisplayName: 'Microsoft Graph',
    });
    expect(await heldBy(client, watching)).toContainEqual(expect.objectContaining({ id: assignment.id }));
    expect(await client.json(`/v1.0/servicePrincipals/${resourceId}/appRoleAssignedTo`)).toMatchObject({
      value: expect.arrayContaining([expect.objectContaining(grant)]),
    });
    await client.json(`${watching}/appRoleAssignments/${assignment.id}`, { method: 'DELETE' });
    expect(await heldBy(client, watching)).not.toContainEqual(
      expect.objectContaining({ appRoleId: domainRole }),
    );
    expect(
      await client.refusal(`${watching}/appRoleAssignments/${assignment.id}`, { method: 'DELETE' }),
    ).toMatchObject({ status: 404 });
  });

  test('a second grant of the same is refused, from whichever side it is made', async () => {
    const client = await startTenant();
    const { id: resourceId } = await principal(client, graphAppId);
    const body = { principalId: watchingIdentity.objectId, resourceId, appRoleId: domainRole };
    await client.json(`${watching}/appRoleAssignments`, { method: 'POST', body });
    for (const path of [
      `${watching}/appRoleAssignments`,
      `/v1.0/servicePrincipals/${resourceId}/appRoleAssignedTo`,
    ]) {
      const refused = await client.refusal(path, { method: 'POST', body });
      expect([refused.status, refused.message]).toEqual([
        400,
        'Permission being assigned already exists on the object',
      ]);
    }
  });

  test.each([
    ['a role of another API', { appRoleId: '594c1fb6-4f81-4475-ae41-0c394909246c' }, 400],
    ['a principal that is not there', { principalId: fabrikamId }, 404],
    ['a resource that is not there', { resourceId: fabrikamId }, 404],
    ['a resource other than that of the path', { resourceId: watchingIdentity.objectId }, 400],
    ['no role', { appRoleId: undefined }, 400],
  ])('%s is not granted', async (_what, wrong, status) => {
    const client = await startTenant();
    const { id: resourceId } = await principal(client, graphAppId);
    const body = { principalId: watchingIdentity.objectId, resourceId, appRoleId: domainRole, ...wrong };
    const path = `/v1.0/servicePrincipals/${resourceId}/appRoleAssignedTo`;
    expect(await client.refusal(path, { method: 'POST', body })).toMatchObject({ status });
  });

  test('the person who runs a command may be let into an application that has no roles', async () => {
    const client = await startTenant();
    const me = (await client.json('/v1.0/me?$select=id,displayName,userPrincipalName')) as { id: string };
    expect(me).toMatchObject({ userPrincipalName: 'admin@contoso.com' });
    const appId = await multiTenantApplication(client, 'AzureADMyOrg');
    const application = (await client.json('/v1.0/servicePrincipals', {
      method: 'POST',
      body: { appId },
    })) as Principal;
    const path = `/v1.0/servicePrincipals/${application.id}/appRoleAssignedTo`;
    const body = {
      principalId: me.id,
      resourceId: application.id,
      appRoleId: '00000000-0000-0000-0000-000000000000',
    };
    expect(await client.json(path, { method: 'POST', body })).toMatchObject({ principalType: 'User' });
  });
});
