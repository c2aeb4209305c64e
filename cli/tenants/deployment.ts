import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import { type Reach, readReach } from '../../shared/config.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { AlertStore } from '../../shared/alert/alert-store.ts';
import type { LogCoverageRow, CoverageStore } from '../../shared/coverage/coverage-store.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { TenantStore } from '../../shared/tenants/tenant-store.ts';
import { type Storage, storageOf } from '../storage/storage.ts';
import { readTarget, secretPlaceOf, type Target, type TargetValues } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { findTenant } from './find-tenant.ts';

/** A deployment and what it keeps of its tenants; with the rights of the person where it is an app in Azure. */
export interface Deployment {
  target: Target;
  reach: Reach;
  storage: Storage;
  tenants: TenantStore;
  coverage: CoverageStore;
  alerts: AlertStore;
  /** The id of the tenant with this id or domain, as its cloud knows it; undefined where there is none. */
  find: (idOrDomain: string) => Promise<ReadOutcome<string | undefined>>;
}

/** @throws UsageError, TargetUnreachable, SettingsError */
export async function readDeployment(values: TargetValues, workplace: Workplace): Promise<Deployment> {
  const target = await readTarget(values, workplace);
  const reach = readReach(target.settings, secretPlaceOf(target));
  const storage = storageOf(reach.storage, target.app?.tenantId);
  const table = (name: string) => storage.clients.table(name);
  return {
    target,
    reach,
    storage,
    tenants: createTenantTable(table(names.tables.tenants)),
    coverage: createCoverageTable(table(names.tables.coverage)),
    alerts: createAlertTable(table(names.tables.alerts)),
    find: (idOrDomain) => findTenant(reach.endpoints.authority, idOrDomain),
  };
}

/** The rows of coverage of each tenant. */
export async function coverageByTenant(coverage: CoverageStore): Promise<Map<string, LogCoverageRow[]>> {
  const rows = new Map<string, LogCoverageRow[]>();
  for await (const row of coverage.list()) rows.set(row.tenantId, [...(rows.get(row.tenantId) ?? []), row]);
  return rows;
}
