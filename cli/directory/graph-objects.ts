import { z } from 'zod';
import type {
  Application,
  ApplicationChanges,
  AppRoleAssignment,
  FederatedCredential,
  ServicePrincipal,
} from './directory.ts';

/** How Graph writes the objects of a directory: the fields that are used, and nothing is wrong with the others. */

export const applicationFields =
  'id,appId,displayName,signInAudience,web,requiredResourceAccess,groupMembershipClaims,appRoles';
export const servicePrincipalFields = 'id,appId,displayName,appRoleAssignmentRequired,appRoles';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const appRoleSchema = z.object({
  id: z.string().min(1),
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  displayName: text,
  description: text,
  allowedMemberTypes: z.array(z.string()).nullish(),
  isEnabled: z.boolean().nullish(),
});

const applicationSchema = z.object({
  id: z.string().min(1),
  appId: z.string().min(1),
  displayName: text,
  signInAudience: text,
  web: z
    .object({
      redirectUris: z.array(z.string()).nullish(),
      implicitGrantSettings: z.object({ enableIdTokenIssuance: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
  requiredResourceAccess: z
    .array(
      z.object({
        resourceAppId: z.string(),
        resourceAccess: z.array(z.object({ id: z.string(), type: z.string() })),
      }),
    )
    .nullish(),
  groupMembershipClaims: z.string().nullish(),
  appRoles: z.array(appRoleSchema).nullish(),
});

export function readApplication(value: unknown): Application | undefined {
  const { success, data } = applicationSchema.safeParse(value);
  if (!success) return undefined;
  const { id, appId, displayName, signInAudience, web, requiredResourceAccess } = data;
  const { groupMembershipClaims: groupClaims, appRoles } = data;
  return {
    id,
    appId,
    displayName,
    signInAudience,
    redirectUris: web?.redirectUris ?? [],
    idTokens: web?.implicitGrantSettings?.enableIdTokenIssuance === true,
    requiredRoles: (requiredResourceAccess ?? []).flatMap(({ resourceAppId, resourceAccess }) =>
      resourceAccess
        .filter(({ type }) => type === 'Role')
        .map((access) => ({ resourceAppId, appRoleId: access.id })),
    ),
    ...(groupClaims === null || groupClaims === undefined ? {} : { groupClaims }),
    appRoles: (appRoles ?? []).map(({ allowedMemberTypes, isEnabled, ...role }) => ({
      ...role,
      allowedMemberTypes: allowedMemberTypes ?? [],
      isEnabled: isEnabled !== false,
    })),
  };
}

/** Only what is given, so that a change leaves the rest as it is. */
export function applicationBody(changes: ApplicationChanges): Record<string, unknown> {
  const { displayName, signInAudience, redirectUris, idTokens, requiredRoles } = changes;
  const { groupClaims, appRoles } = changes;
  const web = {
    ...(redirectUris === undefined ? {} : { redirectUris }),
    ...(idTokens === undefined ? {} : { implicitGrantSettings: { enableIdTokenIssuance: idTokens } }),
  };
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(signInAudience === undefined ? {} : { signInAudience }),
    ...(Object.keys(web).length === 0 ? {} : { web }),
    ...(groupClaims === undefined ? {} : { groupMembershipClaims: groupClaims }),
    ...(appRoles === undefined ? {} : { appRoles }),
    ...(requiredRoles === undefined
      ? {}
      : {
          requiredResourceAccess: [...new Set(requiredRoles.map(({ resourceAppId }) => resourceAppId))].map(
            (resourceAppId) => ({
              resourceAppId,
              resourceAccess: requiredRoles
                .filter((role) => role.resourceAppId === resourceAppId)
                .map(({ appRoleId }) => ({ id: appRoleId, type: 'Role' })),
            }),
          ),
        }),
  };
}

const servicePrincipalSchema = z.object({
  id: z.string().min(1),
  appId: z.string().min(1),
  displayName: text,
  appRoleAssignmentRequired: z.boolean().nullish(),
  appRoles: z.array(z.object({ id: z.string(), value: z.string().nullish() })).nullish(),
});

export function readServicePrincipal(value: unknown): ServicePrincipal | undefined {
  const { success, data } = servicePrincipalSchema.safeParse(value);
  if (!success) return undefined;
  const { id, appId, displayName, appRoleAssignmentRequired, appRoles } = data;
  return {
    id,
    appId,
    displayName,
    appRoleAssignmentRequired: appRoleAssignmentRequired === true,
    appRoles: (appRoles ?? []).map((role) => ({ id: role.id, value: role.value ?? '' })),
  };
}

const credentialSchema = z.object({
  id: z.string().min(1),
  name: text,
  issuer: text,
  subject: text,
  audiences: z.array(z.string()),
});

export function readFederatedCredential(value: unknown): FederatedCredential | undefined {
  return credentialSchema.safeParse(value).data;
}

const assignmentSchema = z.object({
  id: z.string().min(1),
  principalId: z.string(),
  resourceId: z.string(),
  appRoleId: z.string(),
});

export function readAssignment(value: unknown): AppRoleAssignment | undefined {
  return assignmentSchema.safeParse(value).data;
}

const personSchema = z.object({ id: z.string().min(1), displayName: text, userPrincipalName: text });

export function readPerson(value: unknown): { id: string; name: string } | undefined {
  const person = personSchema.safeParse(value).data;
  if (person === undefined) return undefined;
  const { id, displayName, userPrincipalName } = person;
  return { id, name: [userPrincipalName, displayName, id].find((name) => name !== '') ?? id };
}
