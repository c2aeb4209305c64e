import { createClock } from '../../shared/adapters/clock.ts';
import { statusOf } from '../../shared/adapters/storage.ts';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import { readStorageSettings, type TenantSettings, type TenantsSetting } from '../../shared/config.ts';
import names from '../../shared/names.json' with { type: 'json' };
import { createTenants } from '../../shared/tenants/tenants.ts';
import { storageOf } from '../storage/storage.ts';
import { type Target, TargetUnreachable } from '../target/target.ts';

/** The tenants of the setting, or those that were put into the table. @throws SettingsError, TargetUnreachable */
export async function watchedTenants(
  { settings, app }: Target,
  setting: TenantsSetting,
): Promise<TenantSettings[]> {
  if (setting.kind === 'list') return setting.tenants;
  const { clients } = storageOf(readStorageSettings(settings), app?.tenantId);
  const table = createTenantTable(clients.table(names.tables.tenants));
  try {
    const { watched } = await createTenants(setting, table, createClock()).read();
    return watched;
  } catch (error) {
    throw new TargetUnreachable(
      statusOf(error) === 403
        ? 'the table of tenants may not be read: the role Storage Table Data Reader on the storage account is lacking, or its firewall keeps this machine out'
        : 'the table of tenants could not be read: npx gracewatch doctor says why',
    );
  }
}
