import { holderWith, newAssignment } from './holders.ts';
import type { Directory } from './objects.ts';

/**
 * The identity that watches: a managed identity, with a service principal of these ids in every simulated tenant. What it has been
 * granted there decides what the tenant lets be read.
 */
export const watchingIdentity = {
  displayName: 'gracewatch',
  appId: '9e8d7c6b-5a49-4838-8271-605f4e3d2c1b',
  objectId: '0f1e2d3c-4b5a-4968-8778-695a4b3c2d1e',
};

/** What it has been granted in a tenant that nobody changed: all that this version reads. */
export const grantedAtFirst = [
  'AuditLog.Read.All',
  'ActivityFeed.Read',
  'Organization.Read.All',
  'ReportSettings.Read.All',
];

/** Names of the permissions that the watching identity holds. */
export function granted({ assignments, servicePrincipals }: Directory): string[] {
  const held = assignments.filter(({ principalId }) => principalId === watchingIdentity.objectId);
  return held.flatMap(({ resourceId, appRoleId }) => {
    const resource = servicePrincipals.find(({ id }) => id === resourceId);
    const role = resource?.appRoles.find(({ id }) => id === appRoleId);
    return role?.value ?? [];
  });
}

/** Gives the watching identity exactly these permissions; names are known ones (`permissionNames`). */
export function grantOnly(directory: Directory, names: readonly string[], now: number): void {
  const { assignments, servicePrincipals } = directory;
  const holder = holderWith(directory, watchingIdentity.objectId);
  if (holder === undefined) return;
  const others = assignments.filter(({ principalId }) => principalId !== holder.principalId);
  const given = servicePrincipals.flatMap((resource) =>
    resource.appRoles
      .filter(({ value }) => value !== null && names.includes(value))
      .map(({ id }) => newAssignment(holder, resource, id, now)),
  );
  assignments.splice(0, assignments.length, ...others, ...given);
}
