import { z } from 'zod';
import { type Answer, type Call, empty } from '../answer.ts';
import { graphError, methodNotAllowed, notFound } from '../graph-error.ts';
import { answerAssignments } from './app-role-assignments.ts';
import { type Directories, newServicePrincipal } from './directory.ts';
import type { Directory, ServicePrincipal } from './objects.ts';
import type { ObjectPath } from './object-path.ts';
import { type EntityKind, list, one } from './query-options.ts';
import { guid, withBody } from './request-body.ts';

const kind: EntityKind = {
  type: 'servicePrincipal',
  context: 'servicePrincipals',
  filters: ['appId', 'displayName', 'servicePrincipalType'],
};

const changesSchema = z
  .strictObject({
    accountEnabled: z.boolean(),
    appRoleAssignmentRequired: z.boolean(),
    notes: z.string().nullable(),
    tags: z.array(z.string()),
  })
  .partial();

const newSchema = changesSchema.extend({ appId: guid });

/** `/servicePrincipals…`: what applications and identities are in this tenant, and the roles that they hold or give. */
export function answerServicePrincipals(
  call: Call,
  path: ObjectPath,
  directory: Directory,
  directories: Directories,
  at: number,
): Answer {
  const { servicePrincipals } = directory;
  const { key } = path;
  if (key === undefined) {
    if (call.method === 'GET') return list(call, kind, servicePrincipals, at);
    return call.method === 'POST' ? create(call, directory, directories, at) : methodNotAllowed(at);
  }
  const found = servicePrincipals.find(({ id, appId }) => (key.name === 'id' ? id : appId) === key.value);
  if (found === undefined) return notFound(key.value, at);
  if (path.part === 'appRoleAssignments' || path.part === 'appRoleAssignedTo') {
    return answerAssignments(call, path.part, path.partKey, found, directory, at);
  }
  if (path.part !== undefined) return notFound(path.part, at);
  if (call.method === 'GET') return one(call, kind, found, 200, at);
  return call.method === 'PATCH' ? update(call, found, at) : methodNotAllowed(at);
}

/** For an application of this tenant, or one of another tenant that is meant for many. */
function create(call: Call, directory: Directory, directories: Directories, at: number): Answer {
  return withBody(call, newSchema, at, ({ appId, ...given }) => {
    const { servicePrincipals, tenant } = directory;
    if (servicePrincipals.some((known) => known.appId === appId)) {
      const message = `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`;
      return graphError(409, 'Request_MultipleObjectsWithSameKeyValue', message, at);
    }
    const registered = directories.applicationWith(appId);
    const reachable =
      registered !== undefined &&
      (registered.home.id === tenant.id || registered.application.signInAudience !== 'AzureADMyOrg');
    if (!reachable) return noApplication(appId, at);
    const { displayName, signInAudience, appRoles } = registered.application;
    const principal = newServicePrincipal(tenant, {
      appId,
      displayName,
      signInAudience,
      appOwnerOrganizationId: registered.home.id,
      appRoles: [...appRoles],
    });
    change(principal, given);
    servicePrincipals.push(principal);
    return one(call, kind, principal, 201, at);
  });
}

function update(call: Call, principal: ServicePrincipal, at: number): Answer {
  return withBody(call, changesSchema, at, (changes) => {
    change(principal, changes);
    return empty(204);
  });
}

function change(principal: ServicePrincipal, changes: z.infer<typeof changesSchema>): void {
  Object.assign(principal, changes);
}

/** Real directories answer so for seconds after an application was registered, too. */
function noApplication(appId: string, at: number): Answer {
  const message = `The appId '${appId}' of the service principal does not reference a valid application object.`;
  return graphError(400, 'Request_BadRequest', message, at, [
    { code: 'NoBackingApplicationObject', message, target: 'appId' },
  ]);
}
