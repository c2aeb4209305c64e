import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AppRole, Directory, NewApplication } from '../../../cli/directory/directory.ts';
import { createDirectory, defaultAppRole } from '../../../cli/directory/graph-directory.ts';
import { type SimulatedTenant, startSimulatedTenant } from '../../../dev/tenant/server.ts';
import type { ReadOutcome } from '../../../shared/services/read-outcome.ts';
import { createMemoryDirectory } from '../../builders/memory-directory.ts';

const graphAppId = '00000003-0000-0000-c000-000000000000';
const auditLogRead = 'b0afded3-3588-46d8-8b3d-9842eff778da';
const contoso = '11111111-1111-4111-8111-111111111111';

const memory = createMemoryDirectory();
memory.contents.servicePrincipals.push({
  id: 'cccccccc-0000-4000-8000-000000000001',
  appId: graphAppId,
  displayName: 'Microsoft Graph',
  appRoleAssignmentRequired: false,
  appRoles: [{ id: auditLogRead, value: 'AuditLog.Read.All' }],
});

let tenant: SimulatedTenant;
beforeAll(async () => {
  tenant = await startSimulatedTenant({ tenants: [{ id: contoso, name: 'Contoso', domain: 'contoso.com' }] });
});
afterAll(() => tenant.close());

function graph(): Directory {
  return createDirectory({
    endpoint: tenant.origin,
    tokenFor: (tenantId) => Promise.resolve(`none:${tenantId}`),
    tenantId: contoso,
    pause: () => Promise.resolve(),
  });
}

function application(uniqueName: string, overrides: Partial<NewApplication> = {}): NewApplication {
  return {
    uniqueName,
    displayName: `The app ${uniqueName}`,
    signInAudience: 'AzureADMyOrg',
    redirectUris: ['https://gracewatch.example.com/.auth/login/aad/callback'],
    idTokens: true,
    requiredRoles: [{ resourceAppId: graphAppId, appRoleId: auditLogRead }],
    groupClaims: 'ApplicationGroup',
    appRoles: [],
    ...overrides,
  };
}

function credential(overrides: Partial<{ name: string; subject: string }> = {}) {
  return {
    name: 'gracewatch-identity',
    issuer: `https://login.microsoftonline.com/${contoso}/v2.0`,
    subject: '22222222-2222-4222-8222-222222222222',
    audiences: ['api://AzureADTokenExchange'],
    ...overrides,
  };
}

function given<T>(outcome: ReadOutcome<T>): T {
  if (outcome.kind !== 'read') throw new Error(outcome.reason);
  return outcome.value;
}

describe.each<[string, () => Directory]>([
  ['in memory, as tests have it', () => memory],
  ['in the simulated tenant', graph],
])('a directory %s', (_, open) => {
  test('does not know an application that nobody made', async () => {
    expect(await open().findApplication('nobody-made-it')).toEqual({ kind: 'read', value: undefined });
    expect(await open().findServicePrincipal('99999999-9999-4999-8999-999999999999')).toEqual({
      kind: 'read',
      value: undefined,
    });
  });

  test('finds an application by its unique name as it was made', async () => {
    const made = given(await open().createApplication(application('made')));
    const { uniqueName: _, ...fields } = application('made');
    expect(made).toEqual({ ...fields, id: expect.any(String), appId: expect.any(String) });
    expect(given(await open().findApplication('made'))).toEqual(made);
  });

  test('keeps one application a unique name: made again, it is brought to what is given', async () => {
    const first = given(await open().createApplication(application('twice')));
    const second = given(await open().createApplication(application('twice', { displayName: 'Renamed' })));
    expect(second).toEqual({ ...first, displayName: 'Renamed' });
  });

  test('changes of an application only what is given', async () => {
    const made = given(await open().createApplication(application('changed')));
    given(await open().updateApplication(made.id, { redirectUris: ['https://other.example.com/'] }));
    given(await open().updateApplication(made.id, { signInAudience: 'AzureADMultipleOrgs' }));
    expect(given(await open().findApplication('changed'))).toEqual({
      ...made,
      redirectUris: ['https://other.example.com/'],
      signInAudience: 'AzureADMultipleOrgs',
    });
    given(await open().updateApplication(made.id, { idTokens: false, requiredRoles: [] }));
    expect(given(await open().findApplication('changed'))).toMatchObject({
      idTokens: false,
      requiredRoles: [],
      redirectUris: ['https://other.example.com/'],
    });
  });

  test('has an application trust an identity, once, and another identity when it is corrected', async () => {
    const { id } = given(await open().createApplication(application('trusting')));
    given(await open().createFederatedCredential(id, credential()));
    given(await open().createFederatedCredential(id, credential()));
    const [trust, ...others] = given(await open().listFederatedCredentials(id));
    expect(trust).toEqual({ ...credential(), id: expect.any(String) });
    expect(others).toEqual([]);

    const corrected = credential({ subject: '33333333-3333-4333-8333-333333333333' });
    given(await open().updateFederatedCredential(id, trust?.id ?? '', corrected));
    expect(given(await open().listFederatedCredentials(id))).toEqual([{ ...corrected, id: trust?.id }]);
  });

  test('refuses a second trust of the same name in another identity', async () => {
    const { id } = given(await open().createApplication(application('doubting')));
    given(await open().createFederatedCredential(id, credential()));
    const other = credential({ subject: '33333333-3333-4333-8333-333333333333' });
    expect(await open().createFederatedCredential(id, other)).toMatchObject({ kind: 'refused', status: 409 });
    expect(given(await open().listFederatedCredentials(id))).toMatchObject([credential()]);
  });

  test('has one service principal of an application, which can require assignment', async () => {
    const { appId, displayName } = given(await open().createApplication(application('principal')));
    expect(given(await open().findServicePrincipal(appId))).toBeUndefined();
    const made = given(await open().createServicePrincipal(appId));
    expect(made).toEqual({
      id: expect.any(String),
      appId,
      displayName,
      appRoleAssignmentRequired: false,
      appRoles: [],
    });
    expect(given(await open().createServicePrincipal(appId)).id).toBe(made.id);
    given(await open().updateServicePrincipal(made.id, { appRoleAssignmentRequired: true }));
    expect(given(await open().findServicePrincipal(appId))).toEqual({
      ...made,
      appRoleAssignmentRequired: true,
    });
  });

  test('lets the person use an application, seen from the application', async () => {
    const { appId } = given(await open().createApplication(application('used')));
    const { id: resourceId } = given(await open().createServicePrincipal(appId));
    const { id: principalId, name } = given(await open().me());
    expect(name).toContain('@contoso.com');
    const assignment = { principalId, resourceId, appRoleId: defaultAppRole };
    given(await open().assignAppRole(assignment));
    given(await open().assignAppRole(assignment));
    expect(given(await open().listAppRolesOn(resourceId))).toEqual([
      { ...assignment, id: expect.any(String) },
    ]);
  });

  test('gives somebody a role of an application, also one that it got later and one without a value', async () => {
    const role = (id: string, value: string | null): AppRole => ({
      id,
      value,
      displayName: 'Reader',
      description: 'Reads',
      allowedMemberTypes: ['User', 'Application'],
      isEnabled: true,
    });
    const reader = role('77777777-0000-4000-8000-000000000001', 'reader');
    const silent = role('77777777-0000-4000-8000-000000000002', null);
    const made = given(await open().createApplication(application('with roles', { appRoles: [reader] })));
    const { id: resourceId } = given(await open().createServicePrincipal(made.appId));
    given(await open().updateApplication(made.id, { appRoles: [reader, silent] }));
    expect(given(await open().findApplication('with roles'))?.appRoles).toEqual([reader, silent]);
    const { id: principalId } = given(await open().me());
    for (const { id: appRoleId } of [reader, silent]) {
      given(await open().assignAppRole({ principalId, resourceId, appRoleId }, 'access'));
    }
    expect(
      given(await open().listAppRolesOn(resourceId))
        .map(({ appRoleId }) => appRoleId)
        .sort(),
    ).toEqual([reader.id, silent.id]);
    // Beside roles that are declared there is none in particular.
    const none = { principalId, resourceId, appRoleId: defaultAppRole };
    expect(await open().assignAppRole(none, 'access')).toMatchObject({ kind: 'refused', status: 400 });
  });

  test('grants a permission to an identity, once, and takes it away', async () => {
    const { appId } = given(await open().createApplication(application('granted')));
    const { id: principalId } = given(await open().createServicePrincipal(appId));
    const resource = given(await open().findServicePrincipal(graphAppId));
    expect(resource?.appRoles).toContainEqual({ id: auditLogRead, value: 'AuditLog.Read.All' });
    const assignment = { principalId, resourceId: resource?.id ?? '', appRoleId: auditLogRead };
    given(await open().assignAppRole(assignment));
    given(await open().assignAppRole(assignment));
    const [held, ...others] = given(await open().listAppRolesOf(principalId));
    expect(held).toEqual({ ...assignment, id: expect.any(String) });
    expect(others).toEqual([]);

    given(await open().removeAppRole(principalId, held?.id ?? ''));
    given(await open().removeAppRole(principalId, held?.id ?? ''));
    expect(given(await open().listAppRolesOf(principalId))).toEqual([]);
  });

  test('refuses a role that the resource does not have', async () => {
    const { appId } = given(await open().createApplication(application('roleless')));
    const { id } = given(await open().createServicePrincipal(appId));
    const outcome = await open().assignAppRole({ principalId: id, resourceId: id, appRoleId: auditLogRead });
    expect(outcome).toMatchObject({ kind: 'refused', status: 400 });
  });

  test('refuses to change or to list what is not there', async () => {
    const nowhere = '99999999-9999-4999-8999-999999999999';
    const directory = open();
    const notFound = { kind: 'refused', status: 404 };
    expect(await directory.updateApplication(nowhere, { idTokens: true })).toMatchObject(notFound);
    expect(await directory.listFederatedCredentials(nowhere)).toMatchObject(notFound);
    expect(await directory.createFederatedCredential(nowhere, credential())).toMatchObject(notFound);
    expect(
      await directory.updateServicePrincipal(nowhere, { appRoleAssignmentRequired: true }),
    ).toMatchObject(notFound);
    expect(await directory.listAppRolesOf(nowhere)).toMatchObject(notFound);
    expect(await directory.listAppRolesOn(nowhere)).toMatchObject(notFound);
    expect(await directory.createServicePrincipal(nowhere)).toMatchObject({ kind: 'refused', status: 400 });
  });
});

test('a directory in memory refuses what a test says, and works again', async () => {
  const directory = createMemoryDirectory();
  directory.refuse('me', { kind: 'later', reason: 'Graph answered 429' });
  expect(await directory.me()).toEqual({ kind: 'later', reason: 'Graph answered 429' });
  directory.refuse('me', undefined);
  expect(await directory.me()).toMatchObject({ kind: 'read' });
  expect(directory.called).toEqual(['me', 'me']);
});
