import type { ChannelSettings } from '../config.ts';
import { channelsFor } from '../deliver/routing.ts';
import { readEnvelope } from '../envelope.ts';
import type { Finding } from '../evaluate/finding.ts';
import { findingSchema } from '../evaluate/finding-schema.ts';
import type { AlertStore, Clock, Log, NoticeStore, OversizeItems, Queues } from '../ports.ts';
import type { NoticeReason, StoredAlert, StoredNotice } from './alert.ts';
import { applyFinding } from './lifecycle.ts';
import { noticesFor, waitingNotices } from './notices.ts';

export interface RecordAlertsPorts {
  alerts: AlertStore;
  notices: NoticeStore;
  queues: Queues;
  oversize: OversizeItems;
  clock: Clock;
  log: Log;
}

export interface RecordAlertsSettings {
  channels: readonly ChannelSettings[];
  /** How long notices gather before they become a card. */
  groupSeconds: number;
}

/** How often an alert may be changed by others under our hands before the queue has to try again. */
const mostAttempts = 10;

/**
 * Handles one message of the queue `verdicts`: each finding changes its alert, and notices are decided and stored with it in one
 * transaction. Then whatever waits is put before its channel. A crash between the two is healed by handling the message again: what
 * waits is put again although nothing changed.
 * @throws when one of the findings could not be recorded, after the others were; handling the message again is harmless
 */
export async function recordAlerts(
  message: unknown,
  ports: RecordAlertsPorts,
  settings: RecordAlertsSettings,
): Promise<void> {
  const { tenantId, kind, items } = readEnvelope(message);
  if (kind !== 'findings') {
    throw new Error(`the queue verdicts does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`);
  }
  const now = ports.clock.now().toISOString();
  const channels = new Set<string>();
  const failures: unknown[] = [];
  for (const [index, item] of (await ports.oversize.resolve(items)).entries()) {
    try {
      const finding = findingSchema.safeParse(item);
      if (!finding.success) throw new Error(`item ${String(index + 1)} of the message is no finding`);
      const alert = await recordFinding(finding.data, ports, settings, now);
      for (const channel of await putWaiting(alert, ports)) channels.add(channel);
    } catch (error) {
      failures.push(error);
    }
  }
  for (const channel of channels) {
    await ports.queues.send('notices', tenantId, 'notices-waiting', [{ channel }], {
      delaySeconds: settings.groupSeconds,
    });
  }
  if (failures.length > 0) {
    throw new Error(`${String(failures.length)} of ${String(items.length)} findings could not be recorded`, {
      cause: failures[0],
    });
  }
}

/** The alert as it is stored afterwards; undefined where there is none. */
async function recordFinding(
  finding: Finding,
  { alerts, log }: RecordAlertsPorts,
  settings: RecordAlertsSettings,
  now: string,
): Promise<StoredAlert | undefined> {
  const { tenantId, fingerprint, rule } = finding;
  const fields = { stage: 'alert', tenantId, fingerprint, ruleId: rule };
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const stored = await alerts.get(tenantId, fingerprint);
    const decision = applyFinding(finding, stored?.alert, now);
    switch (decision.kind) {
      case 'ignored':
        log.info('finding ignored', { ...fields, reason: decision.reason });
        return stored?.alert;
      case 'unchanged':
        return stored?.alert;
      case 'changed': {
        const notices = noticesOf(decision.alert, decision.reasons, settings, now);
        const alert = { ...decision.alert, notices: [...decision.alert.notices, ...notices] };
        if ((await alerts.save(alert, stored?.version)) === 'saved') {
          const reason = decision.reasons.join(', ') || 'none';
          log.info('alert recorded', { ...fields, status: alert.status, episode: alert.episode, reason });
          return alert;
        }
      }
    }
  }
  throw new Error(`alert ${fingerprint} was changed by others ${String(mostAttempts)} times in a row`);
}

function noticesOf(
  alert: StoredAlert,
  reasons: readonly NoticeReason[],
  { channels }: RecordAlertsSettings,
  now: string,
): StoredNotice[] {
  return noticesFor(alert, reasons, { all: channels, routed: channelsFor(alert, channels) }, now);
}

/** Idempotent: the row in front of the channel has the notice's own key. */
async function putWaiting(alert: StoredAlert | undefined, { notices }: RecordAlertsPorts): Promise<string[]> {
  if (alert === undefined) return [];
  const waiting = waitingNotices(alert);
  for (const { channel, key, reason, at } of waiting) {
    await notices.putWaiting({ channel, key, tenantId: alert.tenantId, alertId: alert.id, reason, at });
  }
  return waiting.map(({ channel }) => channel);
}
