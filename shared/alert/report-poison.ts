import { fingerprintOf } from '../evaluate/fingerprint.ts';
import type { Finding } from '../evaluate/finding.ts';
import type { Clock, Log, PoisonMessage, PoisonQueues, PoisonStore, Queues } from '../ports.ts';
import { tenantNamedIn } from './poison-tenant.ts';

export interface PoisonPorts {
  poisonQueues: PoisonQueues;
  poison: PoisonStore;
  queues: Queues;
  clock: Clock;
  log: Log;
}

const batch = 32;
/** A run that never ends is worse than one that leaves the rest to the next. */
const batchesInARun = 50;

/** Those that are watched, and those that are being removed. */
export interface PoisonedTenants {
  watched: readonly { id: string }[];
  removed: readonly { id: string }[];
}

/**
 * Takes messages out of the poison queues, where they would be gone after seven days (FACTS 11.13), keeps them where they last,
 * and raises an alert. A message is removed only after it is kept and its alert is on its way (law 1); only what a tenant has left
 * behind that is being removed is not kept.
 */
export async function reportPoison(tenants: PoisonedTenants, ports: PoisonPorts): Promise<void> {
  for (let round = 0; round < batchesInARun; round += 1) {
    const messages = await ports.poisonQueues.receive(batch);
    if (messages.length === 0) return;
    for (const message of messages) await handleMessage(message, tenants, ports);
  }
}

async function handleMessage(
  message: Awaited<ReturnType<PoisonQueues['receive']>>[number],
  { watched, removed }: PoisonedTenants,
  { poisonQueues, poison, queues, clock, log }: PoisonPorts,
): Promise<void> {
  const now = clock.now().toISOString();
  const { queue, messageId } = message;
  const named = tenantNamedIn(message);
  if (removed.some(({ id }) => id === named)) {
    await poisonQueues.remove(message);
    log.info('message dropped: its tenant is being removed', {
      stage: 'alert',
      queue,
      messageId,
      tenantId: named,
    });
    return;
  }
  await poison.keep({ ...message, ...(named === undefined ? {} : { tenantId: named }) }, now);
  // One that names nobody who is watched is told to the first.
  const tenantId = (watched.find(({ id }) => id === named) ?? watched[0])?.id;
  if (tenantId !== undefined) {
    await queues.send('verdicts', tenantId, 'findings', [poisonFinding(message, tenantId, now)]);
  }
  await poisonQueues.remove(message);
  log.error('a message could not be handled and is kept', { stage: 'alert', queue, messageId, tenantId });
}

const rule = 'operations/poison-message';

/** One alert a tenant and queue: the queue is the subject, each message makes the alert worse. */
function poisonFinding(message: PoisonMessage, tenantId: string, now: string): Finding {
  const subject = { kind: 'collector' as const, id: message.queue, name: message.queue };
  const severity = 'high' as const;
  return {
    fingerprint: fingerprintOf(tenantId, rule, subject.id, {}),
    tenantId,
    rule,
    subject,
    qualifiers: {},
    episode: 1,
    state: 'firing',
    reason: 'a message failed as often as it may',
    severity,
    openedAt: message.insertedAt,
    basis: Date.parse(now),
    firing: {
      kind: 'firing',
      reason: 'a message failed as often as it may',
      qualifiers: {},
      severity,
      title: `A message of the queue ${message.queue} could not be handled`,
      summary: `Gracewatch tried it as often as it may and has put it aside; what it carries is not evaluated until it is replayed.`,
      happenedAt: message.insertedAt,
      extent: [message.messageId],
      facts: { queue: message.queue, messageId: message.messageId, keptAt: now },
      evidence: [],
      runbook: [
        `Look in the log of the function app for the last failure of the function that reads the queue ${message.queue}, around ${message.insertedAt}.`,
        `When the reason is gone, put the body of the row ${message.messageId} of the table poison back into the queue ${message.queue}.`,
      ],
    },
  };
}
