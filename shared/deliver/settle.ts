import type { StoredAlert, StoredNotice } from '../alert/alert.ts';
import type { WaitingNotice } from '../ports.ts';
import type { DeliveryPorts } from './delivery.ts';

/** What becomes of the notices of one alert, and what waits elsewhere because of it. */
export interface Settlement {
  /** All notices of the alert as they are from now on; undefined where nothing changes. */
  notices?: StoredNotice[];
  forward: WaitingNotice[];
}

const alertsAtOnce = 16;
const mostAttempts = 8;

/** Waiting notices of one alert, or of none (a digest). */
export interface NoticesOfAlert {
  tenantId: string;
  alertId: string;
  rows: WaitingNotice[];
}

export function byAlert(rows: readonly WaitingNotice[]): NoticesOfAlert[] {
  const alerts = new Map<string, NoticesOfAlert>();
  for (const row of rows) {
    const { tenantId, alertId } = row;
    const key = row.digest === undefined ? JSON.stringify([tenantId, alertId]) : row.key;
    const known = alerts.get(key);
    if (known === undefined) alerts.set(key, { tenantId, alertId, rows: [row] });
    else known.rows.push(row);
  }
  return [...alerts.values()];
}

/**
 * Ends the waiting of `rows` in one channel: writes the outcome on their alerts, then what is forwarded, then removes the rows.
 * In this order a crash in between leaves rows whose work is seen to be done, and `decide` is asked again.
 * `decide` gets `undefined` for a digest, which belongs to no alert.
 */
export async function settle(
  channel: string,
  rows: readonly WaitingNotice[],
  decide: (alert: StoredAlert | undefined, rows: readonly WaitingNotice[]) => Settlement,
  ports: Pick<DeliveryPorts, 'alerts' | 'notices' | 'queues'>,
): Promise<void> {
  const alerts = byAlert(rows);
  for (let start = 0; start < alerts.length; start += alertsAtOnce) {
    const batch = alerts.slice(start, start + alertsAtOnce);
    const forwarded = await allOf(batch.map((entry) => settleAlert(entry, decide, ports)));
    const woken = new Map(forwarded.flat().map((notice) => [notice.channel, notice.tenantId]));
    for (const [target, tenantId] of woken) {
      await ports.queues.send('notices', tenantId, 'notices-waiting', [{ channel: target }]);
    }
    await ports.notices.removeWaiting(
      channel,
      batch.flatMap(({ rows }) => rows.map(({ key }) => key)),
    );
  }
}

async function settleAlert(
  { tenantId, alertId, rows }: NoticesOfAlert,
  decide: (alert: StoredAlert | undefined, rows: readonly WaitingNotice[]) => Settlement,
  { alerts, notices }: Pick<DeliveryPorts, 'alerts' | 'notices'>,
): Promise<WaitingNotice[]> {
  const put = async (forward: WaitingNotice[]): Promise<WaitingNotice[]> => {
    for (const notice of forward) await notices.putWaiting(notice);
    return forward;
  };
  if (rows.every(({ digest }) => digest !== undefined)) return put(decide(undefined, rows).forward);

  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const found = await alerts.get(tenantId, alertId);
    if (found === undefined) return [];
    const { notices: changed, forward } = decide(found.alert, rows);
    if (changed === undefined) return put(forward);
    const outcome = await alerts.save({ ...found.alert, notices: changed }, found.version);
    if (outcome === 'saved') return put(forward);
  }
  throw new Error(`alert ${alertId} is being changed by others all the time`);
}

/** Like Promise.all, but nothing is still being written when it throws. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** What was told is sent; what has an outcome keeps it. */
export function sent(alert: StoredAlert | undefined, rows: readonly WaitingNotice[], at: string): Settlement {
  const keys = new Set(rows.map(({ key }) => key));
  const isTold = ({ key, outcome }: StoredNotice): boolean => outcome === 'waiting' && keys.has(key);
  if (alert === undefined || !alert.notices.some(isTold)) return { forward: [] };
  const notices = alert.notices.map((notice): StoredNotice =>
    isTold(notice) ? { ...notice, outcome: 'sent', at } : notice,
  );
  return { notices, forward: [] };
}
