import { setTimeout as sleep } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import { startSimulatedTenant } from '../dev/tenant/server.ts';
import names from '../shared/names.json' with { type: 'json' };
import { startAzurite } from '../test/builders/azurite.ts';
import { recordingChannel } from '../test/flow/recording-channel.ts';
import { runHost } from '../test/flow/running-host.ts';
import { type Counted, countWork } from './counted.ts';
import { countingStorage } from './counting-storage.ts';

const timers = ['schedule-collection', 'report-poison'];
const sources = 3;

/** The end is when no queue holds a message, and nothing but polls reached the storage for so long. */
const endMilliseconds = 3000;
/** Longer than any delay of the settings below; what still waits then is an error. */
const longestMilliseconds = 300_000;

export interface WatchedApp {
  deposit(entra: object[], unified: object[]): void;
  /** Collects once and gives what that took until its true end. @throws where a source was not collected */
  collect(): Promise<Counted>;
  close(): Promise<void>;
}

/**
 * The app on the local host with its tenants, an emulator and a channel of its own, after its first collection. Its timers are
 * disabled, as on Azure by a setting: they run when asked, and not into what is measured.
 * @param ids of the tenants; records are deposited in the first
 */
export async function watchedApp(ids: readonly [string, ...string[]]): Promise<WatchedApp> {
  const azurite = await startAzurite();
  const storage = await countingStorage(azurite.connectionString);
  const tenants = ids.map((id, index) => ({ id, name: `Tenant ${String(index)}`, domain: 'contoso.com' }));
  const tenant = await startSimulatedTenant({ tenants });
  const channel = await recordingChannel();
  const host = await runHost({
    AzureWebJobsStorage: storage.connectionString,
    ...Object.fromEntries(timers.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true'])),
    GRACEWATCH_TENANTS: JSON.stringify(tenants),
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: tenant.origin,
    GRACEWATCH_ACTIVITY_ENDPOINT: tenant.origin,
    GRACEWATCH_CHANNELS: JSON.stringify([{ id: 'licences', kind: 'teams', url: channel.url }]),
    GRACEWATCH_TIMING: JSON.stringify({ groupSeconds: 2, postGapSeconds: 15, retrySeconds: 2 }),
  });
  // Past the port that counts.
  const queueService = QueueServiceClient.fromConnectionString(azurite.connectionString);
  const queues = Object.values(names.queues).map((name) => queueService.getQueueClient(name));

  /** Messages in all queues, hidden ones among them. */
  const waiting = async (): Promise<number> => {
    const counts = await Promise.all(queues.map((queue) => queue.getProperties()));
    return counts.reduce((sum, { approximateMessagesCount = 0 }) => sum + approximateMessagesCount, 0);
  };
  const end = async (): Promise<void> => {
    const limit = Date.now() + longestMilliseconds;
    while ((await waiting()) > 0 || Date.now() - storage.lastWorkAt() < endMilliseconds) {
      if (Date.now() > limit) throw new Error(`${String(await waiting())} messages still wait`);
      await sleep(250);
    }
  };

  const app: WatchedApp = {
    deposit: (entra, unified) => {
      tenant.logs.of(ids[0])?.deposit({ entra: entra as never[], unified: unified as never[] });
    },
    collect: async () => {
      storage.take();
      const outputRead = host.output.join('').length;
      for (const name of timers) await host.run(name);
      await end();
      const output = host.output.join('').slice(outputRead);
      const finished = output.match(/"collection finished"/g)?.length ?? 0;
      if (finished !== sources * ids.length) {
        throw new Error(`${String(finished)} collections ended in place of ${String(sources * ids.length)}`);
      }
      return countWork(output, storage.take());
    },
    close: async () => {
      await host.stop();
      await tenant.close();
      await channel.close();
      await storage.close();
      await azurite.stop();
    },
  };
  try {
    await host.processId();
    await app.collect();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
