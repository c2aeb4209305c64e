import type { GrantPorts } from '../../../cli/permissions/grant.ts';
import { apis, featurePermissions } from '../../../shared/permissions.ts';
import type { Failure } from '../../builders/tenant-services.ts';

export const principalId = '99999999-9999-4999-8999-999999999999';
export const tenantId = '11111111-1111-4111-8111-111111111111';

export interface HomeDirectory {
  ports: GrantPorts['directory'];
  /** Names of what the identity holds, in order. */
  held(): string[];
  /** What was written, in order. */
  writes: string[];
}

export interface GivenDirectory {
  /** What the identity holds at first, by the id of the app role. */
  holds?: readonly string[];
  /** Whether the tenant has used the Office 365 Management APIs before. */
  knowsActivity?: boolean;
  /** What is answered to an assignment of this role instead. */
  assigning?: Readonly<Record<string, Failure>>;
  /** What is answered instead to the first looks at what the identity holds. */
  looking?: readonly Failure[];
  /** How many looks after a write show nothing of it. */
  shownAfter?: number;
  creating?: Failure;
}

/** The directory of the identity's tenant, with the rights of a person who may do what he does, but for what is given. */
export function homeDirectory(given: GivenDirectory = {}): HomeDirectory {
  const names = new Map<string, string>(
    featurePermissions.map(({ permission }) => [permission.appRoleId, permission.name]),
  );
  const known = new Set([apis.graph.appId, ...(given.knowsActivity === false ? [] : [apis.activity.appId])]);
  const looking = [...(given.looking ?? [])];
  const writes: string[] = [];
  const assignments = (given.holds ?? []).map((appRoleId, index) => ({
    id: `assignment-${String(index)}`,
    principalId,
    resourceId: 'resource',
    appRoleId,
  }));
  let shown = [...assignments];
  let hidden = given.shownAfter ?? 0;
  const servicePrincipal = (appId: string) => ({
    id: `object-of-${appId}`,
    appId,
    displayName: appId,
    appRoleAssignmentRequired: false,
    appRoles: [{ id: '741f803b-c850-494e-b5df-cde7c675a1ca', value: 'User.ReadWrite.All' }],
  });
  return {
    writes,
    held: () => assignments.map(({ appRoleId }) => names.get(appRoleId) ?? appRoleId),
    ports: {
      listAppRolesOf: () => {
        const failure = looking.shift();
        if (failure !== undefined) return Promise.resolve(failure);
        if (writes.length === 0 || hidden-- <= 0) shown = [...assignments];
        return Promise.resolve({ kind: 'read', value: shown });
      },
      findServicePrincipal: (appId) =>
        Promise.resolve({ kind: 'read', value: known.has(appId) ? servicePrincipal(appId) : undefined }),
      createServicePrincipal: (appId) => {
        if (given.creating !== undefined) return Promise.resolve(given.creating);
        writes.push(`create ${appId}`);
        known.add(appId);
        return Promise.resolve({ kind: 'read', value: servicePrincipal(appId) });
      },
      assignAppRole: (assignment) => {
        const name = names.get(assignment.appRoleId) ?? assignment.appRoleId;
        const failure = given.assigning?.[name];
        if (failure !== undefined) return Promise.resolve(failure);
        writes.push(`assign ${name} of ${assignment.resourceId} to ${assignment.principalId}`);
        assignments.push({ id: `assignment-${String(assignments.length)}`, ...assignment });
        return Promise.resolve({ kind: 'read', value: undefined });
      },
    },
  };
}
