import type { ReadOutcome } from '../../shared/services/read-outcome.ts';

/**
 * The directory of one tenant, with the rights of the person who runs the command: the product itself writes nothing to a tenant.
 * `refused` with status 403 has `permission`: the directory role that the person lacks. What is to be made and is there already is
 * success, and what was made here a moment ago is found, however slowly the directory spreads it.
 */
export interface Directory {
  /** The application with this `uniqueName`, a key that its maker chose and that never changes (FACTS 11.10). */
  findApplication(uniqueName: string): Promise<ReadOutcome<Application | undefined>>;
  /** With an application of this `uniqueName` there already, that one is brought to what is given. */
  createApplication(application: NewApplication): Promise<ReadOutcome<Application>>;
  updateApplication(id: string, changes: ApplicationChanges): Promise<ReadOutcome<void>>;
  listFederatedCredentials(applicationId: string): Promise<ReadOutcome<FederatedCredential[]>>;
  /** `refused` where there is another one of this name. */
  createFederatedCredential(
    applicationId: string,
    credential: NewFederatedCredential,
  ): Promise<ReadOutcome<void>>;
  /** Its name never changes. */
  updateFederatedCredential(
    applicationId: string,
    credentialId: string,
    credential: NewFederatedCredential,
  ): Promise<ReadOutcome<void>>;

  /** By application (client) id; also Microsoft Graph and other resource APIs, whose `appRoles` can be granted. */
  findServicePrincipal(appId: string): Promise<ReadOutcome<ServicePrincipal | undefined>>;
  createServicePrincipal(appId: string): Promise<ReadOutcome<ServicePrincipal>>;
  updateServicePrincipal(
    id: string,
    changes: { appRoleAssignmentRequired: boolean },
  ): Promise<ReadOutcome<void>>;

  /** What has been granted to the principal (of an identity or application): the roles that it holds. */
  listAppRolesOf(principalId: string): Promise<ReadOutcome<AppRoleAssignment[]>>;
  /** Who holds a role of this resource: for an application that people sign in to, who may. */
  listAppRolesOn(resourceId: string): Promise<ReadOutcome<AppRoleAssignment[]>>;
  /** @param what `access` to an application of one's own, or a `permission` of a service, which wants a higher role of the person */
  assignAppRole(assignment: NewAppRoleAssignment, what?: 'access' | 'permission'): Promise<ReadOutcome<void>>;
  /** Of an identity or application, not of a person. */
  removeAppRole(principalId: string, assignmentId: string): Promise<ReadOutcome<void>>;

  /** The person, by the name that he signs in with; `refused` with status 400 where an application is signed in. */
  me(): Promise<ReadOutcome<{ id: string; name: string }>>;
}

export interface Application {
  /** Object id. */
  id: string;
  /** Client id. */
  appId: string;
  displayName: string;
  signInAudience: string;
  redirectUris: string[];
  idTokens: boolean;
  /** Application permissions that consent asks for. */
  requiredRoles: RequiredRole[];
  /** Which groups of a person a token names; undefined where none. */
  groupClaims?: string;
  /** What it offers to be given to people, groups and programs. */
  appRoles: AppRole[];
}

/** A role of an application: its `value` stands in the tokens of who holds it; one without a value lets somebody in and says nothing. */
export interface AppRole {
  id: string;
  value: string | null;
  displayName: string;
  description: string;
  allowedMemberTypes: string[];
  isEnabled: boolean;
}

export interface NewApplication {
  uniqueName: string;
  displayName: string;
  signInAudience: 'AzureADMyOrg' | 'AzureADMultipleOrgs';
  redirectUris: string[];
  /** Whether id tokens may be issued at the authorisation endpoint, as the platform's sign-in wants. */
  idTokens: boolean;
  requiredRoles: RequiredRole[];
  groupClaims?: string;
  /** All of them: what is left out goes. */
  appRoles?: AppRole[];
}

export type ApplicationChanges = Partial<Omit<NewApplication, 'uniqueName'>>;

export interface RequiredRole {
  resourceAppId: string;
  appRoleId: string;
}

export interface NewFederatedCredential {
  name: string;
  issuer: string;
  /** Compared letter by letter by Entra (FACTS 11.11). */
  subject: string;
  audiences: string[];
}

export interface FederatedCredential extends NewFederatedCredential {
  id: string;
}

export interface ServicePrincipal {
  id: string;
  appId: string;
  displayName: string;
  appRoleAssignmentRequired: boolean;
  appRoles: { id: string; value: string }[];
}

interface NewAppRoleAssignment {
  principalId: string;
  /** Object id of the service principal that has the role. */
  resourceId: string;
  appRoleId: string;
}

export interface AppRoleAssignment extends NewAppRoleAssignment {
  id: string;
}
