import type { StoredAlert, StoredNotice } from '../alert/alert.ts';
import type { ChannelSettings } from '../config.ts';
import type { WaitingNotice } from '../alert/waiting-notices.ts';
import { channelsFor, channelSpokenOf } from '../alert/routing.ts';
import { nextSequence } from '../alert/notices.ts';
import type { Outcomes } from './write-outcomes.ts';

/** Where notices go that their own channel will not take. */
export interface Elsewhere {
  channels: readonly ChannelSettings[];
  /** Ids of channels that are shut until they are tested again. */
  broken: ReadonlySet<string>;
  now: string;
}

/** A key tells which channels a notice was forwarded to, so it never goes in a circle. */
const hop = ':';

/**
 * The notices of one alert (or a digest) leave a channel: each is marked as refused there and waits in the channel's fallback;
 * where the channel is not in the settings any more, in those that the alert is routed to now. Where nothing is left it is
 * refused for good: the alert says so, and stays in the list.
 */
export function rerouted(
  channel: string,
  alert: StoredAlert | undefined,
  rows: readonly WaitingNotice[],
  elsewhere: Elsewhere,
): Outcomes {
  if (alert === undefined) {
    return {
      forward: rows.flatMap((row) =>
        targets(channel, row, undefined, elsewhere).map((target) => forwarded(row, target, elsewhere.now)),
      ),
    };
  }
  const forward: WaitingNotice[] = [];
  const keys = new Set(rows.map(({ key }) => key));
  let changed = false;
  let notices = alert.notices.map((notice): StoredNotice => {
    if (!keys.has(notice.key) || notice.outcome !== 'waiting') return notice;
    changed = true;
    return { ...notice, outcome: 'refused', at: elsewhere.now };
  });
  for (const row of rows) {
    // What was sent needs no second channel; what was refused may lack its forwarding after a crash.
    if (notices.find(({ key }) => key === row.key)?.outcome !== 'refused') continue;
    for (const target of targets(channel, row, alert, elsewhere)) {
      const waiting = forwarded(row, target, elsewhere.now);
      const known = notices.find(({ key }) => key === waiting.key);
      if (known === undefined && !isToldThere(alert, row, target)) {
        const { key, reason, at } = waiting;
        const sequence = nextSequence(notices);
        notices = [...notices, { channel: target, key, sequence, reason, at, outcome: 'waiting' }];
        changed = true;
        forward.push(waiting);
      } else if (known?.outcome === 'waiting') {
        forward.push({ ...waiting, at: known.at });
      }
    }
  }
  return { ...(changed ? { notices } : {}), forward };
}

function forwarded(row: WaitingNotice, target: string, now: string): WaitingNotice {
  const { aside: _here, ...notice } = row;
  return { ...notice, channel: target, key: `${row.key}${hop}${target}`, at: now };
}

/** The channel has a notice of its own for the same thing. */
function isToldThere(alert: StoredAlert, row: WaitingNotice, target: string): boolean {
  return alert.notices.some(
    (notice) => notice.channel === target && notice.reason === row.reason && notice.at >= row.at,
  );
}

function targets(
  channel: string,
  row: WaitingNotice,
  alert: StoredAlert | undefined,
  { channels, broken: shut }: Elsewhere,
): string[] {
  // A notice about a channel is stepped past that channel like past one that is shut.
  const failing = alert === undefined ? undefined : channelSpokenOf(alert);
  const broken = failing === undefined ? shut : new Set([...shut, failing]);
  const visited = new Set([channel, ...row.key.split(hop).slice(1)]);
  const settings = channels.find(({ id }) => id === channel);
  if (settings === undefined) {
    const routed = alert === undefined ? channels.slice(0, 1) : channelsFor(alert, channels);
    return routed.map(({ id }) => id).filter((id) => !visited.has(id) && !broken.has(id));
  }
  let next = settings.fallback;
  while (next !== undefined && !visited.has(next)) {
    if (!broken.has(next)) return [next];
    visited.add(next);
    const skipped = next;
    next = channels.find(({ id }) => id === skipped)?.fallback;
  }
  return [];
}
