import type { AlertAsRead } from '../alert/alert-store.ts';
import type { StoredAlert, StoredNotice } from '../alert/alert.ts';
import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { type AtFault, setAside } from './set-aside.ts';

/** What becomes of the notices of one alert, and what waits elsewhere because of it. */
export interface Outcomes {
  /** All notices of the alert as they are from now on; undefined where nothing changes. */
  notices?: StoredNotice[];
  forward: WaitingNotice[];
  /** Keys of those that wait on. */
  waitOn?: string[];
}

/** Decides about the notices of one alert; `undefined` stands for a digest, which belongs to no alert. */
export type DecideOutcomes = (alert: StoredAlert | undefined, rows: readonly WaitingNotice[]) => Outcomes;

/** What was told of the alerts: the sequence of each notice, by its key, and the alerts as they were read for it. */
export interface Told {
  sequences: ReadonlyMap<string, number>;
  /** By `alertKey`; a bounded number, the others are read again. */
  reads: ReadonlyMap<string, AlertAsRead>;
}

const alertsAtOnce = 16;
const mostAttempts = 8;

/** Waiting notices of one alert, or of none (a digest). */
export interface NoticesOfAlert {
  tenantId: string;
  alertId: string;
  rows: WaitingNotice[];
}

export function alertKey({ tenantId, alertId }: Pick<NoticesOfAlert, 'tenantId' | 'alertId'>): string {
  return JSON.stringify([tenantId, alertId]);
}

export function byAlert(rows: readonly WaitingNotice[]): NoticesOfAlert[] {
  const alerts = new Map<string, NoticesOfAlert>();
  for (const row of rows) {
    const { tenantId, alertId } = row;
    const key = row.digest === undefined ? alertKey(row) : row.key;
    const known = alerts.get(key);
    if (known === undefined) alerts.set(key, { tenantId, alertId, rows: [row] });
    else known.rows.push(row);
  }
  return [...alerts.values()];
}

interface OutcomesToWrite {
  channel: string;
  rows: readonly WaitingNotice[];
  decide: DecideOutcomes;
  /** Where the rows were told before. */
  told?: { at: string } & Told;
}

/**
 * Ends the waiting of `rows` in one channel: writes the outcome on their alerts, then what is forwarded, then removes the rows.
 * In this order a crash in between leaves rows whose work is seen to be done, and `decide` is asked again. What cannot be written on its
 * alert is set aside.
 */
export async function writeOutcomes(
  { channel, rows, decide, told }: OutcomesToWrite,
  ports: Pick<DeliveryPorts, 'alerts' | 'notices' | 'queues' | 'clock' | 'log'>,
  settings: Pick<DeliverySettings, 'retrySeconds'>,
): Promise<{ waitOn: boolean }> {
  const alerts = byAlert(rows);
  const atFault: AtFault[] = [];
  let waitOn = false;
  for (let start = 0; start < alerts.length; start += alertsAtOnce) {
    const batch = alerts.slice(start, start + alertsAtOnce);
    const results = await allOf(
      batch.map(async (entry) => {
        try {
          return await writeOutcome(entry, decide, told?.reads.get(alertKey(entry)), ports);
        } catch (error) {
          const failed = entry.rows.map((row): AtFault => {
            const sequence = told?.sequences.get(row.key);
            const sent = told === undefined || sequence === undefined ? undefined : { at: told.at, sequence };
            return { row, sent, error };
          });
          atFault.push(...failed);
          return undefined;
        }
      }),
    );
    const done = results.filter((result) => result !== undefined);
    const forward = done.flatMap((result) => result.forward);
    for (const notice of forward) await ports.notices.putWaiting(notice);
    const woken = new Map(forward.map((notice) => [notice.channel, notice.tenantId]));
    for (const [target, tenantId] of woken) {
      await ports.queues.send('notices', tenantId, 'notices-waiting', [{ channel: target }]);
    }
    await ports.notices.removeWaiting(
      channel,
      done.flatMap(({ ended }) => ended),
    );
    waitOn ||= done.some((result) => result.waitOn);
  }
  await setAside(channel, atFault, ports, settings);
  return { waitOn };
}

/** @returns what is to be forwarded, and the keys of the rows that wait no more */
async function writeOutcome(
  { tenantId, alertId, rows }: NoticesOfAlert,
  decide: DecideOutcomes,
  read: AlertAsRead | undefined,
  { alerts }: Pick<DeliveryPorts, 'alerts'>,
): Promise<{ forward: WaitingNotice[]; ended: string[]; waitOn: boolean }> {
  const result = ({ forward, waitOn = [] }: Outcomes) => {
    const keys = rows.map(({ key }) => key).filter((key) => !waitOn.includes(key));
    return { forward, ended: keys, waitOn: waitOn.length > 0 };
  };
  if (rows.every(({ digest }) => digest !== undefined)) return result(decide(undefined, rows));

  let found = read ?? (await alerts.get(tenantId, alertId));
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    if (found === undefined) return result({ forward: [] });
    const outcomes = decide(found.alert, rows);
    if (outcomes.notices === undefined) return result(outcomes);
    const saved = await alerts.save({ ...found.alert, notices: outcomes.notices }, found);
    if (saved === 'saved') return result(outcomes);
    found = await alerts.get(tenantId, alertId);
  }
  throw new AlertBusy(`alert ${alertId} is being changed by others all the time`);
}

class AlertBusy extends Error {
  override name = 'AlertBusy';
}

/** Like Promise.all, but nothing is still being written when it throws. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const done = await Promise.allSettled(work);
  return done.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/**
 * What was told is sent; what has an outcome keeps it. A notice that was decided anew while its card was on the way has a higher sequence
 * than was told: it waits on, because what it stands for now was not on the card.
 */
export function sent(told: Told, at: string): DecideOutcomes {
  return (alert, rows) => {
    if (alert === undefined) return { forward: [] };
    const known = new Map(
      rows.flatMap(({ key, aside }): [string, { at: string; sequence: number }][] => {
        const sequence = told.sequences.get(key);
        if (sequence !== undefined) return [[key, { at, sequence }]];
        return aside?.sent === undefined ? [] : [[key, aside.sent]];
      }),
    );
    const keys = new Set(rows.map(({ key }) => key));
    const waitOn: string[] = [];
    const notices = alert.notices.map((notice): StoredNotice => {
      if (notice.outcome !== 'waiting' || !keys.has(notice.key)) return notice;
      const telling = known.get(notice.key);
      if (telling === undefined || notice.sequence > telling.sequence) {
        waitOn.push(notice.key);
        return notice;
      }
      return { ...notice, outcome: 'sent', at: telling.at };
    });
    const changed = notices.some((notice, place) => notice !== alert.notices[place]);
    return { ...(changed ? { notices } : {}), forward: [], waitOn };
  };
}
