import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { DeliveryPorts } from './delivery.ts';

type WaitingPorts = Pick<DeliveryPorts, 'notices' | 'clock'>;

/** What waits for a channel, read once and only as far as it is needed. What is set aside for now is not among it. */
export interface WaitingForChannel {
  isEmpty: boolean;
  hasSeveral: boolean;
  /** The first `most`; once. */
  take(most: number): Promise<{ rows: WaitingNotice[]; more: boolean }>;
}

export async function openWaiting(ports: WaitingPorts, channel: string): Promise<WaitingForChannel> {
  const rows = waitingNow(ports, channel);
  const first = await rows.next();
  const second = first.done === true ? first : await rows.next();
  async function* all(): AsyncGenerator<WaitingNotice> {
    for (const each of [first, second]) if (each.done !== true) yield each.value;
    if (second.done !== true) yield* rows;
  }
  return {
    isEmpty: first.done === true,
    hasSeveral: second.done !== true,
    async take(most) {
      const taken: WaitingNotice[] = [];
      for await (const row of all()) {
        if (taken.length === most) return { rows: taken, more: true };
        taken.push(row);
      }
      return { rows: taken, more: false };
    },
  };
}

/** Those of the notices with these keys that still wait. */
export async function waitingWithKeys(
  ports: WaitingPorts,
  channel: string,
  keys: readonly string[],
): Promise<WaitingNotice[]> {
  const asked = new Set(keys);
  const rows: WaitingNotice[] = [];
  for await (const row of waitingNow(ports, channel)) {
    if (asked.has(row.key)) rows.push(row);
    if (rows.length === asked.size) break;
  }
  return rows;
}

async function* waitingNow({ notices, clock }: WaitingPorts, channel: string): AsyncGenerator<WaitingNotice> {
  const now = clock.now().toISOString();
  for await (const row of notices.listWaiting(channel)) {
    if (row.aside === undefined || row.aside.until <= now) yield row;
  }
}
