import { readRecordOf } from '../ingest/read-record-of.ts';
import type { Queues } from '../ports.ts';
import { replayedBodies } from './poison-envelope.ts';
import type { PoisonMessage, PoisonQueues, PoisonStore } from './poison-store.ts';
import { isUnreadableRecord, sourceOfUnreadable } from './unreadable.ts';

export interface ReplayKeptPorts {
  poison: Pick<PoisonStore, 'mark' | 'remove'>;
  poisonQueues: Pick<PoisonQueues, 'putBack'>;
  queues: Pick<Queues, 'send'>;
}

/** `unreadable`: a record that this version cannot read either; it stays kept. */
export type ReplayOutcome = 'replayed' | 'unreadable';

/**
 * Puts back what a person has asked for: a message into the queue where it failed, a record that could not be read, and now can, among those
 * that are to be remembered. It leaves the table after it is back: a crash in between repeats it, which is harmless.
 */
export async function replayKept(message: PoisonMessage, ports: ReplayKeptPorts): Promise<ReplayOutcome> {
  const { queue, messageId, body } = message;
  if (isUnreadableRecord(message)) {
    if ((await rememberRecord(message, ports)) === 'unreadable') return 'unreadable';
  } else {
    await ports.poison.mark('untold', queue);
    for (const each of replayedBodies(body)) await ports.poisonQueues.putBack(queue, each);
  }
  await ports.poison.remove(queue, [messageId]);
  return 'replayed';
}

async function rememberRecord(
  { queue, body, tenantId }: PoisonMessage,
  { queues }: ReplayKeptPorts,
): Promise<ReplayOutcome> {
  if (tenantId === undefined) return 'unreadable';
  const format = sourceOfUnreadable(queue).startsWith('activity-') ? 'activity' : 'graph';
  const read = readRecordOf(format, JSON.parse(body), tenantId);
  if (read.kind === 'unreadable') return 'unreadable';
  // No fact can come of one that is ignored.
  if (read.kind === 'record') await queues.send('signals', tenantId, 'audit-records', [read.record]);
  return 'replayed';
}

/** Deletes what a person has said is of no use any more. */
export async function dropKept(
  message: Pick<PoisonMessage, 'queue' | 'messageId'>,
  { poison }: Pick<ReplayKeptPorts, 'poison'>,
): Promise<void> {
  if (!isUnreadableRecord(message)) await poison.mark('untold', message.queue);
  await poison.remove(message.queue, [message.messageId]);
}
