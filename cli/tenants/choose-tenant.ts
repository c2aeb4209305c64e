import type { TenantRow } from '../../shared/tenants/tenant-store.ts';
import { UsageError } from '../arguments/arguments.ts';

/** The row with this id, domain or name. @throws UsageError where there is none, or several */
export function chooseTenant(rows: readonly TenantRow[], asked: string): TenantRow {
  const wanted = asked.toLowerCase();
  const byId = rows.find(({ id }) => id === wanted);
  if (byId !== undefined) return byId;
  const [found, ...others] = rows.filter(({ name, domain }) =>
    [name, domain, domain?.replace(/\.onmicrosoft\.com$/i, '')].some(
      (known) => known?.toLowerCase() === wanted,
    ),
  );
  if (found === undefined) throw new UsageError(`no tenant of the table has the id, domain or name ${asked}`);
  if (others.length > 0) {
    const ids = [found, ...others].map(({ id }) => id).join(', ');
    throw new UsageError(`several tenants are called ${asked}: give the id, one of ${ids}`);
  }
  return found;
}

/** As people know it: `Contoso (contoso.com)`. */
export function tenantTitle({ id, name, domain }: Pick<TenantRow, 'id' | 'name' | 'domain'>): string {
  const known = domain ?? id;
  return name.toLowerCase() === known.toLowerCase() ? known : `${name} (${known})`;
}
