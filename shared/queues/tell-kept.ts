import type { Clock, Queues } from '../ports.ts';
import type { ReadState, StateValue } from '../state/state.ts';
import { compareText } from '../text/order.ts';
import type {
  KeptMessage,
  KeptOfQueue,
  NewestKept,
  PoisonNotes,
  PoisonStore,
  ToldPoison,
} from './poison-store.ts';

/** Those that are watched, and those that are being removed. */
export interface PoisonedTenants {
  watched: readonly { id: string }[];
  removed: readonly { id: string }[];
}

interface TellingPorts {
  poison: PoisonStore;
  queues: Queues;
  clock: Clock;
}

/** Who is told of a message: one that names nobody who is watched is told to the first. */
export function tellingTenant(
  named: string | undefined,
  watched: PoisonedTenants['watched'],
): string | undefined {
  return (watched.find(({ id }) => id === named) ?? watched[0])?.id;
}

/** Well before the state is too old to say anything of now (shared/state/state.ts). */
const toldAgainMilliseconds = 12 * 60 * 60 * 1000;
/** So few are counted in every run, so that it is seen also where somebody has deleted rows by hand. */
const countedAlways = 1000;

/**
 * Sends the state of each queue of which something is kept to each tenant concerned, as one signal a tenant, where it is another than was
 * told before. Counts without reading a body, in one listing a queue, and writes down what it has counted, for health. What was told is
 * written down only after it was sent, and a queue is unmarked only after that.
 */
export async function tellKept(
  { untold, told, counted }: Pick<PoisonNotes, 'untold' | 'told' | 'counted'>,
  watched: PoisonedTenants['watched'],
  { poison, queues, clock }: TellingPorts,
): Promise<void> {
  const states = new Map<string, { state: ReadState; now: ToldPoison }[]>();
  for (const queue of new Set([...untold, ...[...told, ...counted].map((before) => before.queue)])) {
    const readAt = clock.now().toISOString();
    const toldOf = told.filter((each) => each.queue === queue);
    const countedBefore = counted.find((each) => each.queue === queue);
    if (!isToBeCounted(untold.includes(queue), toldOf, countedBefore, readAt)) continue;
    const { byTenant, ofAll } = await countKept(queue, watched, poison);
    if (!isSameCount(ofAll, countedBefore)) await poison.saveCounted(ofAll);
    // While nobody is watched nobody can be told: the marks wait.
    if (watched.length === 0) continue;
    const before = new Map(toldOf.map((each) => [each.tenantId, each]));
    for (const tenantId of new Set([...byTenant.keys(), ...before.keys()])) {
      const [found, last] = [byTenant.get(tenantId) ?? nothingKept, before.get(tenantId)];
      if (!watched.some(({ id }) => id === tenantId)) {
        await poison.removeTold({ queue, tenantId });
      } else if (isOther(found, last, untold.includes(queue), readAt)) {
        const newest = later(found.latest[0], last?.newest);
        const now = { queue, tenantId, kept: found.kept, newest, toldAt: readAt };
        states.set(tenantId, [...(states.get(tenantId) ?? []), { state: stateOf(found, now), now }]);
      }
    }
  }
  if (watched.length === 0) return;
  for (const [tenantId, ofTenant] of states) {
    await queues.send(
      'signals',
      tenantId,
      'states',
      ofTenant.map(({ state }) => state),
    );
    for (const { now } of ofTenant) await (now.kept === 0 ? poison.removeTold(now) : poison.saveTold(now));
  }
  for (const queue of untold) await poison.unmark('untold', queue);
}

function isToBeCounted(
  isMarked: boolean,
  told: readonly ToldPoison[],
  counted: KeptOfQueue | undefined,
  now: string,
): boolean {
  return (
    isMarked ||
    counted === undefined ||
    counted.kept <= countedAlways ||
    told.some((each) => isOld(each, now))
  );
}

function isOld({ toldAt }: ToldPoison, now: string): boolean {
  return Date.parse(now) - Date.parse(toldAt) >= toldAgainMilliseconds;
}

function isSameCount(now: KeptOfQueue, before: KeptOfQueue | undefined): boolean {
  return (
    now.kept === (before?.kept ?? 0) &&
    now.since === (before?.since ?? '') &&
    now.latest === (before?.latest ?? '')
  );
}

/** What is kept of one queue and tenant, in bounded memory. */
interface Kept {
  kept: number;
  /** When the first of it was put into the queue. */
  since: string | undefined;
  /** Newest first. */
  latest: NewestKept[];
}

const nothingKept: Kept = { kept: 0, since: undefined, latest: [] };
const mostLatest = 20;

/** By the tenant that is told, and all together. */
async function countKept(
  queue: string,
  watched: PoisonedTenants['watched'],
  poison: PoisonStore,
): Promise<{ byTenant: Map<string, Kept>; ofAll: KeptOfQueue }> {
  const byTenant = new Map<string, Kept>();
  const ofAll: KeptOfQueue = { queue, kept: 0, since: '', latest: '' };
  for await (const message of poison.listKept({ queue })) {
    const { keptAt } = message;
    ofAll.kept += 1;
    if (ofAll.since === '' || keptAt < ofAll.since) ofAll.since = keptAt;
    if (keptAt > ofAll.latest) ofAll.latest = keptAt;
    const tenantId = tellingTenant(message.tenantId, watched);
    if (tenantId === undefined) continue;
    byTenant.set(tenantId, withOne(byTenant.get(tenantId) ?? nothingKept, message));
  }
  return { byTenant, ofAll };
}

function withOne({ kept, since, latest }: Kept, { messageId, insertedAt, keptAt }: KeptMessage): Kept {
  const message = { messageId, insertedAt, keptAt };
  const last = latest.at(-1);
  const isLate = latest.length < mostLatest || last === undefined || isNewer(message, last);
  return {
    kept: kept + 1,
    since: since === undefined || insertedAt < since ? insertedAt : since,
    latest: isLate ? [...latest, message].sort(newestFirst).slice(0, mostLatest) : latest,
  };
}

/** By when they were kept: whatever has come since something was told was kept later than all of that, also where it had failed before. */
function newestFirst(a: NewestKept, b: NewestKept): number {
  return (
    compareText(b.keptAt ?? '', a.keptAt ?? '') ||
    compareText(b.insertedAt, a.insertedAt) ||
    compareText(b.messageId, a.messageId)
  );
}

function isNewer(a: NewestKept, b: NewestKept): boolean {
  return newestFirst(a, b) < 0;
}

/**
 * More is told where the queue is marked, less always: that is what ends the alert. And what stands is told again in time, so that it does
 * not grow too old.
 */
function isOther(found: Kept, last: ToldPoison | undefined, isMarked: boolean, now: string): boolean {
  if (last === undefined) return found.kept > 0 && isMarked;
  if (found.kept < last.kept || isOld(last, now)) return true;
  const [newest] = found.latest;
  return isMarked && (found.kept > last.kept || (newest !== undefined && isNewer(newest, last.newest)));
}

/** Of the newest now and the newest before, which may have been replayed. At least one of them is there. */
function later(now: NewestKept | undefined, before: NewestKept | undefined): NewestKept {
  if (now !== undefined && (before === undefined || isNewer(now, before))) return now;
  return before ?? { messageId: '', insertedAt: '' };
}

function stateOf({ kept, since, latest }: Kept, { queue, newest, toldAt }: ToldPoison): ReadState {
  const value: StateValue<'queue'> = {
    kept,
    latest: latest.map(({ messageId, insertedAt }) => ({ messageId, insertedAt })),
    ...(since === undefined ? {} : { since }),
    newest: newest.messageId,
  };
  return { source: 'queue', subject: { kind: 'queue', id: queue, name: queue }, readAt: toldAt, value };
}
