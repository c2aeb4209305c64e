import { createHash } from 'node:crypto';
import type { AlertAsRead } from '../alert/alert-store.ts';
import type { StoredAlert, StoredNotice } from '../alert/alert.ts';
import { waitingNotices } from '../alert/notices.ts';
import type { ChannelState } from './channel-store.ts';
import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { AdaptiveCard } from '../card/adaptive-card.ts';
import { alertCard } from '../card/alert-card.ts';
import type { CardSetting } from '../card/card-setting.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { type Digest, digestCard } from '../card/digest-card.ts';
import { groupedCard } from '../card/grouped-card.ts';
import { type Line, lineOf } from '../card/grouping.ts';
import type { Fullness } from '../card/message.ts';
import { type AtFault, setAside } from './set-aside.ts';
import { type WaitingForChannel, waitingWithKeys } from './waiting.ts';
import { alertKey, byAlert, type NoticesOfAlert, type Told } from './write-outcomes.ts';
import { type Telling, tellingOf } from '../card/telling.ts';

/** What goes as one card, with the notices that are told by it. */
export interface Post {
  idempotencyKey: string;
  /** All whose outcome is written after the post, also those whose alerts need no word any more. */
  rows: WaitingNotice[];
  told: Told;
  card: (setting: CardSetting, fullness: Fullness) => AdaptiveCard;
  alerts: number;
  /** Whether something waits that is not part of it. */
  more: boolean;
}

export type GatheredPost =
  | { kind: 'post'; post: Post }
  /** All that waits is told already, or its alerts are gone. */
  | { kind: 'nothing-to-tell'; rows: WaitingNotice[]; told: Told };

/** A post tells so many: memory stays bounded, and a card of thousands says no more than its number anyway. */
const noticesInPost = 5000;
const alertsAtOnce = 16;
/** So many alerts are kept as they were read, for their outcomes; the others are read again. */
const readsKept = 64;

type GatherPorts = Pick<DeliveryPorts, 'alerts' | 'notices' | 'queues' | 'clock' | 'log'>;
type GatherSettings = Pick<DeliverySettings, 'retrySeconds'>;

/**
 * What is to be posted to a channel now. After a post that nobody knows the end of it is the same notices under the same key
 * (law 6), whatever has come since. What cannot be read is set aside.
 * `keepChannel` is called between reads that may take long.
 */
export async function gatherPost(
  channel: string,
  posting: ChannelState['posting'],
  waiting: WaitingForChannel,
  ports: GatherPorts,
  settings: GatherSettings,
  keepChannel: () => Promise<void>,
): Promise<GatheredPost> {
  if (posting !== undefined) {
    const rows = await waitingWithKeys(ports, channel, posting.notices);
    if (rows.length > 0) {
      return compose(channel, rows, { begun: posting, more: true }, ports, settings, keepChannel);
    }
  }
  const { rows, more } = await waiting.take(noticesInPost);
  return compose(channel, rows, { begun: undefined, more }, ports, settings, keepChannel);
}

/**
 * The same for the same notices, in whatever order they are listed. A notice that was decided anew while its card was on its way has
 * another number, and what tells it is another card.
 */
function idempotencyKeyOf(rows: readonly WaitingNotice[], sequences: ReadonlyMap<string, number>): string {
  const told = rows.map(({ key }) => `${key} ${String(sequences.get(key) ?? '')}`).sort();
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

/** What a post that was begun has claimed to tell: what was decided anew since then waits for the next. */
function sequencesIn(begun: ChannelState['posting']): ReadonlyMap<string, number> {
  const claimed = (begun?.notices ?? []).flatMap((key, index): [string, number][] => {
    const sequence = begun?.sequences?.[index];
    return sequence === undefined || sequence === untold ? [] : [[key, sequence]];
  });
  return new Map(claimed);
}

/** In the place of the number of a notice that is in the post and needed no word. */
export const untold = -1;

interface ToldAlert {
  alert: StoredAlert;
  telling: Telling;
}

async function compose(
  channel: string,
  rows: readonly WaitingNotice[],
  { begun, more }: { begun: ChannelState['posting']; more: boolean },
  ports: GatherPorts,
  settings: GatherSettings,
  keepChannel: () => Promise<void>,
): Promise<GatheredPost> {
  const ofAlerts = byAlert(rows.filter(({ digest }) => digest === undefined));
  const lines: Line[] = [];
  let first: ToldAlert | undefined;
  const sequences = new Map<string, number>();
  const claimed = sequencesIn(begun);
  const reads = new Map<string, AlertAsRead>();
  const atFault: AtFault[] = [];
  for (let start = 0; start < ofAlerts.length; start += alertsAtOnce) {
    const batch = ofAlerts.slice(start, start + alertsAtOnce);
    await keepChannel();
    for (const [entry, found] of await Promise.all(batch.map((each) => readAlert(each, ports)))) {
      if ('error' in found) {
        atFault.push(...entry.rows.map((row) => ({ row, error: found.error })));
        continue;
      }
      const { read } = found;
      if (read !== undefined && reads.size < readsKept) reads.set(alertKey(entry), read);
      const told = tell(channel, entry, read?.alert, ports);
      if (told === undefined) continue;
      for (const { key, sequence } of told.waiting) {
        sequences.set(key, Math.min(sequence, claimed.get(key) ?? sequence));
      }
      first ??= told;
      lines.push(lineOf(told.alert, told.telling));
    }
  }
  await setAside(channel, atFault, ports, settings);
  const left = new Set(atFault.map(({ row }) => row));
  const gathered = rows.filter((row) => !left.has(row));
  const told: Told = { sequences, reads };
  const card = cardOf(first, lines, latestDigests(gathered));
  if (card === undefined) return { kind: 'nothing-to-tell', rows: gathered, told };
  const key = begun?.idempotencyKey ?? idempotencyKeyOf(gathered, sequences);
  return {
    kind: 'post',
    post: { idempotencyKey: key, rows: gathered, told, card, alerts: lines.length, more },
  };
}

type ReadAlert = { read: AlertAsRead | undefined } | { error: unknown };

async function readAlert(
  entry: NoticesOfAlert,
  { alerts }: Pick<DeliveryPorts, 'alerts'>,
): Promise<[NoticesOfAlert, ReadAlert]> {
  try {
    return [entry, { read: await alerts.get(entry.tenantId, entry.alertId) }];
  } catch (error) {
    return [entry, { error }];
  }
}

function cardOf(
  first: ToldAlert | undefined,
  lines: readonly Line[],
  digests: readonly Digest[],
): Post['card'] | undefined {
  if (first === undefined) {
    return digests.length === 0 ? undefined : (setting, fullness) => digestCard(digests, setting, fullness);
  }
  return lines.length === 1 && digests.length === 0
    ? (setting, fullness) => alertCard(first.alert, first.telling, setting, fullness)
    : (setting, fullness) => groupedCard(lines, digests, setting, fullness);
}

function tell(
  channel: string,
  { tenantId, alertId, rows }: NoticesOfAlert,
  alert: StoredAlert | undefined,
  { log }: Pick<DeliveryPorts, 'log'>,
): (ToldAlert & { waiting: StoredNotice[] }) | undefined {
  const keys = new Set(rows.filter(({ aside }) => aside?.sent === undefined).map(({ key }) => key));
  const waiting = alert === undefined ? [] : waitingNotices(alert).filter(({ key }) => keys.has(key));
  if (alert === undefined || waiting.length === 0) {
    log.info('waiting notice needs no card', {
      stage: 'deliver',
      channel,
      tenantId,
      fingerprint: alertId,
      reason: alert === undefined ? 'the alert is gone' : 'it has its outcome already',
    });
    return undefined;
  }
  const reasons = waiting.map(({ reason }) => reason);
  return { alert, telling: tellingOf(reasons, alert), waiting };
}

/** Of those that count from the same time on, which several channels may have handed over, the latest says all. */
function latestDigests(rows: readonly WaitingNotice[]): Digest[] {
  const latest = new Map<string, { at: string; digest: Digest }>();
  for (const { tenantId, at, digest } of rows) {
    if (digest === undefined) continue;
    const key = JSON.stringify([tenantId, digest.after]);
    const known = latest.get(key);
    if (known === undefined || known.at < at) latest.set(key, { at, digest: { ...digest, tenantId } });
  }
  return [...latest.values()].map(({ digest }) => digest);
}
