import { apis, type FeaturePermission, featurePermissions } from '../../shared/permissions.ts';
import type { NewApplication, NewFederatedCredential, RequiredRole } from '../directory/directory.ts';
import { applicationAspect, type Aspect, type PresentApplication } from '../plan/aspect.ts';
import { strangersNotes, trustAspect } from '../plan/trust.ts';

/** What the multi-tenant application is to be. */
export interface WantedApplication {
  uniqueName: string;
  displayName: string;
  /** Where the browser of an administrator ends who has consented. */
  redirectUri: string;
  trust: NewFederatedCredential;
  permissions: readonly FeaturePermission[];
}

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
  const audience = 'AzureADMultipleOrgs';
  return applicationAspect('audience', 'other tenants can let it in', signInAudience === audience, {
    was: signInAudience,
    changes: { signInAudience: audience },
  });
}

function rolesAspect(permissions: readonly FeaturePermission[], present: readonly RequiredRole[]): Aspect {
  const text = `consent asks for ${namesOf(permissions)}`;
  const missing = permissions.filter((wanted) => !present.some((role) => isSameRole(role, roleOf(wanted))));
  return applicationAspect('permissions', text, missing.length === 0, {
    was: `without ${namesOf(missing)}`,
    changes: { requiredRoles: [...present, ...missing.map(roleOf)] },
  });
}

function namesOf(permissions: readonly FeaturePermission[]): string {
  return permissions.map(({ permission }) => permission.name).join(', ');
}

function redirectAspect(redirectUri: string, present: readonly string[]): Aspect {
  const text = `who has consented is taken to ${redirectUri}`;
  return applicationAspect('redirect', text, present.includes(redirectUri), {
    was: present.join(', ') || 'nowhere: consent would end with an error',
    changes: { redirectUris: [redirectUri, ...present] },
  });
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
  const roles = (application?.requiredRoles ?? []).filter(
    (role) => !wanted.permissions.some((permission) => isSameRole(role, roleOf(permission))),
  );
  return [
    ...strangersNotes(wanted.trust, trusts),
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
