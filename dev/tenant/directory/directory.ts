import type { TenantDescription } from '../audit-logs.ts';
import { stableGuid } from '../stable-guid.ts';
import { type ResourceApi, resourceApis } from './app-roles.ts';
import type { Application, Directory, ServicePrincipal } from './objects.ts';
import { grantedAtFirst, grantOnly, watchingIdentity } from './watching-identity.ts';

export interface Directories {
  /** A directory comes to be when it is first looked at. */
  of(tenant: TenantDescription): Directory;
  /** A registered application, whichever tenant it is registered in. */
  applicationWith(appId: string): { application: Application; home: TenantDescription } | undefined;
}

/** The tenant in which Microsoft's own applications are registered. */
const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

export function createDirectories(now: () => number): Directories {
  const directories = new Map<string, Directory>();
  return {
    of(tenant) {
      const directory = directories.get(tenant.id) ?? newDirectory(tenant, now());
      directories.set(tenant.id, directory);
      return directory;
    },
    applicationWith(appId) {
      for (const { tenant: home, applications } of directories.values()) {
        const found = applications.find(({ application }) => application.appId === appId);
        if (found !== undefined) return { application: found.application, home };
      }
      return undefined;
    },
  };
}

function newDirectory(tenant: TenantDescription, now: number): Directory {
  const directory: Directory = {
    tenant,
    person: {
      id: stableGuid(`${tenant.id}/person`),
      displayName: `Administrator of ${tenant.name}`,
      userPrincipalName: `admin@${tenant.domain}`,
    },
    applications: [],
    servicePrincipals: [...resourceApis.map((api) => principalOfApi(tenant, api)), watchingPrincipal(tenant)],
    assignments: [],
  };
  grantOnly(directory, grantedAtFirst, now);
  return directory;
}

function principalOfApi(tenant: TenantDescription, api: ResourceApi): ServicePrincipal {
  return newServicePrincipal(tenant, {
    appId: api.appId,
    displayName: api.displayName,
    appOwnerOrganizationId: microsoftTenantId,
    appRoles: [...api.appRoles],
  });
}

function watchingPrincipal(tenant: TenantDescription): ServicePrincipal {
  const { appId, displayName, objectId } = watchingIdentity;
  return {
    ...newServicePrincipal(tenant, { appId, displayName, appOwnerOrganizationId: tenant.id }),
    id: objectId,
    servicePrincipalType: 'ManagedIdentity',
    signInAudience: null,
  };
}

export function newServicePrincipal(
  tenant: TenantDescription,
  given: Pick<ServicePrincipal, 'appId' | 'displayName' | 'appOwnerOrganizationId'> &
    Partial<ServicePrincipal>,
): ServicePrincipal {
  return {
    id: stableGuid(`${tenant.id}/service-principal/${given.appId}`),
    appDisplayName: given.displayName,
    servicePrincipalType: 'Application',
    servicePrincipalNames: [given.appId],
    signInAudience: 'AzureADMultipleOrgs',
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    notes: null,
    tags: [],
    appRoles: [],
    ...given,
  };
}
