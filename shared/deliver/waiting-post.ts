import { createHash } from 'node:crypto';
import type { StoredAlert } from '../alert/alert.ts';
import type { ChannelState, WaitingNotice } from '../ports.ts';
import type { AdaptiveCard } from './adaptive-card.ts';
import { alertCard } from './card.ts';
import type { CardSetting } from './card-setting.ts';
import type { DeliveryPorts } from './delivery.ts';
import { type Digest, digestCard } from './digest-card.ts';
import { groupedCard } from './grouped-card.ts';
import { type Line, lineOf } from './grouping.ts';
import type { Detail } from './message.ts';
import { byAlert, type NoticesOfAlert } from './settle.ts';
import { type Telling, tellingOf } from './telling.ts';

/** What goes as one card, with the notices that are told by it. */
export interface Post {
  idempotencyKey: string;
  /** All that are settled by the post, also those whose alerts need no word any more. */
  rows: WaitingNotice[];
  card: (setting: CardSetting, detail: Detail) => AdaptiveCard;
  alerts: number;
  /** Whether something waits that is not part of it. */
  more: boolean;
}

export type GatheredPost =
  | { kind: 'post'; post: Post }
  /** All that waits is told already, or its alerts are gone. */
  | { kind: 'nothing-to-tell'; rows: WaitingNotice[] };

/** A post tells and settles so many: memory stays bounded, and a card of thousands says no more than its number anyway. */
const noticesInPost = 5000;
const alertsAtOnce = 16;

/**
 * What is to be posted to a channel now. After a post that nobody knows the end of it is the same notices under the same key
 * (law 6), whatever has come since.
 */
export async function gatherPost(
  channel: string,
  posting: ChannelState['posting'],
  ports: Pick<DeliveryPorts, 'alerts' | 'notices' | 'log'>,
): Promise<GatheredPost> {
  if (posting !== undefined) {
    const { rows } = await takeWaiting(ports, channel, noticesInPost, new Set(posting.notices));
    if (rows.length > 0) {
      return compose(channel, rows, { idempotencyKey: posting.idempotencyKey, more: true }, ports);
    }
  }
  const { rows, more } = await takeWaiting(ports, channel, noticesInPost);
  return compose(channel, rows, { idempotencyKey: idempotencyKeyOf(rows), more }, ports);
}

export async function takeWaiting(
  { notices }: Pick<DeliveryPorts, 'notices'>,
  channel: string,
  most: number,
  keys?: ReadonlySet<string>,
): Promise<{ rows: WaitingNotice[]; more: boolean }> {
  const rows: WaitingNotice[] = [];
  for await (const row of notices.listWaiting(channel)) {
    if (keys !== undefined && !keys.has(row.key)) continue;
    if (rows.length === most) return { rows, more: true };
    rows.push(row);
  }
  return { rows, more: false };
}

/** The same for the same notices, in whatever order they are listed. */
function idempotencyKeyOf(rows: readonly WaitingNotice[]): string {
  const keys = rows.map(({ key }) => key).sort();
  return createHash('sha256').update(JSON.stringify(keys)).digest('hex');
}

interface Told {
  alert: StoredAlert;
  telling: Telling;
}

async function compose(
  channel: string,
  rows: WaitingNotice[],
  { idempotencyKey, more }: Pick<Post, 'idempotencyKey' | 'more'>,
  ports: Pick<DeliveryPorts, 'alerts' | 'log'>,
): Promise<GatheredPost> {
  const digests = latestDigests(rows);
  const ofAlerts = byAlert(rows.filter(({ digest }) => digest === undefined));
  const lines: Line[] = [];
  let first: Told | undefined;
  for (let start = 0; start < ofAlerts.length; start += alertsAtOnce) {
    const batch = ofAlerts.slice(start, start + alertsAtOnce);
    for (const told of await Promise.all(batch.map((entry) => tell(channel, entry, ports)))) {
      if (told === undefined) continue;
      first ??= told;
      lines.push(lineOf(told.alert, told.telling));
    }
  }
  const card = cardOf(first, lines, digests);
  return card === undefined
    ? { kind: 'nothing-to-tell', rows }
    : { kind: 'post', post: { idempotencyKey, rows, card, alerts: lines.length, more } };
}

function cardOf(
  first: Told | undefined,
  lines: readonly Line[],
  digests: readonly Digest[],
): Post['card'] | undefined {
  if (first === undefined) {
    return digests.length === 0 ? undefined : (setting, detail) => digestCard(digests, setting, detail);
  }
  return lines.length === 1 && digests.length === 0
    ? (setting, detail) => alertCard(first.alert, first.telling, setting, detail)
    : (setting, detail) => groupedCard(lines, digests, setting, detail);
}

async function tell(
  channel: string,
  { tenantId, alertId, rows }: NoticesOfAlert,
  { alerts, log }: Pick<DeliveryPorts, 'alerts' | 'log'>,
): Promise<Told | undefined> {
  const found = await alerts.get(tenantId, alertId);
  const keys = new Set(rows.map(({ key }) => key));
  const waiting = (found?.alert.notices ?? []).filter(
    ({ key, outcome }) => outcome === 'waiting' && keys.has(key),
  );
  if (found === undefined || waiting.length === 0) {
    log.info('waiting notice needs no card', {
      stage: 'deliver',
      channel,
      tenantId,
      fingerprint: alertId,
      reason: found === undefined ? 'the alert is gone' : 'it has its outcome already',
    });
    return undefined;
  }
  const reasons = waiting.map(({ reason }) => reason);
  return { alert: found.alert, telling: tellingOf(reasons, found.alert) };
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
