import { z } from 'zod';
import { readJson, type Wrong } from './config-problems.ts';

export interface TenantSettings {
  id: string;
  name: string;
  domain?: string;
}

/** Which tenants are watched: those that the setting lists, or those that a command has put into the table. */
export type TenantsSetting = { kind: 'list'; tenants: TenantSettings[] } | { kind: 'table' };

/** The ids of those that are watched; undefined where only the table knows them. */
export function tenantIdsOf(setting: TenantsSetting): string[] | undefined {
  return setting.kind === 'list' ? setting.tenants.map(({ id }) => id) : undefined;
}

/** A GUID; the simulated tenant has other ids too. */
export const tenantIdPattern = /^[0-9a-z-]{1,64}$/i;

const tenantsSchema = z
  .array(
    z.object({
      id: z.string().regex(tenantIdPattern, 'must be the tenant id'),
      name: z.string().min(1),
      domain: z.string().min(1).optional(),
    }),
  )
  .min(1, 'name at least one tenant');

export function readTenants(value: string | undefined, wrong: Wrong): TenantsSetting {
  const expected =
    'a JSON list of {"id", "name", "domain"?}, or table for those that `gracewatch tenants add` adds';
  if (value === 'table') return { kind: 'table' };
  if (value === undefined) {
    wrong('GRACEWATCH_TENANTS', `is missing; it must be ${expected}`);
    return { kind: 'list', tenants: [] };
  }
  const listed = readJson('GRACEWATCH_TENANTS', value, tenantsSchema, expected, wrong) ?? [];
  const seen = new Set<string>();
  const tenants = listed.map(({ id, name, domain }) => {
    const tenantId = id.toLowerCase();
    if (seen.has(tenantId)) wrong('GRACEWATCH_TENANTS', `names tenant ${tenantId} twice`);
    seen.add(tenantId);
    return { id: tenantId, name, ...(domain === undefined ? {} : { domain }) };
  });
  return { kind: 'list', tenants };
}
