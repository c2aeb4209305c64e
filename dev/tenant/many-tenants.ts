import type { TenantDescription } from './audit-logs.ts';
import { stableGuid } from './stable-guid.ts';
import { contoso } from './story/contoso.ts';

/** The tenants of a service provider: Contoso, and others of which nothing is told. The same ids at every start. */
export function manyTenants(count: number): TenantDescription[] {
  const others = Array.from({ length: count - 1 }, (_, index) => {
    const number = String(index + 2).padStart(4, '0');
    return {
      id: stableGuid(`tenant/${number}`),
      name: `Customer ${number}`,
      domain: `customer-${number}.example`,
    };
  });
  return [contoso, ...others];
}
