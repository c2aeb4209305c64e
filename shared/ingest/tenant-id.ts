import { readObjectId } from './object-id.ts';

/** The first that names a tenant, in lower case. Exports hold templates that nobody filled: `$RestApiTenantId$`. */
export function readTenantId(...candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    const id = readObjectId(candidate);
    if (id !== undefined && !id.startsWith('$')) return id;
  }
  return undefined;
}

/** The tenant in a resource id of Azure Monitor: `/tenants/{id}/providers/Microsoft.aadiam`. */
export function tenantOfResource(resourceId: unknown): string | undefined {
  return typeof resourceId === 'string'
    ? readTenantId(/^\/tenants\/([^/]{1,100})(?:\/|$)/i.exec(resourceId)?.[1])
    : undefined;
}
