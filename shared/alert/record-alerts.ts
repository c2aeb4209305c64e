import type { ChannelSettings } from '../config.ts';
import { channelsFor } from './routing.ts';
import { readEnvelope } from '../envelope.ts';
import { queueOfRule } from '../evaluate/families.ts';
import { type Finding, findingSchema } from '../evaluate/finding.ts';
import {
  firstSubjectsKind,
  subjectsInMessage,
  subjectsKind,
  type SubjectToEvaluate,
} from '../evaluate/subject-to-evaluate.ts';
import { groupedBy } from '../text/order.ts';
import type { AlertStore } from './alert-store.ts';
import type { Clock, Log, OversizeItems, Queues, QueueName } from '../ports.ts';
import type { WaitingNotices } from './waiting-notices.ts';
import type { StoredAlert } from './alert.ts';
import { applyFinding } from './lifecycle.ts';
import { waitingNotices, withNotices } from './notices.ts';

export interface RecordAlertsPorts {
  alerts: AlertStore;
  notices: WaitingNotices;
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
  /** By queue, kind of message and subject: each is looked at again once. */
  const again = new Map<string, LookAgain>();
  const failures: unknown[] = [];
  for (const [index, item] of (await ports.oversize.resolve(items)).entries()) {
    try {
      const finding = findingSchema.safeParse(item);
      if (!finding.success) throw new Error(`item ${String(index + 1)} of the message is no finding`);
      const { alert, lookAgain } = await recordFinding(finding.data, ports, settings, now);
      if (lookAgain !== undefined) {
        const { rule, subject, firstCollection } = finding.data;
        const look: LookAgain = {
          queue: queueOfRule(rule),
          kind: firstCollection === true ? firstSubjectsKind : subjectsKind,
          subject: { kind: subject.kind, id: subject.id, why: lookAgain },
        };
        again.set(JSON.stringify([look.queue, look.kind, subject.kind, subject.id]), look);
      }
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
  const byMessage = groupedBy(again.values(), ({ queue, kind: of }) => `${queue} ${of}`);
  for (const looks of byMessage.values()) {
    const [first] = looks;
    if (first === undefined) continue;
    const subjects = looks.map(({ subject }) => subject);
    const options = { mostItems: subjectsInMessage, delaySeconds: lookAgainSeconds };
    await ports.queues.send(first.queue, tenantId, first.kind, subjects, options);
  }
  if (failures.length > 0) {
    throw new Error(`${String(failures.length)} of ${String(items.length)} findings could not be recorded`, {
      cause: failures[0],
    });
  }
}

interface LookAgain {
  queue: QueueName;
  kind: string;
  subject: SubjectToEvaluate;
}

/** What is under way may settle it meanwhile; and should two verdicts never agree, they do not drive each other at full speed. */
const lookAgainSeconds = 10;

/**
 * A later verdict that said nothing of this may have passed by before the alert was there to be cleared, so after an opening the subject is
 * looked at once more; also when the message that opened it is handled again. Of one timeline alone that cannot be: what has seen more
 * rows speaks of all that ever fired.
 */
function lookAgainAfter(
  { state, episode, basis, evaluatedAt = '' }: Finding,
  stored: StoredAlert | undefined,
): Pick<Recorded, 'lookAgain'> {
  const isOfNow = episode === undefined || basis.names.length > 1;
  const isBeforeOpening = stored === undefined || evaluatedAt < stored.openedAt;
  return state === 'firing' && isOfNow && isBeforeOpening ? { lookAgain: 'opened' } : {};
}

interface Recorded {
  /** As it is stored afterwards; undefined where there is none. */
  alert: StoredAlert | undefined;
  /** Why the subject is to be evaluated once more. */
  lookAgain?: SubjectToEvaluate['why'];
}

async function recordFinding(
  finding: Finding,
  { alerts, log }: RecordAlertsPorts,
  { channels }: RecordAlertsSettings,
  now: string,
): Promise<Recorded> {
  const { tenantId, fingerprint, rule } = finding;
  const fields = { stage: 'alert', tenantId, fingerprint, ruleId: rule };
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const stored = await alerts.get(tenantId, fingerprint);
    const decision = applyFinding(finding, stored?.alert, now);
    switch (decision.kind) {
      case 'ignored':
        log.info('finding ignored', { ...fields, reason: decision.reason });
        return { alert: stored?.alert, ...(decision.again ? { lookAgain: 'basis' } : {}) };
      case 'unchanged':
        return { alert: stored?.alert, ...lookAgainAfter(finding, stored?.alert) };
      case 'changed': {
        const routed = channelsFor(decision.alert, channels);
        const alert = withNotices(decision.alert, decision.reasons, { all: channels, routed }, now);
        if ((await alerts.save(alert, stored)) === 'saved') {
          const reason = decision.reasons.join(', ') || 'none';
          log.info('alert recorded', { ...fields, status: alert.status, episode: alert.episode, reason });
          return { alert, ...lookAgainAfter(finding, stored?.alert) };
        }
      }
    }
  }
  throw new Error(`alert ${fingerprint} was changed by others ${String(mostAttempts)} times in a row`);
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
