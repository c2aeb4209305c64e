import type { StoredAlert, StoredNotice } from '../../shared/alert/alert.ts';
import type { DeliveryPorts, DeliverySettings } from '../../shared/deliver/delivery.ts';
import { nextSequence } from '../../shared/alert/notices.ts';
import { deliverNotices } from '../../shared/deliver/deliver-notices.ts';
import type { Envelope } from '../../shared/envelope.ts';
import type { DeliveryOutcome } from '../../shared/deliver/channel-sender.ts';
import type { LogFields } from '../../shared/ports.ts';
import type { WaitingNotice } from '../../shared/alert/waiting-notices.ts';
import { createMemoryAlertStore } from './memory-alert-store.ts';
import { createMemoryFirstLookStore } from './memory-first-look-store.ts';
import { createMemoryNoticeStore } from './memory-notice-store.ts';
import { createMemoryQueues } from './memory-queues.ts';
import { channelSettings, contoso, storedNotice, waitingNotice } from './stored-alert.ts';

export interface Posted {
  channel: string;
  text: string;
  idempotencyKey: string;
  at: string;
}

/** Delivery over stores in memory, a clock that tests turn, and channels that answer what tests say. */
export function deliveryInMemory(overrides: Partial<DeliverySettings> = {}) {
  const alerts = createMemoryAlertStore();
  const notices = createMemoryNoticeStore();
  const firstLooks = createMemoryFirstLookStore();
  const queues = createMemoryQueues();
  const posted: Posted[] = [];
  const logged: { level: 'info' | 'warn' | 'error'; message: string; fields: LogFields }[] = [];
  const answers = new Map<string, (post: Posted) => DeliveryOutcome>();
  /** Fingerprints of URLs that were corrected. */
  const urls = new Map<string, string>();
  let now = Date.parse('2026-02-03T10:00:00.000Z');
  /** When each message may be taken. */
  const pending: { at: number; envelope: Envelope }[] = [];
  const log =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      logged.push({ level, message, fields });
    };
  const ports: DeliveryPorts = {
    alerts,
    notices,
    firstLooks,
    queues,
    oversize: queues,
    clock: { now: () => new Date(now) },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    sender: {
      fingerprint: (channel) => urls.get(channel) ?? 'url',
      post(channel, card, idempotencyKey) {
        const post = { channel, text: JSON.stringify(card), idempotencyKey, at: new Date(now).toISOString() };
        const outcome = answers.get(channel)?.(post) ?? { kind: 'done' };
        if (outcome.kind === 'done') posted.push(post);
        return Promise.resolve(outcome);
      },
    },
  };
  const settings: DeliverySettings = {
    channels: [channelSettings()],
    tenants: [{ id: contoso, name: 'Contoso' }],
    publicUrl: 'https://gracewatch.contoso.com',
    postGapSeconds: 15,
    retrySeconds: 30,
    leaseSeconds: 60,
    ...overrides,
  };
  const deliver = (message: unknown): Promise<void> => deliverNotices(message, ports, settings);

  return {
    ports,
    settings,
    alerts,
    notices,
    firstLooks,
    queues,
    posted,
    logged,
    answers,
    urls,
    deliver,
    now: () => new Date(now).toISOString(),
    pass: (seconds: number): void => {
      now += seconds * 1000;
    },
    message: (channel = 'licences'): Envelope => ({
      v: 1,
      tenantId: contoso,
      kind: 'notices-waiting',
      items: [{ channel }],
    }),

    /** Stores the alert with its notices as `record-alerts` would. */
    async store(alert: StoredAlert, ...due: Partial<StoredNotice>[]): Promise<void> {
      const found = await alerts.get(alert.tenantId, alert.id);
      const before = found?.alert.notices ?? [];
      const stored = due.map((notice, index) =>
        storedNotice({
          key: `${alert.id}-${notice.reason ?? 'opened'}`,
          sequence: nextSequence(before) + index,
          ...notice,
        }),
      );
      await alerts.save({ ...alert, notices: [...before, ...stored] }, found);
      for (const notice of stored) await notices.putWaiting(waitingNotice(alert, notice));
    },

    async waiting(channel = 'licences'): Promise<WaitingNotice[]> {
      const rows: WaitingNotice[] = [];
      for await (const row of notices.listWaiting(channel)) rows.push(row);
      return rows;
    },

    async noticesOf(id: string): Promise<StoredNotice[]> {
      return (await alerts.get(contoso, id))?.alert.notices ?? [];
    },

    /** Handles what is in the queue, turning the clock to what is delayed, until nothing is left. */
    async drain(mostSeconds = 24 * 3600): Promise<void> {
      const end = now + mostSeconds * 1000;
      for (;;) {
        for (const { envelope, delaySeconds } of queues.take('notices')) {
          pending.push({ at: now + delaySeconds * 1000, envelope });
        }
        pending.sort((a, b) => a.at - b.at);
        const next = pending[0];
        if (next === undefined || next.at > end) return;
        pending.shift();
        now = Math.max(now, next.at);
        await deliver(next.envelope);
      }
    },
  };
}
