import { z } from 'zod';
import { type Answer, type Call, empty } from '../answer.ts';
import { badRequest, methodNotAllowed, notFound } from '../graph-error.ts';
import { stableGuid } from '../stable-guid.ts';
import type { Application, Directory } from './objects.ts';
import { answerFederatedCredentials } from './federated-credentials.ts';
import type { ObjectPath } from './object-path.ts';
import { type EntityKind, list, one } from './query-options.ts';
import { guid, withBody } from './request-body.ts';

const kind: EntityKind = {
  type: 'application',
  context: 'applications',
  filters: ['appId', 'displayName', 'uniqueName'],
};

const changesSchema = z
  .strictObject({
    displayName: z.string().min(1).max(256),
    description: z.string().nullable(),
    notes: z.string().nullable(),
    tags: z.array(z.string()),
    signInAudience: z.enum([
      'AzureADMyOrg',
      'AzureADMultipleOrgs',
      'AzureADandPersonalMicrosoftAccount',
      'PersonalMicrosoftAccount',
    ]),
    identifierUris: z.array(z.string()),
    web: z
      .strictObject({
        homePageUrl: z.string().nullable(),
        logoutUrl: z.string().nullable(),
        redirectUris: z.array(z.url()),
        implicitGrantSettings: z
          .strictObject({ enableAccessTokenIssuance: z.boolean(), enableIdTokenIssuance: z.boolean() })
          .partial(),
      })
      .partial(),
    api: z.strictObject({ requestedAccessTokenVersion: z.literal([1, 2]).nullable() }).partial(),
    requiredResourceAccess: z.array(
      z.strictObject({
        resourceAppId: guid,
        resourceAccess: z.array(z.strictObject({ id: guid, type: z.enum(['Role', 'Scope']) })),
      }),
    ),
    groupMembershipClaims: z
      .enum(['None', 'SecurityGroup', 'DirectoryRole', 'ApplicationGroup', 'All'])
      .nullable(),
    appRoles: z.array(
      z.strictObject({
        id: guid,
        value: z.string().min(1).max(120).nullable(),
        displayName: z.string().min(1),
        description: z.string().min(1),
        allowedMemberTypes: z.array(z.enum(['User', 'Application'])).min(1),
        isEnabled: z.boolean(),
      }),
    ),
  })
  .partial();
type Changes = z.infer<typeof changesSchema>;

/** Only the alternate key in the path sets a uniqueName; a body may repeat it there and nowhere else. */
const bodySchema = changesSchema.extend({ uniqueName: z.string().optional() });

/** `/applications…`: registered applications and the identities that they trust. */
export function answerApplications(call: Call, path: ObjectPath, directory: Directory, at: number): Answer {
  const { applications } = directory;
  const { key } = path;
  if (key === undefined) {
    const all = applications.map(({ application }) => application);
    if (call.method === 'GET') return list(call, kind, all, at);
    return call.method === 'POST' ? create(call, directory, at) : methodNotAllowed(at);
  }
  const registered = applications.find(({ application }) => application[key.name] === key.value);
  if (registered === undefined) {
    const upsert = call.method === 'PATCH' && key.name === 'uniqueName' && path.part === undefined;
    if (upsert && createsIfMissing(call)) return createWithName(call, directory, key.value, at);
    return notFound(key.value, at);
  }
  if (path.part === 'federatedIdentityCredentials') {
    return answerFederatedCredentials(call, path.partKey, registered, at);
  }
  if (path.part !== undefined) return notFound(path.part, at);
  if (call.method === 'GET') return one(call, kind, registered.application, 200, at);
  return call.method === 'PATCH' ? update(call, registered.application, directory, at) : methodNotAllowed(at);
}

/** Without this preference the alternate key only updates (Graph reference, "Upsert application"). */
function createsIfMissing({ prefer = '' }: Call): boolean {
  return prefer.split(',').some((preference) => preference.trim().toLowerCase() === 'create-if-missing');
}

function create(call: Call, directory: Directory, at: number): Answer {
  return withBody(call, bodySchema, at, ({ uniqueName, ...given }) =>
    uniqueName === undefined
      ? register(call, directory, null, given, at)
      : badRequest("Property 'uniqueName' is read-only and cannot be set.", at),
  );
}

function createWithName(call: Call, directory: Directory, name: string, at: number): Answer {
  return withBody(call, bodySchema, at, ({ uniqueName = name, ...given }) =>
    uniqueName === name
      ? register(call, directory, name, given, at)
      : badRequest("Property 'uniqueName' does not match the key of the request.", at),
  );
}

function register(
  call: Call,
  { tenant, applications }: Directory,
  uniqueName: string | null,
  given: Changes,
  at: number,
): Answer {
  const { displayName } = given;
  if (displayName === undefined) {
    return badRequest(
      'One or more properties are required but missing: displayName. (A property is required.)',
      at,
    );
  }
  const seed = `${tenant.id}/application/${uniqueName ?? `number ${applications.length}`}`;
  const application: Application = {
    id: stableGuid(`${seed}/object`),
    appId: stableGuid(`${seed}/client`),
    uniqueName,
    displayName,
    createdDateTime: new Date(at).toISOString(),
    publisherDomain: tenant.domain,
    signInAudience: 'AzureADMyOrg',
    description: null,
    notes: null,
    tags: [],
    identifierUris: [],
    web: {
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    },
    api: { requestedAccessTokenVersion: null },
    requiredResourceAccess: [],
    groupMembershipClaims: null,
    appRoles: [],
  };
  change(application, given);
  applications.push({ application, credentials: [] });
  return one(call, kind, application, 201, at);
}

function update(call: Call, application: Application, { servicePrincipals }: Directory, at: number): Answer {
  return withBody(call, bodySchema, at, ({ uniqueName = application.uniqueName, ...given }) => {
    if (uniqueName !== application.uniqueName) {
      return badRequest("Property 'uniqueName' is read-only and cannot be set.", at);
    }
    const kept = new Set((given.appRoles ?? application.appRoles).map(({ id }) => id));
    if (application.appRoles.some(({ id, isEnabled }) => isEnabled && !kept.has(id))) {
      return badRequest('Property value cannot be deleted unless it is disabled first.', at);
    }
    change(application, given);
    const own = servicePrincipals.find(({ appId }) => appId === application.appId);
    if (own !== undefined) own.appRoles = [...application.appRoles];
    return empty(204);
  });
}

/** Lists are replaced; what is not named within `web` and `api` stays. */
function change(application: Application, { web = {}, api = {}, appRoles, ...plain }: Changes): void {
  if (appRoles !== undefined)
    application.appRoles = appRoles.map((role) => ({ ...role, origin: 'Application' }));
  const { implicitGrantSettings = {}, ...pages } = web;
  Object.assign(application, plain);
  Object.assign(application.api, api);
  Object.assign(application.web, pages);
  Object.assign(application.web.implicitGrantSettings, implicitGrantSettings);
}
