import type { TenantDescription } from '../audit-logs.ts';
import type { AppRole } from './app-roles.ts';

/** As Graph shows it. */
export interface Application {
  id: string;
  appId: string;
  /** A key that its maker chose; fixed once it is set (FACTS 11.10). */
  uniqueName: string | null;
  displayName: string;
  createdDateTime: string;
  publisherDomain: string;
  signInAudience: string;
  description: string | null;
  notes: string | null;
  tags: string[];
  identifierUris: string[];
  web: {
    homePageUrl: string | null;
    logoutUrl: string | null;
    redirectUris: string[];
    implicitGrantSettings: { enableAccessTokenIssuance: boolean; enableIdTokenIssuance: boolean };
  };
  api: { requestedAccessTokenVersion: number | null };
  requiredResourceAccess: { resourceAppId: string; resourceAccess: { id: string; type: string }[] }[];
  groupMembershipClaims: string | null;
  appRoles: AppRole[];
}

/** As Graph shows it. */
export interface FederatedCredential {
  id: string;
  name: string;
  issuer: string;
  subject: string;
  audiences: string[];
  description: string | null;
}

export interface RegisteredApplication {
  application: Application;
  credentials: FederatedCredential[];
}

/** As Graph shows it. */
export interface ServicePrincipal {
  id: string;
  appId: string;
  displayName: string;
  appDisplayName: string;
  /** The tenant in which its application is registered. */
  appOwnerOrganizationId: string;
  servicePrincipalType: 'Application' | 'ManagedIdentity';
  servicePrincipalNames: string[];
  signInAudience: string | null;
  accountEnabled: boolean;
  /** Whether only those who hold a role of it may sign in. */
  appRoleAssignmentRequired: boolean;
  notes: string | null;
  tags: string[];
  appRoles: AppRole[];
}

/** As Graph shows it: the principal holds the role of the resource. */
export interface AppRoleAssignment {
  id: string;
  deletedDateTime: null;
  createdDateTime: string;
  appRoleId: string;
  principalId: string;
  principalDisplayName: string;
  principalType: 'ServicePrincipal' | 'User';
  resourceId: string;
  resourceDisplayName: string;
}

/** Who runs the commands of this tenant: its administrator. */
interface Person {
  id: string;
  displayName: string;
  userPrincipalName: string;
}

/** The objects of one tenant; the answers change them in place. */
export interface Directory {
  readonly tenant: TenantDescription;
  readonly person: Person;
  readonly applications: RegisteredApplication[];
  readonly servicePrincipals: ServicePrincipal[];
  readonly assignments: AppRoleAssignment[];
}
