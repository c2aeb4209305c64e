import { createOversizeBlobs } from '../../shared/adapters/oversize-blobs.ts';
import { createPoisonQueues } from '../../shared/adapters/poison-queues.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { createQueues } from '../../shared/adapters/queues.ts';
import { readStorageSettings } from '../../shared/config.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { KeptMessage, PoisonStore } from '../../shared/queues/poison-store.ts';
import type { ReplayKeptPorts } from '../../shared/queues/replay-kept.ts';
import { isUnreadableRecord } from '../../shared/queues/unreadable.ts';
import { compareText } from '../../shared/text/order.ts';
import { UsageError } from '../arguments/arguments.ts';
import { type Storage, storageOf } from '../storage/storage.ts';
import { readTarget, type Target, type TargetValues } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import type { Chosen } from './options.ts';

/** What a deployment keeps of what could not be handled; with the rights of the person where it is an app in Azure. */
export interface KeptPoison extends ReplayKeptPorts {
  target: Target;
  storage: Storage;
  poison: PoisonStore;
}

/** @throws UsageError, TargetUnreachable, SettingsError */
export async function readKeptPoison(values: TargetValues, workplace: Workplace): Promise<KeptPoison> {
  const target = await readTarget(values, workplace);
  const storage = storageOf(readStorageSettings(target.settings), target.app?.tenantId);
  const { clients } = storage;
  return {
    target,
    storage,
    poison: createPoisonTable(
      clients.table(names.tables.poison),
      clients.container(names.containers.poisonBodies),
    ),
    poisonQueues: createPoisonQueues(clients, { now: () => new Date() }),
    queues: createQueues(clients, createOversizeBlobs(clients.container(names.containers.oversize))),
  };
}

/** What is chosen of all that is kept, the oldest first. @throws UsageError where a message is not there, or is not told apart */
export async function chooseKept(
  { queue, messages }: Chosen,
  poison: Pick<PoisonStore, 'listKept'>,
): Promise<KeptMessage[]> {
  const kept: KeptMessage[] = [];
  for await (const message of poison.listKept(queue === undefined ? {} : { queue })) kept.push(message);
  kept.sort((a, b) => compareText(a.keptAt, b.keptAt) || compareText(a.messageId, b.messageId));
  if (messages.length === 0) return kept;
  return [...new Set(messages.map((asked) => oneOf(kept, asked, queue)))];
}

function oneOf(kept: readonly KeptMessage[], asked: string, queue: string | undefined): KeptMessage {
  const exact = kept.filter(({ messageId }) => messageId === asked);
  const [found, ...others] =
    exact.length > 0 ? exact : kept.filter(({ messageId }) => messageId.startsWith(asked));
  if (found === undefined) {
    const where = queue === undefined ? '' : ` in the queue ${queue}`;
    throw new UsageError(`no message ${asked} is kept${where}: gracewatch poison list shows what is`);
  }
  if (others.length > 0) {
    throw new UsageError(
      `${others.length + 1} kept messages begin with ${asked}: give more of the id, or --queue QUEUE`,
    );
  }
  return found;
}

/** What a replay of everything means: a record that cannot be read is put back only by name or queue. */
export function replayable(kept: readonly KeptMessage[], { queue, messages }: Chosen): KeptMessage[] {
  return queue === undefined && messages.length === 0
    ? kept.filter((message) => !isUnreadableRecord(message))
    : [...kept];
}
