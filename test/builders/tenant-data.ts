import { type AlertStore, everyAlert } from '../../shared/alert/alert-store.ts';
import type { CoverageStore } from '../../shared/coverage/coverage-store.ts';
import type { NoticeStore } from '../../shared/deliver/channel-store.ts';
import type { FirstLookStore } from '../../shared/deliver/first-look-store.ts';
import type { PoisonStore } from '../../shared/queues/poison-store.ts';
import type { SnapshotStore } from '../../shared/state/snapshot-store.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import type { TimelineStore } from '../../shared/timeline/timeline-store.ts';
import { auditRecord } from './audit-record.ts';
import { storedAlert, storedNotice, waitingNotice } from './stored-alert.ts';

/** Every store that holds something of a tenant. */
export interface DataStores {
  alerts: AlertStore & TenantData;
  notices: NoticeStore & TenantData;
  firstLooks: FirstLookStore & TenantData;
  timeline: TimelineStore & TenantData;
  snapshots: SnapshotStore & TenantData;
  coverage: CoverageStore & TenantData;
  poison: PoisonStore & TenantData;
}

const user = { id: 'aaaaaaaa-0000-4000-8000-000000000001', upn: 'alex@contoso.com' };
const at = '2026-02-03T09:15:00.000Z';
const snapshot = {
  source: 'queue' as const,
  subject: { kind: 'queue' as const, id: 'collect' },
  readAt: at,
  value: { kept: 0, latest: [] },
};

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
  await stores.snapshots.put(tenantId, snapshot);
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
  const newest = { messageId: tenantId, insertedAt: at };
  await stores.poison.saveTold({ queue: 'collect', tenantId, kept: 1, newest, toldAt: at });
  const look = { finishedAt: at, sources: [], toldUntil: at };
  await stores.firstLooks.saveFirstLook(tenantId, look, undefined);
  const { state, version } = await stores.notices.readChannel('licences');
  const failingTenants = [...(state.failingTenants ?? []), tenantId];
  await stores.notices.saveChannel('licences', { ...state, lastPostAt: at, failingTenants }, version);
}

const always = [{ from: '2020-01-01T00:00:00.000Z', to: '2030-01-01T00:00:00.000Z' }];

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
  let records = (await stores.timeline.readGroupLicensing(tenantId, always)).length;
  for (let index = 0; index < users; index += 1) {
    const id = `${user.id.slice(0, -2)}${String(index).padStart(2, '0')}`;
    records += (await stores.timeline.readSubject(tenantId, { kind: 'user', id })).records.length;
  }
  const firstLook = await stores.firstLooks.readFirstLook(tenantId);
  const { failingTenants = [] } = (await stores.notices.readChannel('licences')).state;
  return {
    alerts: await count(everyAlert(stores.alerts, { tenantIds: [tenantId] }), () => true),
    waiting: await count(stores.notices.listWaiting('licences'), (row) => row.tenantId === tenantId),
    records,
    snapshots:
      (await stores.snapshots.read(tenantId, snapshot.source, snapshot.subject.id)) === undefined ? 0 : 1,
    names: (await stores.timeline.findUser(tenantId, user.upn)) === undefined ? 0 : 1,
    coverage: await count(stores.coverage.list(), (row) => row.tenantId === tenantId),
    poison: await count(stores.poison.list(), ({ messageId }) => messageId === tenantId),
    toldPoison: (await stores.poison.readNotes()).told.filter((row) => row.tenantId === tenantId).length,
    firstLook: firstLook === undefined ? 0 : 1,
    failing: failingTenants.includes(tenantId) ? 1 : 0,
  };
}

export const nothingLeft = {
  alerts: 0,
  waiting: 0,
  records: 0,
  snapshots: 0,
  names: 0,
  coverage: 0,
  poison: 0,
  toldPoison: 0,
  firstLook: 0,
  failing: 0,
};
