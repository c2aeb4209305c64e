import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FederatedCredential } from '../../../cli/directory/directory.ts';
import { signInDocument, signInText } from '../../../cli/sign-in/report.ts';
import { setUpSignIn, type SignInRequest } from '../../../cli/sign-in/set-up-sign-in.ts';
import type { Place } from '../../../cli/target/place.ts';
import { createMemoryDirectory, type MemoryDirectory, noRight } from '../../builders/memory-directory.ts';

const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const identity = '33333333-3333-4333-8333-333333333333';
const newIdentity = '44444444-4444-4444-8444-444444444444';
const adele = '55555555-5555-4555-8555-555555555555';
const everybody = '66666666-6666-4666-8666-666666666666';
const address = 'https://gracewatch-x.azurewebsites.net/.auth/login/aad/callback';

const place: Place = {
  label: 'the app gracewatch-x in resource group watch',
  name: 'gracewatch-x',
  hostName: 'gracewatch-x.azurewebsites.net',
  tenantId: contoso,
  principalId: identity,
  resourceGroup: 'watch',
};

let directory: MemoryDirectory;
beforeEach(() => {
  directory = createMemoryDirectory();
});

const nobody: SignInRequest['give'] = { operator: [], reader: [], 'sign-in': [] };

async function setUp({
  give = {},
  ...request
}: Partial<Omit<SignInRequest, 'give'>> & { give?: Partial<SignInRequest['give']> } = {}) {
  const outcome = await setUpSignIn(
    {
      place,
      deployedTenants: [],
      authority: 'https://login.microsoftonline.com/',
      yes: true,
      ...request,
      give: { ...nobody, ...give },
    },
    directory,
  );
  if (outcome.kind !== 'read') throw new Error(outcome.reason);
  const report = outcome.value;
  return {
    report,
    text: signInText(report),
    aspects: report.results.map(({ aspect, outcome: { kind } }) => `${kind} ${aspect.name}`),
  };
}

/** The only application there is. */
function application(): MemoryDirectory['contents']['applications'][number] {
  const [only, ...others] = directory.contents.applications;
  if (only === undefined || others.length > 0) throw new Error('not one application');
  return only;
}

/** The id of the role that the application has for it. */
function roleId(value: string | null): string | undefined {
  return application().appRoles.find((role) => role.value === value)?.id;
}

/** Who has what, in the order in which it was given. */
const given = () =>
  directory.contents.assignments.map(({ principalId, appRoleId }) => [
    principalId,
    application().appRoles.find(({ id }) => id === appRoleId)?.displayName ?? appRoleId,
  ]);

const writes = () => directory.called.filter((name) => !/^(?:find|list|me)/.test(name));

describe('somebody who sets sign-in up for the first time', () => {
  test('is shown everything that would be done, and nothing is changed', async () => {
    const { aspects, text, report } = await setUp({ yes: false });
    expect(aspects).toEqual([
      'would-do application',
      'would-do trust',
      'would-do service-principal',
      'would-do assignment-required',
      'would-do operator',
    ]);
    expect(text).toContain(`https://gracewatch-x.azurewebsites.net`);
    expect(text).toContain('megan@contoso.com is operator of all tenants');
    expect(text).toContain('Nothing was changed. With --yes: 5 changes.');
    expect(text).not.toContain('az deployment');
    expect(report.clientId).toBeUndefined();
    expect(writes()).toEqual([]);
    expect(directory.contents.applications).toEqual([]);
  });

  test('gets an application of this tenant that trusts the identity and lets in nobody else', async () => {
    const { report } = await setUp();
    expect(application()).toMatchObject({
      uniqueName: 'gracewatch-sign-in-gracewatch-x',
      displayName: 'Gracewatch sign-in (gracewatch-x)',
      signInAudience: 'AzureADMyOrg',
      redirectUris: [address],
      idTokens: true,
      requiredRoles: [],
      credentials: [
        {
          issuer: `https://login.microsoftonline.com/${contoso}/v2.0`,
          subject: identity,
          audiences: ['api://AzureADTokenExchange'],
        },
      ],
    });
    const [principal] = directory.contents.servicePrincipals;
    expect(principal).toMatchObject({ appId: report.clientId, appRoleAssignmentRequired: true });
    expect(directory.contents.assignments).toMatchObject([
      {
        principalId: directory.contents.person?.id,
        resourceId: principal?.id,
        appRoleId: roleId('operator'),
      },
    ]);
  });

  test('is told the client id and exactly what to run next', async () => {
    const { report, text } = await setUp();
    const clientId = application().appId;
    expect(report.clientId).toBe(clientId);
    expect(text).toContain(`Client id: ${clientId}`);
    expect(text).toContain(
      'az deployment group create --resource-group watch --parameters gracewatch.bicepparam\n',
    );
    expect(text).toContain(`azd env set SIGN_IN_CLIENT_ID ${clientId}\n  azd provision\n`);
    expect(text).not.toContain('signInTenants');
  });

  test('allows nobody in before assignment is required', async () => {
    await setUp({ give: { 'sign-in': [adele] } });
    expect(writes()).toEqual([
      'createApplication',
      'createFederatedCredential',
      'createServicePrincipal',
      'updateServicePrincipal',
      'assignAppRole',
      'assignAppRole',
    ]);
  });

  test('uses the audience and the authority of another cloud', async () => {
    await setUp({ authority: 'https://login.microsoftonline.us' });
    expect(application().credentials).toMatchObject([
      {
        issuer: `https://login.microsoftonline.us/${contoso}/v2.0`,
        audiences: ['api://AzureADTokenExchangeUSGov'],
      },
    ]);
  });
});

describe('somebody who runs it again', () => {
  test('changes nothing, and is told the client id once more', async () => {
    const first = await setUp({ give: { 'sign-in': [adele] } });
    const before = structuredClone(directory.contents);
    directory.called.length = 0;
    const second = await setUp({ give: { 'sign-in': [adele] } });
    expect(second.aspects.map((line) => line.split(' ')[0])).toEqual(Array(11).fill('right'));
    expect(second.report.clientId).toBe(first.report.clientId);
    expect(second.text).toContain('All is as it should be.');
    expect(directory.contents).toEqual(before);
    expect(writes()).toEqual([]);
  });

  test('goes on where it was refused', async () => {
    directory.refuse('createServicePrincipal', noRight('Application Developer'));
    await setUp();
    directory.refuse('createServicePrincipal', undefined);
    expect((await setUp()).aspects).toEqual([
      'right application',
      'right audience',
      'right redirect',
      'right id-tokens',
      'right app-roles',
      'right groups',
      'right trust',
      'done service-principal',
      'done assignment-required',
      'done operator',
    ]);
  });

  test('can allow others, also himself by his id, and those who are allowed already stay', async () => {
    await setUp({ give: { 'sign-in': [adele] } });
    const me = directory.contents.person?.id ?? '';
    const { text } = await setUp({ give: { 'sign-in': [everybody, me] } });
    expect(directory.contents.assignments.map(({ principalId }) => principalId)).toEqual([
      me,
      adele,
      everybody,
    ]);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Note: more people or groups may sign in already, and stay as they are: 1 without an app role, who may read what GRACEWATCH_ACCESS says and nothing else',
    );
  });
});

describe('the two app roles', () => {
  const me = (): string => directory.contents.person?.id ?? '';

  test('are made with the application, beside one that lets somebody sign in and says nothing', async () => {
    await setUp();
    expect(application()).toMatchObject({
      groupClaims: 'ApplicationGroup',
      appRoles: [
        { value: 'reader', isEnabled: true, allowedMemberTypes: ['User', 'Application'] },
        { value: 'operator', isEnabled: true, allowedMemberTypes: ['User', 'Application'] },
        { value: null, isEnabled: true },
      ],
    });
    expect(new Set(application().appRoles.map(({ id }) => id)).size).toBe(3);
  });

  test('are given to whom it is told, each the most that he is named for', async () => {
    const { aspects, text } = await setUp({
      give: { operator: [adele], reader: [everybody, adele], 'sign-in': [newIdentity] },
    });
    expect(aspects.slice(-4)).toEqual(['done operator', 'done operator', 'done reader', 'done allowed']);
    expect(given()).toEqual([
      [me(), 'Operator'],
      [adele, 'Operator'],
      [everybody, 'Reader'],
      [newIdentity, 'Sign-in only'],
    ]);
    expect(text.replace(/\s+/g, ' ')).toContain(
      `${newIdentity} may sign in, for what GRACEWATCH_ACCESS says`,
    );
  });

  test('who sets it up is what he says he is, and what he is already he stays', async () => {
    await setUp({ give: { reader: [me()] } });
    expect(given()).toEqual([[me(), 'Reader']]);
    expect((await setUp()).aspects.at(-1)).toBe('right reader');
    expect(given()).toEqual([[me(), 'Reader']]);
  });

  test('come to an application that was made without them; who could sign in goes on and is told of', async () => {
    await setUp();
    application().appRoles = [];
    delete application().groupClaims;
    const [principal] = directory.contents.servicePrincipals;
    if (principal !== undefined) principal.appRoles = [];
    const before = '00000000-0000-0000-0000-000000000000';
    directory.contents.assignments = [me(), adele].map((principalId, index) => ({
      ...{ id: String(index), principalId, resourceId: principal?.id ?? '', appRoleId: before },
    }));
    const { aspects, text } = await setUp();
    expect(aspects).toContain('done app-roles');
    expect(aspects).toContain('done groups');
    expect(text).toContain('it was: none');
    expect(given()).toEqual([
      [me(), before],
      [adele, before],
      [me(), 'Operator'],
    ]);
    expect(text).toContain('1 without an app role');
  });

  test('of somebody else stay, one that is switched off is on again, and one of the same value is used', async () => {
    await setUp();
    const own = { description: 'x', displayName: 'x', allowedMemberTypes: ['User'], isEnabled: true };
    const [reader, ...others] = application().appRoles;
    application().appRoles = [
      { ...own, id: 'theirs', value: 'theirs' },
      { ...own, id: 'by-hand', value: 'reader', isEnabled: false },
      ...others,
    ];
    await setUp({ give: { reader: [adele] } });
    expect(reader?.value).toBe('reader');
    expect(application().appRoles).toMatchObject([
      { id: 'theirs', value: 'theirs' },
      { id: 'by-hand', value: 'reader', isEnabled: true },
      { value: 'operator' },
      { value: null },
    ]);
    expect(directory.contents.assignments.at(-1)).toMatchObject({ principalId: adele, appRoleId: 'by-hand' });
  });

  test('groups of a wider kind are left as they are', async () => {
    await setUp();
    application().groupClaims = 'SecurityGroup';
    expect((await setUp()).aspects).toContain('right groups');
    expect(application().groupClaims).toBe('SecurityGroup');
  });
});

describe('what is wrong', () => {
  beforeEach(async () => {
    await setUp();
    directory.called.length = 0;
  });

  test('the identity was made anew: the trust is corrected, and it says what it was', async () => {
    const { text } = await setUp({ place: { ...place, principalId: newIdentity } });
    expect(application().credentials).toMatchObject([{ subject: newIdentity }]);
    expect(writes()).toEqual(['updateFederatedCredential']);
    expect(text).toContain(`it was: subject ${identity}`);
  });

  test('in a dry run it is said and left', async () => {
    const { text, report } = await setUp({ place: { ...place, principalId: newIdentity }, yes: false });
    expect(text).toContain(`it is: subject ${identity}`);
    expect(text).toContain('Nothing was changed. With --yes: 1 change.');
    expect(report.clientId).toBe(application().appId);
    expect(writes()).toEqual([]);
  });

  test.each<[string, Partial<FederatedCredential>]>([
    ['the wrong case in a subject, which Entra compares by letter', { subject: identity.replace('3', 'A') }],
    ['the issuer of another tenant', { issuer: `https://login.microsoftonline.com/${fabrikam}/v2.0` }],
    ['an issuer with a slash too many', { issuer: `https://login.microsoftonline.com/${contoso}/v2.0/` }],
    ['another audience', { audiences: ['api://other'] }],
    ['an audience under another name of the trust', { name: 'made-by-hand', audiences: ['api://other'] }],
  ])('%s is corrected', async (_, wrong) => {
    const right = structuredClone(application().credentials[0]);
    Object.assign(application().credentials[0] ?? {}, wrong);
    await setUp();
    expect(application().credentials).toEqual([{ ...right, ...(wrong.name && { name: wrong.name }) }]);
    expect(writes()).toEqual(['updateFederatedCredential']);
  });

  test('a trust that somebody else set stays, and is told', async () => {
    application().credentials.push({
      id: 'x',
      name: 'build',
      issuer: 'https://token.actions.githubusercontent.com',
      subject: 'repo:contoso/x:ref:refs/heads/main',
      audiences: ['api://AzureADTokenExchange'],
    });
    const { text } = await setUp();
    expect(application().credentials).toHaveLength(2);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Note: the application also trusts build (subject repo:contoso/x:ref:refs/heads/main), which Gracewatch did not set',
    );
  });

  test('everybody in the tenant could sign in: closed again', async () => {
    const [principal] = directory.contents.servicePrincipals;
    if (principal !== undefined) principal.appRoleAssignmentRequired = false;
    const { text } = await setUp();
    expect(principal).toMatchObject({ appRoleAssignmentRequired: true });
    expect(text).toContain('it was: everybody in the tenant');
  });

  test('no id tokens, and another address: corrected; the own domain stays, the Azure name of another app goes', async () => {
    const ownDomain = 'https://watch.contoso.com/.auth/login/aad/callback';
    application().idTokens = false;
    application().redirectUris = [
      'https://gracewatch-old.azurewebsites.net/.auth/login/aad/callback',
      ownDomain,
    ];
    const { text } = await setUp();
    expect(application()).toMatchObject({ idTokens: true, redirectUris: [address, ownDomain] });
    expect(text.replace(/\s+/g, ' ')).toContain('it was: https://gracewatch-old.azurewebsites.net');
  });
});

describe('operators from other tenants', () => {
  test('may sign in once their tenant is named; the deployment is told, and how theirs lets it in', async () => {
    const { report, text } = await setUp({ tenants: [fabrikam, contoso] });
    expect(application().signInAudience).toBe('AzureADMultipleOrgs');
    expect(report.tenants).toEqual([contoso, fabrikam]);
    expect(text).toContain(`param signInTenants = ['${contoso}', '${fabrikam}']\n`);
    expect(text).toContain(`azd env set SIGN_IN_TENANTS '["${contoso}","${fabrikam}"]'\n`);
    expect(text).toContain(`az ad sp create --id ${application().appId}\n`);
    expect(text).toContain('--set appRoleAssignmentRequired=true');
  });

  test('whom the deployment lets in already are not locked out by running it again', async () => {
    const { report } = await setUp({ deployedTenants: [contoso, fabrikam] });
    expect(application().signInAudience).toBe('AzureADMultipleOrgs');
    expect(report.tenants).toEqual([contoso, fabrikam]);
  });

  test('are shut out again once they are named nowhere', async () => {
    await setUp({ tenants: [fabrikam] });
    const { text, report } = await setUp({ tenants: [] });
    expect(application().signInAudience).toBe('AzureADMyOrg');
    expect(text).toContain('it was: people of this tenant and of others');
    expect(report.tenants).toBeUndefined();
  });
});

describe('somebody without the right', () => {
  test('is told which role he lacks, what was left, and not to deploy', async () => {
    directory.refuse('updateServicePrincipal', noRight('Cloud Application Administrator'));
    const { aspects, text } = await setUp();
    expect(aspects).toEqual([
      'done application',
      'done trust',
      'done service-principal',
      'failed assignment-required',
      'not-reached operator',
    ]);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'refused only people who are allowed can sign in Graph answered 403 (Authorization_RequestDenied): you lack the directory role Cloud Application Administrator in this tenant, or it is not active',
    );
    expect(text).toContain('Not finished');
    expect(text).not.toContain('az deployment');
    expect(directory.contents.assignments).toEqual([]);
  });

  test('and when not even looking is allowed, nothing is begun', async () => {
    directory.refuse('findApplication', noRight('Directory Readers'));
    const outcome = await setUpSignIn(
      { place, deployedTenants: [], authority: 'https://login.microsoftonline.com', give: nobody, yes: true },
      directory,
    );
    expect(outcome).toEqual(noRight('Directory Readers'));
    expect(writes()).toEqual([]);
  });

  test('one who cannot be allowed keeps nobody else out', async () => {
    await setUp();
    const assign = directory.assignAppRole.bind(directory);
    directory.assignAppRole = (assignment) =>
      assignment.principalId === adele
        ? Promise.resolve({ kind: 'refused', reason: 'Graph answered 404 (x)', status: 404 })
        : assign(assignment);
    const { aspects, text } = await setUp({ give: { 'sign-in': [adele, everybody] } });
    expect(aspects.slice(-3)).toEqual(['right operator', 'failed allowed', 'done allowed']);
    expect(text.replace(/\s+/g, ' ')).toContain('no person or group of this tenant has this object id');
  });
});

describe('an application that is signed in, as in a workflow', () => {
  beforeEach(() => {
    directory.contents.person = undefined;
  });

  test('must name the people', async () => {
    await expect(setUp()).rejects.toThrow(
      'name who may sign in with --operator ID, --reader ID or --allow ID',
    );
    expect(writes()).toEqual([]);
  });

  test('allows those', async () => {
    await setUp({ give: { 'sign-in': [adele] } });
    expect(directory.contents.assignments).toMatchObject([{ principalId: adele }]);
  });
});

test('names from a directory steer no terminal and make no lines', async () => {
  const hostile = '\u001b[2J\u202eevil\r\nright  all is well';
  directory.contents.person = { id: adele, name: hostile };
  await setUp();
  application().redirectUris = [`https://x.example/${hostile}`];
  application().credentials.push({
    id: 'y',
    name: hostile,
    issuer: hostile,
    subject: hostile,
    audiences: [],
  });
  application().signInAudience = hostile;
  const { text } = await setUp({ yes: false });
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  expect(text).not.toMatch(/^right/m);
});

test('programs get the same as one document', async () => {
  const { report } = await setUp({ tenants: [fabrikam] });
  expect(signInDocument(report)).toEqual({
    hostName: 'gracewatch-x.azurewebsites.net',
    tenantId: contoso,
    application: { uniqueName: 'gracewatch-sign-in-gracewatch-x', clientId: application().appId },
    dryRun: false,
    aspects: ['application', 'trust', 'service-principal', 'assignment-required', 'operator'].map((name) => ({
      name,
      text: expect.any(String),
      outcome: 'done',
    })),
    notes: [],
    parameters: { signInClientId: application().appId, signInTenants: [contoso, fabrikam] },
  });
});
