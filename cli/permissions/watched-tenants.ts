import { createClock } from '../../shared/adapters/clock.ts';
import { connectStorage, statusOf } from '../../shared/adapters/storage.ts';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import type { Reach, TenantSettings } from '../../shared/config.ts';
import names from '../../shared/names.json' with { type: 'json' };
import { createTenants } from '../../shared/tenants/tenants.ts';
import { personCredential } from '../person-token.ts';
import { type Target, TargetUnreachable } from '../target/target.ts';

/** The tenants of the setting, or those that were put into the table. @throws TargetUnreachable */
export async function watchedTenants(
  { app }: Target,
  { storage, tenants }: Reach,
): Promise<TenantSettings[]> {
  const credential = app === undefined ? undefined : personCredential(app.tenantId);
  const table = connectStorage(storage, credential).table(names.tables.tenants);
  try {
    const { watched } = await createTenants(tenants, createTenantTable(table), createClock()).read();
    return watched;
  } catch (error) {
    throw new TargetUnreachable(
      statusOf(error) === 403
        ? 'the table of tenants may not be read: the role Storage Table Data Reader on the storage account is lacking, or its firewall keeps this machine out'
        : 'the table of tenants could not be read: npx gracewatch doctor says why',
    );
  }
}
