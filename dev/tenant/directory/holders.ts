import { createHash } from 'node:crypto';
import type { AppRoleAssignment, Directory, ServicePrincipal } from './objects.ts';

/** Who can hold a role, as an assignment names it. */
type Holder = Pick<AppRoleAssignment, 'principalId' | 'principalDisplayName' | 'principalType'>;

/** A service principal, or the person. */
export function holderWith({ servicePrincipals, person }: Directory, id: string): Holder | undefined {
  const found = servicePrincipals.find((principal) => principal.id === id);
  if (found !== undefined) {
    return { principalId: id, principalDisplayName: found.displayName, principalType: 'ServicePrincipal' };
  }
  if (person.id !== id) return undefined;
  return { principalId: id, principalDisplayName: person.displayName, principalType: 'User' };
}

export function newAssignment(
  principal: Holder,
  resource: ServicePrincipal,
  appRoleId: string,
  now: number,
): AppRoleAssignment {
  const text = `${principal.principalId}/${resource.id}/${appRoleId}`;
  return {
    // Ids of assignments are no GUIDs but 43 letters, capital and small ones being different.
    id: createHash('sha256').update(text).digest('base64url'),
    deletedDateTime: null,
    createdDateTime: new Date(now).toISOString(),
    appRoleId,
    ...principal,
    resourceId: resource.id,
    resourceDisplayName: resource.displayName,
  };
}
