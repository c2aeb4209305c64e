import { z } from 'zod';
import { readJson, type Wrong } from './config-problems.ts';
import { tenantIdPattern, type TenantsSetting, tenantIdsOf } from './config-tenants.ts';

/** What somebody may: a reader sees what a tenant has, an operator also acknowledges, snoozes and reopens. */
export const accessRoles = ['reader', 'operator'] as const;
export type AccessRole = (typeof accessRoles)[number];

/** Somebody, or the members of a group, and what he may. */
export interface AccessGrant {
  /** Object id of a person, an application or a group, in lower case. */
  principal: string;
  role: AccessRole;
  /** Ids in lower case; undefined: all. */
  tenants?: readonly string[];
}

/** An object id; those of the simulated tenant have other forms too. A mail address or a name with blanks is none. */
const objectIdPattern = /^[0-9a-z-]{1,64}$/i;
const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const accessSchema = z.array(
  z.strictObject({
    principal: z
      .string()
      .regex(
        objectIdPattern,
        'must be the object id of a person, an application or a group, never a name or a mail address: az ad user show --id MAIL --query id',
      ),
    role: z.enum(accessRoles, 'must be reader or operator'),
    tenants: z
      .array(z.string().regex(tenantIdPattern, 'must be a tenant id'))
      .min(1, 'name at least one tenant, or leave tenants out for all of them')
      .exactOptional(),
  }),
);

const expected =
  'a JSON list of {"principal": object id of a person or group, "role": "reader" or "operator", "tenants"?: ids}';

/** @param note takes what is right in form and has no effect */
export function readGrants(
  value: string | undefined,
  tenants: TenantsSetting,
  wrong: Wrong,
  note: (warning: string) => void,
): AccessGrant[] {
  const entries = readJson('GRACEWATCH_ACCESS', value ?? '[]', accessSchema, expected, wrong) ?? [];
  const watched = tenantIdsOf(tenants);
  return entries.flatMap((entry, index) => {
    const where = `GRACEWATCH_ACCESS (entry ${index + 1})`;
    const principal = entry.principal.toLowerCase();
    if (isAppRole(principal)) {
      // Whoever holds the app role has it for all tenants already; an entry that says less or more would be a false sentence.
      if (principal !== entry.role || entry.tenants !== undefined) {
        wrong(
          where,
          `the app role ${principal} is the role ${principal} for all tenants: leave the entry out, or name object ids instead`,
        );
      }
      return [];
    }
    if (!guidPattern.test(principal)) note(`${where} names a principal that is no object id`);
    const ofEntry = entry.tenants?.map((id) => id.toLowerCase());
    for (const id of ofEntry ?? []) {
      if (watched?.includes(id) === false)
        note(`${where} names tenant ${id}, which GRACEWATCH_TENANTS does not`);
    }
    return [{ principal, role: entry.role, ...(ofEntry === undefined ? {} : { tenants: ofEntry }) }];
  });
}

function isAppRole(text: string): text is AccessRole {
  return accessRoles.some((role) => role === text);
}
