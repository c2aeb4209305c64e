import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { queueNames } from '../../shared/adapters/queues.ts';
import { deadline, statusOf, type StorageClients } from '../../shared/adapters/storage.ts';
import { storageAnswer } from '../../shared/adapters/storage-answer.ts';
import { isUnreadableRecord } from '../../shared/queues/unreadable.ts';
import { counted } from '../../shared/text/numbers.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { KeptMessage } from '../../shared/queues/poison-store.ts';
import { groupedBy } from '../../shared/text/order.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';
import { seenInStorage } from './seen-in-storage.ts';

export async function examinePoison({ storage, clock }: Deployment): Promise<Line[]> {
  const account = await storage();
  const waiting = await seenInStorage('queues', account, async () =>
    judgePoisonQueues(await readPoisonDepths(account.clients)),
  );
  const kept = await seenInStorage('tables', account, async () => {
    const messages: Seen[] = [];
    const table = createPoisonTable(
      account.clients.table(names.tables.poison),
      account.clients.container(names.containers.poisonBodies),
    );
    for await (const { queue, keptAt } of table.listKept()) messages.push({ queue, keptAt });
    return judgeKeptMessages(messages, clock.now().toISOString());
  });
  const lines = [...waiting, ...kept];
  return lines.length > 0 ? lines : [{ status: 'ok', means: 'no message has failed for good' }];
}

/** About how many messages lie in the `-poison` queue of each working queue. Takes none out and hides none. */
async function readPoisonDepths({ queue }: Pick<StorageClients, 'queue'>): Promise<Map<string, number>> {
  const depths = new Map<string, number>();
  for (const name of Object.values(queueNames)) {
    depths.set(name, await depthOf(queue(`${name}-poison`)));
  }
  return depths;
}

async function depthOf(queue: ReturnType<StorageClients['queue']>): Promise<number> {
  try {
    const properties = await queue.getProperties({ abortSignal: deadline() });
    return storageAnswer('queue', properties).approximateMessagesCount ?? 0;
  } catch (error) {
    // The host makes it with the first message.
    if (statusOf(error) === 404) return 0;
    throw error;
  }
}

export function judgePoisonQueues(depths: ReadonlyMap<string, number>): Line[] {
  return [...depths].flatMap(([queue, depth]): Line[] =>
    depth === 0
      ? []
      : [
          {
            subject: `${queue}-poison`,
            status: 'warn',
            means: `${counted(depth, 'message')} failed as often as it may; the function report-poison takes them over within five minutes, before they are gone after seven days`,
            mend: 'look again in ten minutes; where they are still here the app does not run',
          },
        ],
  );
}

type Seen = Pick<KeptMessage, 'queue' | 'keptAt'>;

/** A day long it counts as a failure, as in /api/health; after that somebody has seen it. */
const freshMilliseconds = 24 * 60 * 60 * 1000;

/** What was put aside, by the queue where it failed. @param now ISO 8601 */
export function judgeKeptMessages(kept: readonly Seen[], now: string): Line[] {
  return [...groupedBy(kept, ({ queue }) => queue)].map(([queue, messages]): Line => {
    const times = messages.map(({ keptAt }) => keptAt).toSorted();
    const [first = ''] = times;
    const last = times.at(-1) ?? first;
    const since = `${counted(messages.length, isUnreadableRecord({ queue }) ? 'record' : 'message')} since ${first}`;
    if (isUnreadableRecord({ queue })) {
      return {
        subject: queue,
        status: 'warn',
        means: `${since} that Gracewatch could not read, kept as they came; alerts that would come from them are missing`,
        mend: `a newer version may read them: npx gracewatch poison replay --queue ${queue}`,
      };
    }
    return {
      subject: queue,
      status: Date.parse(now) - Date.parse(last) < freshMilliseconds ? 'fail' : 'warn',
      means: `${since} that failed as often as they may, put aside and not evaluated; the newest at ${last}`,
      mend: `find the failure of the function that reads ${queue} in the log around that time; when its reason is gone, npx gracewatch poison replay --queue ${queue}`,
    };
  });
}
