import { apis, type FeaturePermission, featurePermissions } from '../../shared/permissions.ts';
import type {
  FederatedCredential,
  NewApplication,
  NewFederatedCredential,
  RequiredRole,
} from '../directory/directory.ts';
import { isSameTrust } from '../directory/identity-trust.ts';
import type { Aspect, PresentSignIn } from '../sign-in/plan.ts';

/** What the multi-tenant application is to be. */
export interface WantedApplication {
  uniqueName: string;
  displayName: string;
  /** Where the browser of an administrator ends who has consented. */
  redirectUri: string;
  trust: NewFederatedCredential;
  permissions: readonly FeaturePermission[];
}

/** What stands in the directory. */
export type PresentApplication = Omit<PresentSignIn, 'allowed'>;

/** So many federated credentials an application can have (FACTS 11.11). */
const mostTrusts = 20;

/** What is to be so, in the order in which it can be done; nothing that somebody else added is taken away. */
export function planApplication(wanted: WantedApplication, present: PresentApplication): Aspect[] {
  const { application, servicePrincipal, trusts } = present;
  const made = `the application ${wanted.uniqueName} is there, without a secret`;
  const ofTenant: Aspect = { name: 'service-principal', text: 'its own tenant knows it, too' };
  return [
    ...(application === undefined
      ? [
          {
            name: 'application',
            text: made,
            step: { kind: 'create-application' as const, application: newApplication(wanted) },
          },
        ]
      : [
          { name: 'application', text: made },
          audienceAspect(application.signInAudience),
          rolesAspect(wanted.permissions, application.requiredRoles),
          redirectAspect(wanted.redirectUri, application.redirectUris),
        ]),
    trustAspect(wanted.trust, trusts),
    servicePrincipal === undefined ? { ...ofTenant, step: { kind: 'create-service-principal' } } : ofTenant,
  ];
}

function newApplication({
  uniqueName,
  displayName,
  redirectUri,
  permissions,
}: WantedApplication): NewApplication {
  return {
    uniqueName,
    displayName,
    signInAudience: 'AzureADMultipleOrgs',
    redirectUris: [redirectUri],
    idTokens: false,
    requiredRoles: permissions.map(roleOf),
  };
}

function audienceAspect(signInAudience: string): Aspect {
  const name = 'audience';
  const text = 'other tenants can let it in';
  if (signInAudience === 'AzureADMultipleOrgs') return { name, text };
  return {
    name,
    text,
    was: signInAudience,
    step: { kind: 'change-application', changes: { signInAudience: 'AzureADMultipleOrgs' } },
  };
}

function rolesAspect(permissions: readonly FeaturePermission[], present: readonly RequiredRole[]): Aspect {
  const name = 'permissions';
  const text = `consent asks for ${permissions.map(({ permission }) => permission.name).join(', ')}`;
  const missing = permissions.filter((wanted) => !present.some((role) => isSameRole(role, roleOf(wanted))));
  if (missing.length === 0) return { name, text };
  return {
    name,
    text,
    was: `without ${missing.map(({ permission }) => permission.name).join(', ')}`,
    step: {
      kind: 'change-application',
      changes: { requiredRoles: [...present, ...missing.map(roleOf)] },
    },
  };
}

function redirectAspect(redirectUri: string, present: readonly string[]): Aspect {
  const name = 'redirect';
  const text = `who has consented is taken to ${redirectUri}`;
  if (present.includes(redirectUri)) return { name, text };
  return {
    name,
    text,
    was: present.join(', ') || 'nowhere: consent would end with an error',
    step: { kind: 'change-application', changes: { redirectUris: [redirectUri, ...present] } },
  };
}

/** An identity that was made anew has another id, and Entra refuses without a word what its forerunner could do. */
function trustAspect(wanted: NewFederatedCredential, present: readonly FederatedCredential[]): Aspect {
  const name = 'trust';
  const text = `it trusts the identity ${wanted.subject} in place of a secret`;
  if (present.some((credential) => isSameTrust(credential, wanted))) return { name, text };
  const wrong =
    present.find((credential) => credential.name === wanted.name) ??
    // Issuer and subject together may stand in an application only once.
    present.find(({ issuer, subject }) => issuer === wanted.issuer && subject === wanted.subject);
  if (wrong === undefined) return { name, text, step: { kind: 'trust-identity', credential: wanted } };
  return {
    name,
    text,
    was: `subject ${wrong.subject}, issuer ${wrong.issuer}, audience ${wrong.audiences.join(', ')}`,
    step: {
      kind: 'correct-trust',
      credentialId: wrong.id,
      credential: { ...wanted, name: wrong.name },
    },
  };
}

/** Why the trust cannot be added; undefined where it can be. */
export function noRoomForTrust(aspects: readonly Aspect[], present: PresentApplication): string | undefined {
  const adds = aspects.some(({ step }) => step?.kind === 'trust-identity');
  if (!adds || present.trusts.length < mostTrusts) return undefined;
  return `the application trusts ${mostTrusts} others already, and more it cannot: remove one that is not used any more (App registrations > Certificates & secrets > Federated credentials)`;
}

/** What else stands there that somebody should know of; it is left as it is. */
export function applicationNotes(
  wanted: WantedApplication,
  { application, trusts }: PresentApplication,
): string[] {
  const strangers = trusts.filter(
    (credential) => credential.name !== wanted.trust.name && !isSameTrust(credential, wanted.trust),
  );
  const roles = (application?.requiredRoles ?? []).filter(
    (role) => !wanted.permissions.some((permission) => isSameRole(role, roleOf(permission))),
  );
  return [
    ...strangers.map(
      ({ name, subject }) =>
        `the application also trusts ${name} (subject ${subject}), which Gracewatch did not set: look whether that is meant`,
    ),
    ...(roles.length === 0
      ? []
      : [
          `consent also asks for ${roles.map(roleName).join(', ')}, which was not asked for now: take it out under API permissions where it is not meant`,
        ]),
  ];
}

function roleOf({ permission }: FeaturePermission): RequiredRole {
  return { resourceAppId: apis[permission.api].appId, appRoleId: permission.appRoleId };
}

function isSameRole(one: RequiredRole, other: RequiredRole): boolean {
  return one.resourceAppId === other.resourceAppId && one.appRoleId === other.appRoleId;
}

function roleName(role: RequiredRole): string {
  const known = featurePermissions.find((permission) => isSameRole(role, roleOf(permission)));
  return known === undefined ? `the role ${role.appRoleId}` : known.permission.name;
}
