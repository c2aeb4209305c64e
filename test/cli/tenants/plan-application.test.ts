import { describe, expect, test } from '@jest/globals';
import { trustInIdentity } from '../../../cli/directory/identity-trust.ts';
import type { Application, FederatedCredential } from '../../../cli/directory/directory.ts';
import type { PresentApplication } from '../../../cli/plan/aspect.ts';
import {
  applicationNotes,
  noRoomForTrust,
  planApplication,
  type WantedApplication,
} from '../../../cli/tenants/plan-application.ts';
import { apis, wantedPermissions } from '../../../shared/permissions.ts';

const contoso = '11111111-1111-4111-8111-111111111111';
const identity = 'abcdefab-3333-4333-8333-333333333333';
const authority = 'https://login.microsoftonline.com';
const wanted: WantedApplication = {
  uniqueName: 'gracewatch-x',
  displayName: 'Gracewatch (x)',
  redirectUri: 'https://x.azurewebsites.net/api/health',
  trust: trustInIdentity('gracewatch-identity', authority, contoso, identity),
  permissions: wantedPermissions(),
};
const roles = wanted.permissions.map(({ permission }) => ({
  resourceAppId: apis[permission.api].appId,
  appRoleId: permission.appRoleId,
}));
const application: Application = {
  id: 'o',
  appId: 'client',
  displayName: wanted.displayName,
  signInAudience: 'AzureADMultipleOrgs',
  redirectUris: [wanted.redirectUri],
  idTokens: false,
  requiredRoles: roles,
  appRoles: [],
};
const trust: FederatedCredential = { id: 't', ...wanted.trust };
const servicePrincipal = {
  id: 's',
  appId: 'client',
  displayName: 'x',
  appRoleAssignmentRequired: false,
  appRoles: [],
};
const right: PresentApplication = { application, trusts: [trust], servicePrincipal };

const steps = (present: PresentApplication) =>
  planApplication(wanted, present).flatMap(({ step }) => step ?? []);
const changed = (changes: Partial<Application>) =>
  steps({ ...right, application: { ...application, ...changes } });

describe('the multi-tenant application', () => {
  test('is made with what the features need of both APIs, without a secret and without tokens for people', () => {
    const made = steps({ trusts: [] });
    expect(made.map(({ kind }) => kind)).toEqual([
      'create-application',
      'trust-identity',
      'create-service-principal',
    ]);
    expect(made[0]).toMatchObject({
      application: {
        signInAudience: 'AzureADMultipleOrgs',
        idTokens: false,
        redirectUris: [wanted.redirectUri],
        requiredRoles: roles,
      },
    });
    expect(new Set(roles.map(({ resourceAppId }) => resourceAppId)).size).toBe(2);
    expect(made[1]).toEqual({
      kind: 'trust-identity',
      credential: {
        name: 'gracewatch-identity',
        issuer: `https://login.microsoftonline.com/${contoso}/v2.0`,
        subject: identity,
        audiences: ['api://AzureADTokenExchange'],
      },
    });
  });

  test('that is as it should be is left alone', () => {
    expect(steps(right)).toEqual([]);
    expect(applicationNotes(wanted, right)).toEqual([]);
  });

  test.each([
    [
      'is for its own tenant only',
      { signInAudience: 'AzureADMyOrg' },
      { signInAudience: 'AzureADMultipleOrgs' },
    ],
    [
      'leads nowhere after the consent',
      { redirectUris: ['https://own.example'] },
      { redirectUris: [wanted.redirectUri, 'https://own.example'] },
    ],
    ['asks for too little', { requiredRoles: roles.slice(0, 1) }, { requiredRoles: roles }],
  ])('that %s is corrected', (_, present, changes) => {
    expect(changed(present)).toEqual([{ kind: 'change-application', changes }]);
  });

  test('keeps what somebody else asks for with it, and says so', () => {
    const stranger = { resourceAppId: 'other', appRoleId: 'role' };
    const present = { ...right, application: { ...application, requiredRoles: [stranger] } };
    expect(steps(present)).toEqual([
      { kind: 'change-application', changes: { requiredRoles: [stranger, ...roles] } },
    ]);
    expect(applicationNotes(wanted, present)).toEqual([expect.stringContaining('the role role')]);
  });

  test.each([
    ['of an identity that was made anew', { subject: '44444444-4444-4444-8444-444444444444' }],
    ['in other letters', { subject: identity.toUpperCase() }],
    ['of another tenant', { issuer: 'https://login.microsoftonline.com/other/v2.0' }],
    ['with the audience of another cloud', { audiences: ['api://AzureADTokenExchangeUSGov'] }],
    ['by another name', { name: 'by hand', audiences: ['api://wrong'] }],
  ])('with a trust %s has it corrected', (_, wrong) => {
    expect(steps({ ...right, trusts: [{ ...trust, ...wrong }] })).toEqual([
      {
        kind: 'correct-trust',
        credentialId: 't',
        credential: { ...wanted.trust, ...('name' in wrong ? { name: wrong.name } : {}) },
      },
    ]);
  });

  test('that trusts others too keeps them and says so, up to the twenty that there can be', () => {
    const others = (count: number): FederatedCredential[] =>
      Array.from({ length: count }, (_, index) => ({
        ...trust,
        id: String(index),
        name: `other-${String(index)}`,
        subject: `subject-${String(index)}`,
      }));
    const nineteen = { ...right, trusts: others(19) };
    const twenty = { ...right, trusts: others(20) };
    expect(steps(nineteen)).toEqual([{ kind: 'trust-identity', credential: wanted.trust }]);
    expect(noRoomForTrust(planApplication(wanted, nineteen), nineteen)).toBeUndefined();
    expect(noRoomForTrust(planApplication(wanted, twenty), twenty)).toMatch(/20 others already/);
    const withOurs = { ...right, trusts: [...others(19), trust] };
    expect(noRoomForTrust(planApplication(wanted, withOurs), withOurs)).toBeUndefined();
    expect(applicationNotes(wanted, withOurs)).toHaveLength(19);
  });
});
