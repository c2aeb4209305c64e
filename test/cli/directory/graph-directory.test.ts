import { beforeEach, describe, expect, test } from '@jest/globals';
import { text as bodyOf } from 'node:stream/consumers';
import type { Directory, NewApplication } from '../../../cli/directory/directory.ts';
import type { DirectoryOptions } from '../../../cli/directory/directory-calls.ts';
import { createDirectory, defaultAppRole } from '../../../cli/directory/graph-directory.ts';
import { NotSignedIn } from '../../../cli/person-token.ts';
import type { ReadOutcome } from '../../../shared/services/read-outcome.ts';
import {
  cutInBody,
  hang,
  hangInBody,
  json,
  loopback,
  type Reply,
  reset,
  text,
} from '../../adapters/loopback.ts';

const service = loopback();
const elsewhere = loopback();
const contoso = '11111111-1111-4111-8111-111111111111';
const token = 'eyJ0-very-secret-token';
const secretText = `secret-message ${token}`;

const application = { id: 'application-1', appId: 'client-1', displayName: 'Sign-in' };
const principal = { id: 'principal-1', appId: 'client-1', displayName: 'Sign-in' };
const trust = {
  name: 'gracewatch-identity',
  issuer: 'https://login.microsoftonline.com/x/v2.0',
  subject: 's',
  audiences: ['a'],
};
const wanted: NewApplication = {
  uniqueName: "gracewatch-sign-in-o'neil/x",
  displayName: 'Sign-in',
  signInAudience: 'AzureADMyOrg',
  redirectUris: [],
  idTokens: true,
  requiredRoles: [],
};

/** One after the other; the last one for everything that comes after. */
let replies: Reply[] = [];
const bodies: string[] = [];
const paused: number[] = [];
const told: string[] = [];
beforeEach(() => {
  bodies.length = 0;
  paused.length = 0;
  told.length = 0;
  service.reply = (request, response) => {
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    void bodyOf(request).then((body) => {
      bodies.push(body);
      reply?.(request, response);
    });
  };
});

function directory(options: Partial<DirectoryOptions> = {}): Directory {
  return createDirectory({
    endpoint: service.endpoint,
    tokenFor: () => Promise.resolve(token),
    tenantId: contoso,
    pause: (milliseconds) => {
      paused.push(milliseconds / 1000);
      return Promise.resolve();
    },
    onWaiting: (line) => told.push(line),
    ...options,
  });
}

function error(code: string, details: string[] = []): unknown {
  return { error: { code, message: secretText, details: details.map((detail) => ({ code: detail })) } };
}

const asked = (): string[] =>
  service.requests.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`);

describe('what is sent', () => {
  test('a unique name goes as the key of an upsert, however it is written, and never in the body', async () => {
    replies = [json(201, application)];
    expect(await directory().createApplication(wanted)).toMatchObject({
      kind: 'read',
    });
    const [request] = service.requests;
    expect(asked()).toEqual(["PATCH /v1.0/applications(uniqueName='gracewatch-sign-in-o''neil/x')"]);
    expect(request?.url).not.toContain('neil/');
    expect(request?.headers).toMatchObject({
      prefer: 'create-if-missing',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    });
    expect(JSON.parse(bodies[0] ?? '')).toEqual({
      displayName: 'Sign-in',
      signInAudience: 'AzureADMyOrg',
      web: { redirectUris: [], implicitGrantSettings: { enableIdTokenIssuance: true } },
      requiredResourceAccess: [],
    });
  });

  test('an application that was there already is read back, because the answer is empty', async () => {
    replies = [text(204, ''), json(200, application)];
    expect(await directory().createApplication(wanted)).toMatchObject({
      value: application,
    });
    expect(service.requests.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
  });

  test('permissions that consent asks for stand by their API', async () => {
    replies = [text(204, '')];
    await directory().updateApplication('application-1', {
      requiredRoles: [
        { resourceAppId: 'graph', appRoleId: 'one' },
        { resourceAppId: 'activity', appRoleId: 'two' },
        { resourceAppId: 'graph', appRoleId: 'three' },
      ],
    });
    expect(JSON.parse(bodies[0] ?? '')).toEqual({
      requiredResourceAccess: [
        {
          resourceAppId: 'graph',
          resourceAccess: [
            { id: 'one', type: 'Role' },
            { id: 'three', type: 'Role' },
          ],
        },
        { resourceAppId: 'activity', resourceAccess: [{ id: 'two', type: 'Role' }] },
      ],
    });
  });

  test('the name of a trust is not sent again: it never changes', async () => {
    replies = [text(204, '')];
    await directory().updateFederatedCredential('application-1', 'credential-1', trust);
    const { name: _, ...rest } = trust;
    expect(JSON.parse(bodies[0] ?? '')).toEqual(rest);
  });

  test('an id from a directory steers no path', async () => {
    replies = [json(200, { value: [] })];
    await directory().listAppRolesOn('../../../me?x=');
    expect(service.requests[0]?.url).toBe(
      '/v1.0/servicePrincipals/..%2F..%2F..%2Fme%3Fx%3D/appRoleAssignedTo',
    );
  });
});

describe('lists', () => {
  const assignment = (id: string) => ({ id, principalId: 'p', resourceId: 'r', appRoleId: 'a' });

  test('are read to their last page', async () => {
    const next = `${service.endpoint}/v1.0/servicePrincipals/p/appRoleAssignments?$skiptoken=x%3D`;
    replies = [
      (request, response) =>
        json(200, {
          value: [assignment('1')],
          '@odata.nextLink': next.replace(/^.*?\/v1/, `${service.endpoint}/v1`),
        })(request, response),
      json(200, { value: [assignment('2')] }),
    ];
    expect(await directory().listAppRolesOf('p')).toEqual({
      kind: 'read',
      value: [assignment('1'), assignment('2')],
    });
    expect(service.requests[1]?.url).toBe('/v1.0/servicePrincipals/p/appRoleAssignments?$skiptoken=x%3D');
  });

  test.each([
    ['another host', () => `${elsewhere.endpoint}/v1.0/servicePrincipals`],
    ['a host that only begins like it', () => `${service.endpoint}.evil.example/v1.0/servicePrincipals`],
    ['another version', () => `${service.endpoint}/beta/servicePrincipals`],
  ])('with a link to %s are refused, and the link is not followed', async (_, link) => {
    replies = [(request, response) => json(200, { value: [], '@odata.nextLink': link() })(request, response)];
    expect(await directory().listAppRolesOf('p')).toEqual({
      kind: 'refused',
      reason: 'Graph gave a link to the next page that is not on its own host',
    });
    expect(service.requests).toHaveLength(1);
    expect(elsewhere.requests).toEqual([]);
  });

  test('without an end are given up', async () => {
    replies = [
      (request, response) =>
        json(200, { value: [], '@odata.nextLink': `${service.endpoint}/v1.0/again` })(request, response),
    ];
    expect(await directory().listAppRolesOf('p')).toEqual({
      kind: 'refused',
      reason: 'Graph gave a list without an end',
    });
  });
});

describe('somebody without the right', () => {
  const assign = (appRoleId: string, what: 'access' | 'permission') => (open: Directory) =>
    open.assignAppRole({ principalId: 'p', resourceId: 'r', appRoleId }, what);

  test.each<[string, (open: Directory) => Promise<ReadOutcome<unknown>>, string]>([
    ['to make an application', (open) => open.createApplication(wanted), 'Application Developer'],
    ['to make a service principal', (open) => open.createServicePrincipal('c'), 'Application Developer'],
    [
      'to change an application of others',
      (open) => open.updateApplication('a', {}),
      'Cloud Application Administrator',
    ],
    [
      'to have it trust',
      (open) => open.createFederatedCredential('a', trust),
      'Cloud Application Administrator',
    ],
    ['to allow somebody', assign(defaultAppRole, 'access'), 'Cloud Application Administrator'],
    [
      'to grant a permission',
      assign('b0afded3-3588-46d8-8b3d-9842eff778da', 'permission'),
      'Privileged Role Administrator',
    ],
    ['to look', (open) => open.findApplication('x'), 'Directory Readers'],
    ['to list', (open) => open.listAppRolesOf('x'), 'Directory Readers'],
  ])('%s is told which role he lacks', async (_, act, role) => {
    replies = [json(403, error('Authorization_RequestDenied'))];
    expect(await act(directory())).toEqual({
      kind: 'refused',
      reason: 'Graph answered 403 (Authorization_RequestDenied)',
      status: 403,
      code: 'Authorization_RequestDenied',
      permission: role,
    });
  });
});

describe('what the directory does not know yet', () => {
  const notFound = json(404, error('Request_ResourceNotFound'));
  const roleUnknown = json(400, {
    error: { code: 'Request_BadRequest', message: 'Permission being assigned was not found on application' },
  });

  test('a role that the application got just now is given as soon as its service principal shows it', async () => {
    const role = { id: 'role-1', value: 'reader', displayName: 'Reader', description: 'Reads' };
    const appRole = { ...role, allowedMemberTypes: ['User'], isEnabled: true };
    const assignment = { principalId: 'p', resourceId: 'r', appRoleId: 'role-1' };
    replies = [text(204, ''), roleUnknown, roleUnknown, json(201, {})];
    const open = directory();
    expect(await open.updateApplication('a', { appRoles: [appRole] })).toMatchObject({ kind: 'read' });
    expect(JSON.parse(bodies[0] ?? '')).toEqual({ appRoles: [appRole] });
    expect(await open.assignAppRole(assignment, 'access')).toMatchObject({ kind: 'read' });
    expect(paused).toEqual([2, 3]);
    // Of one that nobody made here it is an answer.
    replies = [roleUnknown];
    expect(await directory().assignAppRole(assignment, 'access')).toMatchObject({
      kind: 'refused',
      status: 400,
    });
  });
  const notReplicated = json(400, error('Request_BadRequest', ['NoBackingApplicationObject']));

  test('is waited for where it was made here, and the person is told', async () => {
    const open = directory();
    replies = [
      json(201, application),
      notReplicated,
      notReplicated,
      json(201, principal),
      notFound,
      text(204, ''),
    ];
    await open.createApplication(wanted);
    expect(await open.createServicePrincipal('client-1')).toMatchObject({ value: { id: 'principal-1' } });
    expect(await open.updateServicePrincipal('principal-1', { appRoleAssignmentRequired: true })).toEqual({
      kind: 'read',
      value: undefined,
    });
    expect(paused).toEqual([2, 3, 2]);
    expect(told).toEqual([
      'the directory does not know yet what was just made: looking again in 2 s',
      'the directory does not know yet what was just made: looking again in 3 s',
      'the directory does not know yet what was just made: looking again in 2 s',
    ]);
  });

  test('is waited for for a minute and then told as it is', async () => {
    const open = directory();
    replies = [json(201, application), notFound];
    await open.createApplication(wanted);
    expect(await open.createFederatedCredential('application-1', trust)).toEqual({
      kind: 'refused',
      reason: 'Graph answered 404 (Request_ResourceNotFound)',
      status: 404,
      code: 'Request_ResourceNotFound',
    });
    expect(paused.reduce((sum, seconds) => sum + seconds, 0)).toBe(60);
  });

  test('is not waited for where it was not made here: then it is not there', async () => {
    replies = [notFound];
    expect(await directory().listAppRolesOf('principal-1')).toMatchObject({ status: 404 });
    replies = [notReplicated];
    expect(await directory().createServicePrincipal('client-1')).toMatchObject({ status: 400 });
    expect(paused).toEqual([]);
  });

  test('is not waited for where something else is wrong', async () => {
    const open = directory();
    replies = [json(201, application), json(403, error('Authorization_RequestDenied'))];
    await open.createApplication(wanted);
    expect(await open.updateApplication('application-1', {})).toMatchObject({ status: 403 });
    expect(paused).toEqual([]);
  });
});

describe('what is there already', () => {
  test('an assignment is as good as made', async () => {
    const body = {
      error: {
        code: 'Request_BadRequest',
        message: 'Permission being assigned already exists on the object',
      },
    };
    replies = [json(400, body)];
    const assignment = { principalId: 'p', resourceId: 'r', appRoleId: defaultAppRole };
    expect(await directory().assignAppRole(assignment)).toEqual({ kind: 'read', value: undefined });
    replies = [json(400, error('Request_BadRequest'))];
    expect(await directory().assignAppRole(assignment)).toMatchObject({ kind: 'refused', status: 400 });
  });

  test('a service principal is read back', async () => {
    replies = [json(409, error('Request_MultipleObjectsWithSameKeyValue')), json(200, principal)];
    expect(await directory().createServicePrincipal('client-1')).toMatchObject({
      kind: 'read',
      value: { id: 'principal-1' },
    });
  });

  test('and is not shown yet is to be tried again', async () => {
    replies = [json(409, error('x')), json(404, error('Request_ResourceNotFound'))];
    expect(await directory().createServicePrincipal('client-1')).toEqual({
      kind: 'later',
      reason: 'Graph says that the service principal is there, and does not show it yet',
    });
  });
});

describe('a directory that does not answer as it should', () => {
  test.each<[string, Reply, Partial<Exclude<ReadOutcome<never>, { kind: 'read' }>> & { kind: string }]>([
    ['401', json(401, error('InvalidAuthenticationToken')), { kind: 'refused', status: 401 }],
    [
      '429',
      json(429, error('TooManyRequests'), { 'retry-after': '17' }),
      { kind: 'later', afterSeconds: 17 },
    ],
    ['503', json(503, error('ServiceUnavailable')), { kind: 'later' }],
    ['a redirect', text(302, '', { location: 'http://127.0.0.1:1/' }), { kind: 'refused', status: 302 }],
    ['a page of a proxy', text(200, `<html>${secretText}`), { kind: 'refused' }],
    ['another object', json(200, { value: secretText }), { kind: 'refused' }],
    ['JSON that breaks off', text(200, '{"id": "'), { kind: 'later' }],
    ['a reset', reset, { kind: 'later' }],
    ['half a body', cutInBody, { kind: 'later' }],
  ])('%s: says so, and quotes nothing', async (_, reply, expected) => {
    replies = [reply];
    const outcome = await directory().findApplication('secret-name');
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toMatch(/secret|eyJ0|127\.0\.0\.1/);
  });

  test.each([
    ['silence', hang],
    ['silence within an answer', hangInBody],
  ])('%s ends with the time that was set', async (_, reply) => {
    replies = [reply];
    expect(await directory({ timeoutMilliseconds: 50 }).me()).toEqual({
      kind: 'later',
      reason: 'Graph gave no whole answer within 0.05 s',
    });
  });

  test('fields that nobody reads may be missing or null', async () => {
    replies = [json(200, { ...application, web: null, requiredResourceAccess: null, displayName: null })];
    expect(await directory().findApplication('x')).toEqual({
      kind: 'read',
      value: {
        id: 'application-1',
        appId: 'client-1',
        displayName: '',
        signInAudience: '',
        redirectUris: [],
        idTokens: false,
        requiredRoles: [],
        appRoles: [],
      },
    });
  });
});

describe('the person', () => {
  test('is named as he signs in, else by what there is', async () => {
    replies = [
      json(200, { id: '1', userPrincipalName: 'megan@contoso.com', displayName: 'Megan' }),
      json(200, { id: '1', displayName: 'Megan' }),
      json(200, { id: '1' }),
    ];
    const open = directory();
    const names = [await open.me(), await open.me(), await open.me()];
    expect(names.map((outcome) => (outcome.kind === 'read' ? outcome.value.name : outcome.reason))).toEqual([
      'megan@contoso.com',
      'Megan',
      '1',
    ]);
  });

  test('who is not signed in is told so, and nothing is asked', async () => {
    const tokenFor = (): Promise<string> =>
      Promise.reject(new NotSignedIn('nobody is signed in: run az login --tenant x'));
    expect(await directory({ tokenFor }).me()).toEqual({
      kind: 'refused',
      reason: 'nobody is signed in: run az login --tenant x',
    });
    const broken = (): Promise<string> => Promise.reject(new Error(secretText));
    expect(await directory({ tokenFor: broken }).me()).toEqual({
      kind: 'refused',
      reason: 'no token could be fetched',
    });
    expect(service.requests).toEqual([]);
  });
});
