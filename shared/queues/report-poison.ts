import type { Clock, Log, Queues } from '../ports.ts';
import { envelopeIn, tenantNamedIn } from './poison-envelope.ts';
import type { PoisonMessage, PoisonQueues, PoisonStore, ToldPoison } from './poison-store.ts';
import { mostAutomaticReplays, replayAutomatically } from './replay-automatically.ts';
import {
  type FailingTime,
  failedWithStorage,
  type StorageFailureNotes,
  withNotes,
} from './storage-failures.ts';
import { type PoisonedTenants, tellingTenant, tellKept } from './tell-kept.ts';

export interface PoisonPorts {
  poisonQueues: PoisonQueues;
  poison: PoisonStore;
  storageFailures: StorageFailureNotes;
  queues: Queues;
  clock: Clock;
  log: Log;
}

export interface PoisonSettings {
  /** What waits between replays grow from. */
  retrySeconds: number;
}

const batch = 32;
/** A run that never ends is worse than one that leaves the rest to the next. */
const batchesInARun = 50;

type Received = Awaited<ReturnType<PoisonQueues['receive']>>[number];

/**
 * Takes messages out of the poison queues, where they would be gone after seven days (FACTS 11.13), and keeps them where they last. What
 * failed while storage failed is put back; what else is kept is then told: once a tenant and queue, however many there are. A message is
 * removed only after it is kept and its queue is marked as one of which something is to be done (law 1): a crash between any two steps is
 * made good by the next run. Only what a tenant has left behind that is being removed is not kept.
 */
export async function reportPoison(
  tenants: PoisonedTenants,
  ports: PoisonPorts,
  { retrySeconds }: PoisonSettings,
): Promise<void> {
  const notes = await ports.poison.readNotes();
  const failing = await takeNotes(notes.failing, ports);
  const untold = new Set(notes.untold);
  const automatic = new Set(notes.automatic);
  const run: Run = { tenants, untold, automatic, told: notes.told, failing, retrySeconds };
  for (let round = 0; round < batchesInARun; round += 1) {
    const messages = await ports.poisonQueues.receive(batch);
    if (messages.length === 0) break;
    await takeOver(messages, run, ports);
  }
  await replayAutomatically([...automatic], failing, ports, retrySeconds);
  await tellKept({ ...notes, untold: [...untold] }, tenants.watched, ports);
}

/** They are deleted after they are written down. */
async function takeNotes(
  before: readonly FailingTime[],
  { storageFailures, poison }: PoisonPorts,
): Promise<FailingTime[]> {
  let failing = [...before];
  for (let round = 0; round < batchesInARun; round += 1) {
    const notes = await storageFailures.receive();
    if (notes.length === 0) break;
    failing = withNotes(
      failing,
      notes.map(({ at }) => at),
    );
    await poison.saveFailing(failing);
    await storageFailures.remove(notes);
  }
  return failing;
}

interface Run extends PoisonSettings {
  tenants: PoisonedTenants;
  /** Queues that are marked; both grow. */
  untold: Set<string>;
  automatic: Set<string>;
  told: readonly ToldPoison[];
  failing: readonly FailingTime[];
}

async function takeOver(messages: readonly Received[], run: Run, ports: PoisonPorts): Promise<void> {
  const { poisonQueues, poison, clock, log } = ports;
  const { watched, removed } = run.tenants;
  const read = messages.map((message) => ({
    message,
    named: tenantNamedIn(message),
    storageFailed: isToBeReplayed(message, run),
  }));
  const dropped = read.filter(({ named }) => removed.some(({ id }) => id === named));
  const kept = read.filter((each) => !dropped.includes(each));
  await poison.keepAll(
    kept.map(({ message, storageFailed }) => (storageFailed ? { ...message, storageFailed } : message)),
    clock.now().toISOString(),
  );
  for (const { message, named, storageFailed } of kept) {
    const { queue } = message;
    if (storageFailed && !run.automatic.has(queue)) {
      await poison.mark('automatic', queue);
      run.automatic.add(queue);
    }
    if (run.untold.has(queue) || !isToBeTold(message, tellingTenant(named, watched), run.told)) continue;
    await poison.mark('untold', queue);
    run.untold.add(queue);
  }
  for (const { message, named } of dropped) {
    const { queue, messageId } = message;
    await poisonQueues.remove(message);
    const fields = { stage: 'alert', queue, messageId, tenantId: named };
    log.info('message dropped: its tenant is being removed', fields);
  }
  for (const { message, named, storageFailed } of kept) {
    const { queue, messageId } = message;
    await poisonQueues.remove(message);
    const fields = { stage: 'alert', queue, messageId, tenantId: tellingTenant(named, watched) };
    if (storageFailed) log.warn('a message failed while storage failed and is put back soon', fields);
    else log.error('a message could not be handled and is kept', fields);
  }
}

/** Without a person: what failed while storage did, can be read, and was not put back so often already. */
function isToBeReplayed({ body, insertedAt }: PoisonMessage, { failing, retrySeconds }: Run): boolean {
  if (!failedWithStorage(insertedAt, failing, retrySeconds)) return false;
  const envelope = envelopeIn(body);
  return envelope !== undefined && (envelope.replays ?? 0) < mostAutomaticReplays;
}

/**
 * To tell of poison is to send messages, and these may fail as well: where telling fails always, each telling would give the next one a
 * reason. So they are kept and counted like all others, and give no reason of their own where the queue is told of already.
 */
function isToBeTold(
  { queue, body }: PoisonMessage,
  tenantId: string | undefined,
  told: readonly ToldPoison[],
): boolean {
  return !isOfTelling(body) || !told.some((before) => before.queue === queue && before.tenantId === tenantId);
}

/** States of queues, what is to be evaluated because of them, what was found, and that a notice waits: what telling sends. */
function isOfTelling(body: string): boolean {
  const envelope = envelopeIn(body);
  if (envelope === undefined) return false;
  return (
    envelope.kind === 'notices-waiting' ||
    (envelope.items.length > 0 && envelope.items.every((item) => subjectKindOf(item) === 'queue'))
  );
}

/** Of a state or finding, which name their subject, or of a subject. */
function subjectKindOf(item: unknown): unknown {
  const { subject = item } = Object(item) as { subject?: unknown };
  return (Object(subject) as { kind?: unknown }).kind;
}
