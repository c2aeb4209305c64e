import { defaultAppRole } from '../../cli/directory/graph-directory.ts';
import type {
  Application,
  AppRole,
  AppRoleAssignment,
  Directory,
  FederatedCredential,
  NewApplication,
  ServicePrincipal,
} from '../../cli/directory/directory.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';

type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;

export interface MemoryDirectory extends Directory {
  /** What stands in it; tests put in and take out what they need. */
  readonly contents: {
    applications: (Application & { uniqueName: string; credentials: FederatedCredential[] })[];
    servicePrincipals: ServicePrincipal[];
    assignments: AppRoleAssignment[];
    /** undefined: an application is signed in. */
    person: { id: string; name: string } | undefined;
  };
  /** The names of the methods that were called, in order. */
  readonly called: (keyof Directory)[];
  /** From now on this method does nothing and gives this; `undefined` lets it work again. */
  refuse(method: keyof Directory, failure: Failure | undefined): void;
}

export const noRight = (permission: string): Failure => ({
  kind: 'refused',
  reason: 'Graph answered 403 (Authorization_RequestDenied)',
  status: 403,
  code: 'Authorization_RequestDenied',
  permission,
});

/** A directory that keeps everything in memory. What it writes, as the names of its methods tell, is all that it writes. */
export function createMemoryDirectory(): MemoryDirectory {
  const contents: MemoryDirectory['contents'] = {
    applications: [],
    servicePrincipals: [],
    assignments: [],
    person: { id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'megan@contoso.com' },
  };
  const refused = new Map<keyof Directory, Failure>();
  const called: (keyof Directory)[] = [];
  let made = 0;
  const newId = (): string => {
    made += 1;
    return `00000000-1111-4111-8111-${String(made).padStart(12, '0')}`;
  };
  const act = <T>(method: keyof Directory, work: () => ReadOutcome<T>): Promise<ReadOutcome<T>> => {
    called.push(method);
    return Promise.resolve(refused.get(method) ?? work());
  };
  const registered = (id: string) => contents.applications.find((application) => application.id === id);
  const principal = (id: string) => contents.servicePrincipals.find((one) => one.id === id);

  return {
    contents,
    called,
    refuse(method, failure) {
      if (failure === undefined) refused.delete(method);
      else refused.set(method, failure);
    },

    findApplication: (uniqueName) =>
      act('findApplication', () => {
        const found = contents.applications.find((application) => application.uniqueName === uniqueName);
        return read(found === undefined ? undefined : applicationOf(found));
      }),
    createApplication: (given) =>
      act('createApplication', () => {
        const there = contents.applications.find(({ uniqueName }) => uniqueName === given.uniqueName);
        if (there !== undefined) return read(applicationOf(Object.assign(there, copyOf(given))));
        const application = { id: newId(), appId: newId(), credentials: [], appRoles: [], ...copyOf(given) };
        contents.applications.push(application);
        return read(applicationOf(application));
      }),
    updateApplication: (id, changes) =>
      act('updateApplication', () => {
        const application = registered(id);
        if (application === undefined) return notThere;
        Object.assign(application, structuredClone(changes));
        const own = contents.servicePrincipals.find(({ appId }) => appId === application.appId);
        if (own !== undefined && changes.appRoles !== undefined) own.appRoles = offeredBy(changes.appRoles);
        return read(undefined);
      }),

    listFederatedCredentials: (applicationId) =>
      act('listFederatedCredentials', () => {
        const application = registered(applicationId);
        return application === undefined ? notThere : read(structuredClone(application.credentials));
      }),
    createFederatedCredential: (applicationId, credential) =>
      act('createFederatedCredential', () => {
        const credentials = registered(applicationId)?.credentials;
        if (credentials === undefined) return notThere;
        const same = credentials.find(({ name }) => name === credential.name);
        if (same !== undefined) {
          const { id: _, ...rest } = same;
          return JSON.stringify(rest) === JSON.stringify(credential) ? read(undefined) : alreadyThere;
        }
        credentials.push({ id: newId(), ...structuredClone(credential) });
        return read(undefined);
      }),
    updateFederatedCredential: (applicationId, credentialId, { issuer, subject, audiences }) =>
      act('updateFederatedCredential', () => {
        const credential = registered(applicationId)?.credentials.find(({ id }) => id === credentialId);
        if (credential === undefined) return notThere;
        Object.assign(credential, { issuer, subject, audiences: [...audiences] });
        return read(undefined);
      }),

    findServicePrincipal: (appId) =>
      act('findServicePrincipal', () =>
        read(structuredClone(contents.servicePrincipals.find((one) => one.appId === appId))),
      ),
    createServicePrincipal: (appId) =>
      act('createServicePrincipal', () => {
        const there = contents.servicePrincipals.find((one) => one.appId === appId);
        if (there !== undefined) return read(structuredClone(there));
        const application = contents.applications.find((one) => one.appId === appId);
        if (application === undefined) return noApplication;
        const { displayName } = application;
        const appRoles = offeredBy(application.appRoles);
        const one = { id: newId(), appId, displayName, appRoleAssignmentRequired: false, appRoles };
        contents.servicePrincipals.push(one);
        return read(structuredClone(one));
      }),
    updateServicePrincipal: (id, changes) =>
      act('updateServicePrincipal', () => {
        const one = principal(id);
        if (one === undefined) return notThere;
        Object.assign(one, changes);
        return read(undefined);
      }),

    listAppRolesOf: (principalId) =>
      act('listAppRolesOf', () =>
        principal(principalId) === undefined
          ? notThere
          : read(structuredClone(contents.assignments.filter((one) => one.principalId === principalId))),
      ),
    listAppRolesOn: (resourceId) =>
      act('listAppRolesOn', () =>
        principal(resourceId) === undefined
          ? notThere
          : read(structuredClone(contents.assignments.filter((one) => one.resourceId === resourceId))),
      ),
    assignAppRole: ({ principalId, resourceId, appRoleId }) =>
      act('assignAppRole', () => {
        const resource = principal(resourceId);
        if (resource === undefined) return notThere;
        const offered = resource.appRoles.some(({ id }) => id === appRoleId);
        if (!offered && (appRoleId !== defaultAppRole || resource.appRoles.length > 0)) return noSuchRole;
        const there = contents.assignments.some(
          (one) =>
            one.principalId === principalId && one.resourceId === resourceId && one.appRoleId === appRoleId,
        );
        if (!there) contents.assignments.push({ id: newId(), principalId, resourceId, appRoleId });
        return read(undefined);
      }),
    removeAppRole: (principalId, assignmentId) =>
      act('removeAppRole', () => {
        contents.assignments = contents.assignments.filter(
          (one) => one.principalId !== principalId || one.id !== assignmentId,
        );
        return read(undefined);
      }),

    me: () =>
      act('me', () =>
        contents.person === undefined
          ? { kind: 'refused', reason: 'Graph answered 400 (BadRequest)', status: 400, code: 'BadRequest' }
          : read({ ...contents.person }),
      ),
  };
}

const notThere = refusal(404, 'Request_ResourceNotFound');
const noSuchRole = refusal(400, 'Request_BadRequest');
const noApplication = refusal(400, 'Request_BadRequest');
const alreadyThere = refusal(409, 'Request_MultipleObjectsWithSameKeyValue');

function refusal(status: number, code: string): Failure {
  return { kind: 'refused', reason: `Graph answered ${status} (${code})`, status, code };
}

function read<T>(value: T): ReadOutcome<T> {
  return { kind: 'read', value };
}

function copyOf(application: NewApplication): NewApplication {
  return structuredClone(application);
}

function offeredBy(appRoles: readonly AppRole[]): ServicePrincipal['appRoles'] {
  return appRoles.map(({ id, value }) => ({ id, value: value ?? '' }));
}

/** As the port shows it, and a copy. */
function applicationOf(application: MemoryDirectory['contents']['applications'][number]): Application {
  const { id, appId, displayName, signInAudience, redirectUris, idTokens, requiredRoles } = application;
  const { groupClaims, appRoles } = application;
  return structuredClone({
    id,
    appId,
    displayName,
    signInAudience,
    redirectUris,
    idTokens,
    requiredRoles,
    ...(groupClaims === undefined ? {} : { groupClaims }),
    appRoles,
  });
}
