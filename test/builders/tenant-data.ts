import type {
  AlertStore,
  CoverageStore,
  NoticeStore,
  PoisonStore,
  TenantData,
  TimelineStore,
} from '../../shared/ports.ts';
import { auditRecord } from './audit-record.ts';
import { storedAlert, storedNotice, waitingNotice } from './stored-alert.ts';

/** Every store that holds something of a tenant. */
export interface DataStores {
  alerts: AlertStore & TenantData;
  notices: NoticeStore & TenantData;
  timeline: TimelineStore & TenantData;
  coverage: CoverageStore & TenantData;
  poison: PoisonStore & TenantData;
}

const user = { id: 'aaaaaaaa-0000-4000-8000-000000000001', upn: 'alex@contoso.com' };
const at = '2026-02-03T09:15:00.000Z';

/** Fills every store with something of a tenant, as a time of watching leaves it. */
export async function watchedForAWhile(tenantId: string, stores: DataStores, users = 3): Promise<void> {
  for (let index = 0; index < users; index += 1) {
    const alert = storedAlert({ id: String(index).padStart(64, '0'), tenantId });
    const notice = storedNotice({ key: `${tenantId} ${String(index)}` });
    await stores.alerts.save({ ...alert, notices: [notice] }, undefined);
    await stores.notices.putWaiting(waitingNotice(alert, notice));
    const target = { user: { ...user, id: `${user.id.slice(0, -2)}${String(index).padStart(2, '0')}` } };
    await stores.timeline.insert(tenantId, [auditRecord({ tenantId, target })]);
  }
  await stores.timeline.insert(tenantId, [
    auditRecord({ tenantId, target: { group: { id: 'g', name: 'G' } } }),
  ]);
  for (const source of ['entra-directory-audits', 'activity-exchange'] as const) {
    const windows = [{ from: at, to: at }];
    await stores.coverage.save({ tenantId, source, run: 1, first: false, windows, gaps: [] }, undefined);
  }
  const envelope = Buffer.from(JSON.stringify({ v: 1, tenantId, kind: 'k', items: [] })).toString('base64');
  await stores.poison.keep({ queue: 'collect', messageId: tenantId, insertedAt: at, body: envelope }, at);
  const unreadable = { queue: 'unreadable-x', messageId: tenantId, insertedAt: at, body: '{}', tenantId };
  await stores.poison.keep(unreadable, at);
  const firstLook = { finishedAt: at, sources: [], toldUntil: at };
  await stores.notices.saveChannel(`first-look:${tenantId}`, { firstLook }, undefined);
  const { state, version } = await stores.notices.readChannel('licences');
  const failingTenants = [...(state.failingTenants ?? []), tenantId];
  await stores.notices.saveChannel('licences', { ...state, lastPostAt: at, failingTenants }, version);
}

/** What is left of a tenant, by store. */
export async function leftOf(
  tenantId: string,
  stores: DataStores,
  users = 3,
): Promise<Record<string, number>> {
  const count = async <T>(rows: AsyncIterable<T>, isIt: (row: T) => boolean): Promise<number> => {
    let found = 0;
    for await (const row of rows) if (isIt(row)) found += 1;
    return found;
  };
  let records = (await stores.timeline.readGroupLicensing(tenantId, '2020-01-01T00:00:00.000Z')).length;
  for (let index = 0; index < users; index += 1) {
    const id = `${user.id.slice(0, -2)}${String(index).padStart(2, '0')}`;
    records += (await stores.timeline.readUser(tenantId, id)).length;
  }
  const { firstLook } = (await stores.notices.readChannel(`first-look:${tenantId}`)).state;
  const { failingTenants = [] } = (await stores.notices.readChannel('licences')).state;
  return {
    alerts: await count(stores.alerts.list({ tenantIds: [tenantId] }), () => true),
    waiting: await count(stores.notices.listWaiting('licences'), (row) => row.tenantId === tenantId),
    records,
    names: (await stores.timeline.findUser(tenantId, user.upn)) === undefined ? 0 : 1,
    coverage: await count(stores.coverage.list(), (row) => row.tenantId === tenantId),
    poison: await count(stores.poison.list(), ({ messageId }) => messageId === tenantId),
    firstLook: firstLook === undefined ? 0 : 1,
    failing: failingTenants.includes(tenantId) ? 1 : 0,
  };
}

export const nothingLeft = {
  alerts: 0,
  waiting: 0,
  records: 0,
  names: 0,
  coverage: 0,
  poison: 0,
  firstLook: 0,
  failing: 0,
};
