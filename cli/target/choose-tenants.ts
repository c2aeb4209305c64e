import type { TenantSettings } from '../../shared/config.ts';
import { UsageError } from '../arguments/arguments.ts';

/** The tenants that were asked for by id, name or domain; all where none was. @throws UsageError */
export function chooseTenants(
  tenants: readonly TenantSettings[],
  asked: readonly string[],
): readonly TenantSettings[] {
  if (asked.length === 0) return tenants;
  const chosen = asked.flatMap((text) => {
    const wanted = text.trim().toLowerCase();
    const found = tenants.filter(({ id, name, domain }) =>
      [id, name, domain].some((known) => known?.toLowerCase() === wanted),
    );
    if (found.length === 0) throw new UsageError(`no watched tenant has the id, name or domain ${text}`);
    return found;
  });
  return [...new Set(chosen)];
}
