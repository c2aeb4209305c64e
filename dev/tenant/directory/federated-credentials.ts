import { z } from 'zod';
import { type Answer, type Call, empty } from '../answer.ts';
import { badRequest, graphError, methodNotAllowed, notFound } from '../graph-error.ts';
import { stableGuid } from '../stable-guid.ts';
import type { FederatedCredential, RegisteredApplication } from './objects.ts';
import { type EntityKind, list, one } from './query-options.ts';
import { withBody } from './request-body.ts';

/** FACTS 11.11. */
const mostCredentials = 20;

const kind: EntityKind = {
  type: 'federatedIdentityCredential',
  context: 'applications/federatedIdentityCredentials',
  filters: ['name', 'issuer', 'subject'],
};

const changesSchema = z
  .strictObject({
    issuer: z.url(),
    subject: z.string().min(1).max(600),
    audiences: z.array(z.string().min(1)).length(1),
    description: z.string().nullable(),
  })
  .partial();

const bodySchema = changesSchema.extend({
  /** At most 120 characters (FACTS 11.10). */
  name: z
    .string()
    .regex(/^[\w-]{1,120}$/)
    .optional(),
});

/** `/applications/{id}/federatedIdentityCredentials…`: whom the application trusts in place of a secret. */
export function answerFederatedCredentials(
  call: Call,
  key: string | undefined,
  registered: RegisteredApplication,
  at: number,
): Answer {
  const { credentials } = registered;
  if (key === undefined) {
    if (call.method === 'GET') return list(call, kind, credentials, at);
    return call.method === 'POST' ? add(call, registered, at) : methodNotAllowed(at);
  }
  const credential = credentials.find(({ id, name }) => id === key || name === key);
  if (credential === undefined) return notFound(key, at);
  switch (call.method) {
    case 'GET':
      return one(call, kind, credential, 200, at);
    case 'PATCH':
      return update(call, registered, credential, at);
    case 'DELETE':
      credentials.splice(credentials.indexOf(credential), 1);
      return empty(204);
    default:
      return methodNotAllowed(at);
  }
}

function add(call: Call, registered: RegisteredApplication, at: number): Answer {
  const { application, credentials } = registered;
  return withBody(call, bodySchema, at, ({ name, issuer, subject, audiences, description = null }) => {
    if (name === undefined || issuer === undefined || subject === undefined || audiences === undefined) {
      return badRequest('name, issuer, subject and audiences are required.', at);
    }
    if (credentials.some((known) => known.name === name)) {
      const message = `FederatedIdentityCredential with name ${name} already exists.`;
      return graphError(409, 'Request_MultipleObjectsWithSameKeyValue', message, at);
    }
    if (credentials.length >= mostCredentials) {
      // No source gives Graph's code and words for this.
      return badRequest(`An application can have at most ${mostCredentials} federated credentials.`, at);
    }
    const id = stableGuid(`${application.id}/credential/${name}`);
    const credential = { id, name, issuer, subject, audiences, description };
    if (isTaken(credentials, credential)) return taken(credential, at);
    credentials.push(credential);
    return one(call, kind, credential, 201, at);
  });
}

function update(
  call: Call,
  { credentials }: RegisteredApplication,
  credential: FederatedCredential,
  at: number,
): Answer {
  return withBody(call, bodySchema, at, ({ name = credential.name, ...changes }) => {
    if (name !== credential.name) return badRequest("Property 'name' cannot be changed.", at);
    const changed = Object.assign({ ...credential }, changes);
    const others = credentials.filter((other) => other !== credential);
    if (isTaken(others, changed)) return taken(changed, at);
    Object.assign(credential, changed);
    return empty(204);
  });
}

/** Compared letter by letter (FACTS 11.11). */
function isTaken(others: readonly FederatedCredential[], { issuer, subject }: FederatedCredential): boolean {
  return others.some((other) => other.issuer === issuer && other.subject === subject);
}

function taken({ issuer, subject }: FederatedCredential, at: number): Answer {
  const message = `The combination of issuer and subject must be unique for the application. Issuer ${issuer} and Subject: ${subject} already exist.`;
  return graphError(400, 'InvalidFederatedIdentityCredentialValue', message, at);
}
