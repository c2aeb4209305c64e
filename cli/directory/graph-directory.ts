import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type {
  Application,
  AppRole,
  AppRoleAssignment,
  Directory,
  FederatedCredential,
  ServicePrincipal,
} from './directory.ts';
import { type Call, createDirectoryCalls, type DirectoryOptions } from './directory-calls.ts';
import {
  applicationBody,
  applicationFields,
  readApplication,
  readAssignment,
  readFederatedCredential,
  readPerson,
  readServicePrincipal,
  servicePrincipalFields,
} from './graph-objects.ts';
import { isSameTrust } from './identity-trust.ts';

/**
 * The least built-in roles that let a person do it (Graph reference, "Upsert application", "Update application", "Update
 * servicePrincipal", "Grant an appRoleAssignment"). Who has made an application owns it and needs no role to change it.
 */
const roles = {
  read: 'Directory Readers',
  createApplication: 'Application Developer',
  changeApplication: 'Cloud Application Administrator',
  /** Consent for everybody to a permission of Microsoft Graph; no lesser role may. */
  grantPermission: 'Privileged Role Administrator',
} as const;

/** Assigned where the resource declares no roles: the principal may use it. Beside declared ones Graph refuses it. */
export const defaultAppRole = '00000000-0000-0000-0000-000000000000';

export function createDirectory(options: DirectoryOptions): Directory {
  const calls = createDirectoryCalls(options);

  const findApplication = (uniqueName: string): Promise<ReadOutcome<Application | undefined>> =>
    calls.find(`${applicationNamed(uniqueName)}?$select=${applicationFields}`, readApplication, roles.read);
  const findServicePrincipal = (appId: string): Promise<ReadOutcome<ServicePrincipal | undefined>> =>
    calls.find(
      `/servicePrincipals(appId='${key(appId)}')?$select=${servicePrincipalFields}`,
      readServicePrincipal,
      roles.read,
    );
  const listFederatedCredentials = (applicationId: string): Promise<ReadOutcome<FederatedCredential[]>> =>
    calls.list(credentialsOf(applicationId), readFederatedCredential, roles.read, [applicationId]);
  const listAssignments = (
    principalId: string,
    side: 'appRoleAssignments' | 'appRoleAssignedTo',
  ): Promise<ReadOutcome<AppRoleAssignment[]>> =>
    calls.list(`/servicePrincipals/${segment(principalId)}/${side}`, readAssignment, roles.read, [
      principalId,
    ]);

  return {
    findApplication,

    async createApplication({ uniqueName, ...wanted }) {
      // Nothing but an upsert by this key sets a uniqueName: in a body it is read-only (Graph reference, "Upsert application").
      const answer = await calls.exchange({
        method: 'PATCH',
        path: applicationNamed(uniqueName),
        body: applicationBody(wanted),
        prefer: 'create-if-missing',
        role: roles.createApplication,
      });
      if (answer.kind !== 'read') return answer;
      if (answer.value.status !== 204) {
        const made = calls.object(answer.value, readApplication);
        if (made.kind === 'read') calls.remember(made.value.id, made.value.appId, ...idsOf(wanted.appRoles));
        return made;
      }
      return present(await findApplication(uniqueName), 'the application');
    },

    async updateApplication(id, changes) {
      const outcome = await calls.change({
        method: 'PATCH',
        path: `/applications/${segment(id)}`,
        body: applicationBody(changes),
        role: roles.changeApplication,
        needs: [id],
      });
      if (outcome.kind === 'read') calls.remember(...idsOf(changes.appRoles));
      return outcome;
    },

    listFederatedCredentials,

    async createFederatedCredential(applicationId, credential) {
      const answer = await calls.exchange({
        method: 'POST',
        path: credentialsOf(applicationId),
        body: credential,
        role: roles.changeApplication,
        needs: [applicationId],
      });
      if (answer.kind === 'refused' && answer.status === 409) {
        const there = await listFederatedCredentials(applicationId);
        if (there.kind === 'read' && there.value.some((other) => isSameTrust(other, credential))) return done;
      }
      return answer.kind === 'read' ? done : answer;
    },

    updateFederatedCredential: (applicationId, credentialId, { issuer, subject, audiences }) =>
      calls.change({
        method: 'PATCH',
        path: `${credentialsOf(applicationId)}/${segment(credentialId)}`,
        body: { issuer, subject, audiences },
        role: roles.changeApplication,
        needs: [applicationId],
      }),

    findServicePrincipal,

    async createServicePrincipal(appId) {
      const answer = await calls.exchange({
        method: 'POST',
        path: '/servicePrincipals',
        body: { appId },
        role: roles.createApplication,
        needs: [appId],
      });
      if (answer.kind === 'refused' && answer.status === 409) {
        return present(await findServicePrincipal(appId), 'the service principal');
      }
      if (answer.kind !== 'read') return answer;
      const made = calls.object(answer.value, readServicePrincipal);
      if (made.kind === 'read') calls.remember(made.value.id);
      return made;
    },

    updateServicePrincipal: (id, changes) =>
      calls.change({
        method: 'PATCH',
        path: `/servicePrincipals/${segment(id)}`,
        body: changes,
        role: roles.changeApplication,
        needs: [id],
      }),

    listAppRolesOf: (principalId) => listAssignments(principalId, 'appRoleAssignments'),
    listAppRolesOn: (resourceId) => listAssignments(resourceId, 'appRoleAssignedTo'),

    async assignAppRole(assignment, what = 'permission') {
      const { principalId, resourceId, appRoleId } = assignment;
      const answer = await calls.exchange({
        method: 'POST',
        path: `/servicePrincipals/${segment(resourceId)}/appRoleAssignedTo`,
        body: { principalId, resourceId, appRoleId },
        role: what === 'access' ? roles.changeApplication : roles.grantPermission,
        needs: [principalId, resourceId, appRoleId],
        // Graph has no code for it, only 400 with this sentence.
        success: (text) => text.includes('already exists'),
      });
      return answer.kind === 'read' ? done : answer;
    },

    async removeAppRole(principalId, assignmentId) {
      const call: Call = {
        method: 'DELETE',
        path: `/servicePrincipals/${segment(principalId)}/appRoleAssignments/${segment(assignmentId)}`,
        role: roles.grantPermission,
      };
      const outcome = await calls.change(call);
      return outcome.kind === 'refused' && outcome.status === 404 ? done : outcome;
    },

    async me() {
      const answer = await calls.exchange({
        method: 'GET',
        path: '/me?$select=id,displayName,userPrincipalName',
        role: roles.read,
      });
      return answer.kind === 'read' ? calls.object(answer.value, readPerson) : answer;
    },
  };
}

function idsOf(appRoles: readonly AppRole[] = []): string[] {
  return appRoles.map(({ id }) => id);
}

const done: ReadOutcome<void> = { kind: 'read', value: undefined };

function applicationNamed(uniqueName: string): string {
  return `/applications(uniqueName='${key(uniqueName)}')`;
}

function credentialsOf(applicationId: string): string {
  return `/applications/${segment(applicationId)}/federatedIdentityCredentials`;
}

/** A value between the quotes of an OData key: a quote in it is doubled. */
function key(value: string): string {
  return encodeURIComponent(value.replaceAll("'", "''"));
}

function segment(id: string): string {
  return encodeURIComponent(id);
}

/** What the directory said is there already, read back. */
function present<T>(found: ReadOutcome<T | undefined>, what: string): ReadOutcome<T> {
  if (found.kind !== 'read') return found;
  return found.value === undefined
    ? { kind: 'later', reason: `Graph says that ${what} is there, and does not show it yet` }
    : { kind: 'read', value: found.value };
}
