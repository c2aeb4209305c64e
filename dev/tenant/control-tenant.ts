import { z } from 'zod';
import { type Answer, json } from './answer.ts';
import { type AuditLogs, type ContentType, contentTypes } from './audit-logs.ts';
import type { Conditions } from './conditions.ts';
import { type ContentSubscriptions, subscriptionStates } from './content-subscriptions.ts';
import { permissionNames } from './directory/app-roles.ts';
import type { Directories } from './directory/directory.ts';
import { granted, grantOnly } from './directory/watching-identity.ts';

/** What makes up the state of the tenants. */
export interface TenantParts {
  logs: AuditLogs;
  directories: Directories;
  conditions: Conditions;
  subscriptions: ContentSubscriptions;
  now: () => number;
}

/** An object whose names are checked, too: a misspelt one is told which there are. */
function named<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `no such name: ${issue.keys.join(', ')}; known are ${Object.keys(shape).join(', ')}`
        : undefined,
  });
}

const permission = z.string().refine((name) => permissionNames.includes(name), {
  error: `no such permission; known are ${permissionNames.join(', ')}`,
});

const subscription = z.enum(subscriptionStates).optional();
const subscriptionByType = {
  'Audit.AzureActiveDirectory': subscription,
  'Audit.Exchange': subscription,
  'Audit.SharePoint': subscription,
  'Audit.General': subscription,
  'DLP.All': subscription,
} satisfies Record<ContentType, typeof subscription>;

/** How a tenant is to be from now on; what is not named stays. */
export const tenantChangeSchema = named({
  tenantId: z.string(),
  /** false: as if its administrator had not let the application in, or had put it out again. */
  consent: z.boolean().optional(),
  /** Names of permissions: exactly these are granted to the watching identity. */
  permissions: z.array(permission).optional(),
  /** false: no Entra ID P1. */
  premium: z.boolean().optional(),
  /** true: codes in place of names in usage reports. */
  concealedNames: z.boolean().optional(),
  /** Of the Activity API. */
  contentTypes: named(subscriptionByType).optional(),
});
type TenantChange = z.infer<typeof tenantChangeSchema>;

/** Puts a tenant that exists into another state, and answers the whole of it. */
export function changeTenant(parts: TenantParts, change: TenantChange): Answer {
  const tenant = parts.logs.of(change.tenantId)?.tenant;
  if (tenant === undefined) return noTenant(change.tenantId);
  const { consent, permissions, premium, concealedNames } = change;
  const conditions = parts.conditions.of(tenant.id);
  if (consent !== undefined) conditions.consent = consent;
  if (premium !== undefined) conditions.premium = premium;
  if (concealedNames !== undefined) conditions.concealedNames = concealedNames;
  if (permissions !== undefined) grantOnly(parts.directories.of(tenant), permissions, parts.now());
  for (const type of contentTypes) {
    const state = change.contentTypes?.[type];
    if (state !== undefined) parts.subscriptions.set(tenant.id, type, state);
  }
  return tenantState(parts, tenant.id);
}

/** How a tenant is, in the form in which it is set. */
export function tenantState(parts: TenantParts, tenantId: string | null): Answer {
  const tenant = parts.logs.of(tenantId ?? '')?.tenant;
  if (tenant === undefined) return noTenant(tenantId ?? '');
  const directory = parts.directories.of(tenant);
  const states = contentTypes.map((type): [ContentType, string] => [
    type,
    parts.subscriptions.state(tenant.id, type),
  ]);
  return json(200, {
    tenantId: tenant.id,
    name: tenant.name,
    domain: tenant.domain,
    ...parts.conditions.of(tenant.id),
    permissions: granted(directory),
    contentTypes: Object.fromEntries(states),
  });
}

function noTenant(tenantId: string): Answer {
  return json(404, { error: `there is no tenant '${tenantId}'; GET /control/tenants lists them` });
}
