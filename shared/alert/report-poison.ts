import { fingerprintOf } from '../evaluate/fingerprint.ts';
import type { Finding } from '../evaluate/finding.ts';
import { envelopeSchema } from '../envelope.ts';
import type { Clock, Log, PoisonMessage, PoisonQueues, PoisonStore, Queues } from '../ports.ts';

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

/**
 * Takes messages out of the poison queues, where they would be gone after seven days (FACTS 11.13), keeps them where they last,
 * and raises an alert. A message is removed only after it is kept and its alert is on its way (law 1).
 */
export async function reportPoison(tenantIds: readonly string[], ports: PoisonPorts): Promise<void> {
  for (let round = 0; round < batchesInARun; round += 1) {
    const messages = await ports.poisonQueues.receive(batch);
    if (messages.length === 0) return;
    const now = ports.clock.now().toISOString();
    for (const message of messages) {
      await ports.poison.keep(message, now);
      const tenantId = tenantOf(message, tenantIds);
      if (tenantId !== undefined) {
        await ports.queues.send('verdicts', tenantId, 'findings', [poisonFinding(message, tenantId, now)]);
      }
      await ports.poisonQueues.remove(message);
      ports.log.error('a message could not be handled and is kept', {
        stage: 'alert',
        queue: message.queue,
        messageId: message.messageId,
        tenantId,
      });
    }
  }
}

/** The tenant that the message names, if it is watched; a message that nobody can read is told to the first tenant. */
function tenantOf(message: PoisonMessage, tenantIds: readonly string[]): string | undefined {
  for (const text of [Buffer.from(message.body, 'base64').toString('utf8'), message.body]) {
    try {
      const envelope = envelopeSchema.safeParse(JSON.parse(text));
      if (envelope.success && tenantIds.includes(envelope.data.tenantId)) return envelope.data.tenantId;
    } catch {
      // Not JSON in this reading; the next one, or nobody's.
    }
  }
  return tenantIds[0];
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
