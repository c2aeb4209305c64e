import { z } from 'zod';
import { type Answer, type Call, empty } from '../answer.ts';
import { badRequest, methodNotAllowed, notFound } from '../graph-error.ts';
import { holderWith, newAssignment } from './holders.ts';
import type { Directory, ServicePrincipal } from './objects.ts';
import { type EntityKind, list, one } from './query-options.ts';
import { guid, withBody } from './request-body.ts';

/** For a resource that declares no roles: may use it, with no role in particular. */
const noRoleInParticular = '00000000-0000-0000-0000-000000000000';

const newSchema = z.object({ principalId: guid, resourceId: guid, appRoleId: guid });

/**
 * Assignments of roles, seen from who holds them (`appRoleAssignments`) or from who gives them (`appRoleAssignedTo`).
 * @param owner the service principal in the path
 */
export function answerAssignments(
  call: Call,
  side: 'appRoleAssignments' | 'appRoleAssignedTo',
  key: string | undefined,
  owner: ServicePrincipal,
  directory: Directory,
  at: number,
): Answer {
  const { assignments } = directory;
  const kind: EntityKind = {
    type: 'appRoleAssignment',
    context: `servicePrincipals('${owner.id}')/${side}`,
    filters: ['principalDisplayName', 'resourceDisplayName'],
  };
  const end = side === 'appRoleAssignments' ? 'principalId' : 'resourceId';
  const here = assignments.filter((assignment) => assignment[end] === owner.id);
  if (key !== undefined) {
    const assignment = here.find(({ id }) => id === key);
    if (assignment === undefined) return notFound(key, at);
    if (call.method === 'GET') return one(call, kind, assignment, 200, at);
    if (call.method !== 'DELETE') return methodNotAllowed(at);
    assignments.splice(assignments.indexOf(assignment), 1);
    return empty(204);
  }
  if (call.method === 'GET') return list(call, kind, here, at);
  if (call.method !== 'POST') return methodNotAllowed(at);
  return withBody(call, newSchema, at, (given) => {
    const holder = holderWith(directory, given.principalId);
    const resource = directory.servicePrincipals.find(({ id }) => id === given.resourceId);
    if (holder === undefined) return notFound(given.principalId, at);
    if (resource === undefined) return notFound(given.resourceId, at);
    if (given[end] !== owner.id) return badRequest('Not a valid reference update.', at);
    if (!offers(resource, given.appRoleId)) {
      return badRequest('Permission being assigned was not found on application', at);
    }
    const assignment = newAssignment(holder, resource, given.appRoleId, at);
    if (assignments.some(({ id }) => id === assignment.id)) {
      return badRequest('Permission being assigned already exists on the object', at);
    }
    assignments.push(assignment);
    return one(call, kind, assignment, 201, at);
  });
}

function offers({ appRoles }: ServicePrincipal, appRoleId: string): boolean {
  if (appRoles.length === 0) return appRoleId === noRoleInParticular;
  return appRoles.some(({ id }) => id === appRoleId);
}
