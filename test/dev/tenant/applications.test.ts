import { describe, expect, test } from '@jest/globals';
import { type Client, contosoId, fabrikamId, startTenant } from './tenant.ts';

interface Application {
  id: string;
  appId: string;
  displayName: string;
  web: unknown;
}

const byName = "/v1.0/applications(uniqueName='gracewatch')";
const graphAppId = '00000003-0000-0000-c000-000000000000';
const auditLogRole = 'b0afded3-3588-46d8-8b3d-9842eff778da';

async function registered(client: Client, body: object = {}): Promise<Application> {
  return (await client.json(byName, {
    method: 'PATCH',
    prefer: 'create-if-missing',
    body: { displayName: 'Gracewatch', ...body },
  })) as Application;
}

describe('applications in the directory of the simulated tenant', () => {
  test('one with a name of its own is made once, and changed from then on', async () => {
    const client = await startTenant();
    const options = { method: 'PATCH', prefer: 'create-if-missing', body: { displayName: 'Gracewatch' } };
    const first = await client.request(byName, options);
    expect(first.status).toBe(201);
    expect(await first.json()).toMatchObject({
      uniqueName: 'gracewatch',
      displayName: 'Gracewatch',
      signInAudience: 'AzureADMyOrg',
      publisherDomain: 'contoso.com',
    });
    const second = await client.request(byName, { ...options, body: { displayName: 'Gracewatch sign-in' } });
    expect([second.status, await second.text()]).toEqual([204, '']);
    expect(await client.json(byName)).toMatchObject({ displayName: 'Gracewatch sign-in' });
    expect(await client.json('/v1.0/applications')).toMatchObject({ value: [{ uniqueName: 'gracewatch' }] });
  });

  test('without the preference a name that nobody has is not found', async () => {
    const client = await startTenant();
    const refused = await client.refusal(byName, { method: 'PATCH', body: { displayName: 'Gracewatch' } });
    expect([refused.status, refused.code]).toEqual([404, 'Request_ResourceNotFound']);
    expect((await client.refusal(byName)).status).toBe(404);
  });

  test('is found by each of its keys, also with its quotes encoded, and by filter', async () => {
    const client = await startTenant();
    const { id, appId } = await registered(client);
    const filter = new URLSearchParams({ $filter: `appId eq '${appId}'`, $select: 'id,appId' });
    for (const path of [
      `/v1.0/applications/${id}`,
      `/v1.0/applications/${id.toUpperCase()}`,
      `/v1.0/applications(appId='${appId}')`,
      '/v1.0/applications%28uniqueName=%27gracewatch%27%29',
    ]) {
      expect(await client.json(path)).toMatchObject({ id, appId });
    }
    expect(await client.json(`/v1.0/applications?${filter.toString()}`)).toMatchObject({
      value: [{ id, appId }],
    });
    const other = new URLSearchParams({ $filter: `appId eq '${contosoId}'` });
    expect(await client.json(`/v1.0/applications?${other.toString()}`)).toMatchObject({ value: [] });
  });

  test('one tenant does not see the applications of another', async () => {
    const client = await startTenant();
    await registered(client);
    expect(await client.json('/v1.0/applications', { tenantId: fabrikamId })).toMatchObject({ value: [] });
  });

  test('a change replaces lists and leaves alone what it does not name', async () => {
    const client = await startTenant();
    const consent = [{ resourceAppId: graphAppId, resourceAccess: [{ id: auditLogRole, type: 'Role' }] }];
    const { id } = await registered(client, {
      web: {
        redirectUris: ['https://one.example/.auth/login/aad/callback'],
        implicitGrantSettings: { enableIdTokenIssuance: true },
      },
    });
    await client.json(`/v1.0/applications/${id}`, {
      method: 'PATCH',
      body: {
        signInAudience: 'AzureADMultipleOrgs',
        requiredResourceAccess: consent,
        web: { redirectUris: ['https://two.example/.auth/login/aad/callback'] },
      },
    });
    expect(await client.json(`/v1.0/applications/${id}`)).toMatchObject({
      displayName: 'Gracewatch',
      signInAudience: 'AzureADMultipleOrgs',
      requiredResourceAccess: consent,
      web: {
        redirectUris: ['https://two.example/.auth/login/aad/callback'],
        implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false },
      },
    });
  });

  test('one without a name of its own is made by POST, every time anew', async () => {
    const client = await startTenant();
    const make = (): Promise<unknown> =>
      client.json('/v1.0/applications', { method: 'POST', body: { displayName: 'Gracewatch' } });
    const [first, second] = [(await make()) as Application, (await make()) as Application];
    expect(first).toMatchObject({ uniqueName: null });
    expect(first.appId).not.toBe(second.appId);
  });

  test.each([
    ['no display name', { signInAudience: 'AzureADMyOrg' }, /displayName/],
    [
      'a name of its own, which only the key of a request can give',
      { displayName: 'x', uniqueName: 'x' },
      /uniqueName/,
    ],
    ['a property that there is not', { displayName: 'x', replyUrls: [] }, /replyUrls/],
    ['an audience that there is not', { displayName: 'x', signInAudience: 'Everybody' }, /signInAudience/],
    ['no JSON', '{', /JSON/],
  ])('POST with %s is refused', async (_what, body, message) => {
    const client = await startTenant();
    const refused = await client.refusal('/v1.0/applications', { method: 'POST', body });
    expect([refused.status, refused.code]).toEqual([400, 'Request_BadRequest']);
    expect(refused.message).toMatch(message);
  });

  test('its service principal shows the roles that it has, and an enabled one cannot be left out', async () => {
    const client = await startTenant();
    const role = {
      id: '77777777-0000-4000-8000-000000000001',
      value: null,
      displayName: 'Sign-in only',
      description: 'Signs in',
      allowedMemberTypes: ['User'],
      isEnabled: true,
    };
    const { id, appId } = await registered(client);
    await client.json('/v1.0/servicePrincipals', { method: 'POST', body: { appId } });
    const change = (body: object) => ({ method: 'PATCH', body });
    await client.request(`/v1.0/applications/${id}`, change({ appRoles: [role] }));
    const principal = `/v1.0/servicePrincipals(appId='${appId}')`;
    expect(await client.json(principal)).toMatchObject({ appRoles: [{ ...role, origin: 'Application' }] });

    const refused = await client.refusal(`/v1.0/applications/${id}`, change({ appRoles: [] }));
    expect([refused.status, refused.message]).toEqual([400, expect.stringContaining('disabled first')]);
    await client.request(`/v1.0/applications/${id}`, change({ appRoles: [{ ...role, isEnabled: false }] }));
    await client.request(`/v1.0/applications/${id}`, change({ appRoles: [] }));
    expect(await client.json(principal)).toMatchObject({ appRoles: [] });
  });

  test('is the same after the tenant was started again', async () => {
    const [{ id, appId }, other] = [
      await registered(await startTenant()),
      await registered(await startTenant()),
    ];
    expect(other).toMatchObject({ id, appId });
  });

  test('the list comes page by page, and only with the fields that are asked for', async () => {
    const client = await startTenant();
    for (const displayName of ['one', 'two', 'three']) {
      await client.json('/v1.0/applications', { method: 'POST', body: { displayName } });
    }
    const names: string[] = [];
    let link: string | undefined = '/v1.0/applications?$top=2&$select=displayName';
    while (link !== undefined) {
      const page = (await client.json(link)) as { value: object[]; '@odata.nextLink'?: string };
      names.push(...page.value.map((application) => JSON.stringify(application)));
      link = page['@odata.nextLink'];
    }
    expect(names).toEqual(['{"displayName":"one"}', '{"displayName":"two"}', '{"displayName":"three"}']);
    expect((await client.refusal('/v1.0/applications?$select=secret')).message).toMatch(/secret/);
  });
});

describe('federated credentials of an application', () => {
  const trust = {
    name: 'gracewatch',
    issuer: `https://login.microsoftonline.com/${contosoId}/v2.0`,
    subject: '0f1e2d3c-4b5a-4968-8778-695a4b3c2d1e',
    audiences: ['api://AzureADTokenExchange'],
  };

  async function withPath(): Promise<[Client, string]> {
    const client = await startTenant();
    const { id } = await registered(client);
    return [client, `/v1.0/applications/${id}/federatedIdentityCredentials`];
  }

  test('are added, listed, changed and removed', async () => {
    const [client, path] = await withPath();
    const made = await client.request(path, { method: 'POST', body: trust });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect(await client.json(path)).toMatchObject({ value: [{ id, ...trust }] });
    await client.json(`${path}/${id}`, { method: 'PATCH', body: { subject: fabrikamId } });
    expect(await client.json(`${path}/gracewatch`)).toMatchObject({ ...trust, subject: fabrikamId });
    await client.json(`${path}/${id}`, { method: 'DELETE' });
    expect(await client.json(path)).toMatchObject({ value: [] });
  });

  test('a name is there once, and so are issuer and subject together', async () => {
    const [client, path] = await withPath();
    await client.json(path, { method: 'POST', body: trust });
    expect(
      await client.refusal(path, { method: 'POST', body: { ...trust, subject: 'another' } }),
    ).toMatchObject({
      status: 409,
      code: 'Request_MultipleObjectsWithSameKeyValue',
    });
    expect(await client.refusal(path, { method: 'POST', body: { ...trust, name: 'again' } })).toMatchObject({
      status: 400,
      code: 'InvalidFederatedIdentityCredentialValue',
    });
    const other = { ...trust, name: 'other', subject: 'other' };
    await client.json(path, { method: 'POST', body: other });
    expect(
      await client.refusal(`${path}/other`, { method: 'PATCH', body: { subject: trust.subject } }),
    ).toMatchObject({ code: 'InvalidFederatedIdentityCredentialValue' });
  });

  test('capital letters make another subject, which is taken without a word', async () => {
    const [client, path] = await withPath();
    await client.json(path, { method: 'POST', body: trust });
    const capital = { ...trust, name: 'capital', subject: trust.subject.toUpperCase() };
    expect(await client.json(path, { method: 'POST', body: capital })).toMatchObject(capital);
  });

  test('there are at most twenty', async () => {
    const [client, path] = await withPath();
    for (let index = 0; index < 20; index += 1) {
      const one = { ...trust, name: `n${index}`, subject: `s${index}` };
      await client.json(path, { method: 'POST', body: one });
    }
    const refused = await client.refusal(path, { method: 'POST', body: trust });
    expect([refused.status, refused.message]).toEqual([400, expect.stringContaining('20')]);
  });

  test.each([
    ['no subject', { subject: undefined }],
    ['two audiences', { audiences: ['api://AzureADTokenExchange', 'api://other'] }],
    ['a name with a blank', { name: 'managed identity' }],
    ['an issuer that is no address', { issuer: 'contoso' }],
  ])('one with %s is refused', async (_what, wrong) => {
    const [client, path] = await withPath();
    expect(await client.refusal(path, { method: 'POST', body: { ...trust, ...wrong } })).toMatchObject({
      status: 400,
    });
  });

  test('the name cannot be changed', async () => {
    const [client, path] = await withPath();
    await client.json(path, { method: 'POST', body: trust });
    const refused = await client.refusal(`${path}/gracewatch`, { method: 'PATCH', body: { name: 'new' } });
    expect(refused.status).toBe(400);
  });
});
