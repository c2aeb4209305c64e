import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClient } from '@azure/storage-queue';
import { startFunctionWorker } from './function-worker.ts';
import { HostCannotStart } from './host-cannot-start.ts';
import { type HostJson, readHostJson } from './host-json.ts';
import { type HostTiming, isDisabled, readTiming, type Settings } from './host-settings.ts';
import { startHttpServer } from './http-server.ts';
import { type Invocations, trackInvocations } from './invocations.ts';
import type { LogLine } from './log-line.ts';
import { listenToQueue } from './queue-listener.ts';
import { messageInput, messageMetadata, poisonQueueName } from './queue-message.ts';
import { readRegistration, type Registration } from './registration.ts';
import { startByHand } from './start-by-hand.ts';
import { openBlobs, openQueues, reachStorage } from './storage.ts';
import { keepTimerStatus } from './timer-status.ts';
import { prepareTimer, type Timer } from './timer.ts';
import type { Trigger } from './trigger.ts';

/** How long the host of Azure waits for what runs (FACTS 11.13), and the local one for `appTerminate` hooks that have time. */
const usualLimitMilliseconds = 10_000;
/** For hooks where the time is over: the host would be killed soon. */
const lateHookLimitMilliseconds = 1_000;

export interface HostOptions {
  /** 0 takes any free one. */
  port: number;
  /** The app as one CommonJS file. */
  bundlePath: string;
  hostJsonPath: string;
  /** All that the functions see in their environment; storage and timing of the host come from here too. */
  settings: Settings;
  log: LogLine;
  /** How long `stop` waits for what runs; the host of Azure waits ten seconds (FACTS 11.13). */
  stopLimitMilliseconds?: number;
}

export interface RunningHost {
  port: number;
  /**
   * Listeners stop, what runs is finished where that takes no longer than the limit, `appTerminate` hooks run. A message that was not
   * finished stays hidden for the rest of its time and comes again.
   */
  stop(): Promise<void>;
  /** Resolves when the host has to be started anew because its worker ended too often; never after `stop`. */
  recycled: Promise<string>;
}

/**
 * Runs a function app as the Azure Functions host does (FACTS 11.13): HTTP, timers and storage queues.
 * @throws HostCannotStart saying in one line what is wrong
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const { settings, log } = options;
  const hostJson = await readHostJson(options.hostJsonPath);
  const timing = readTiming(settings);
  await access(options.bundlePath).catch((error: unknown) => {
    throw new HostCannotStart(`there is no bundle at ${options.bundlePath}: run "npm run build"`, {
      cause: error,
    });
  });

  const { logLevels } = hostJson;
  const worker = await startFunctionWorker({ bundlePath: options.bundlePath, settings, logLevels, log });
  try {
    const registrations = worker.functions.map((metadata) => readRegistration(metadata, settings));
    const invocations = trackInvocations(worker, log);
    const triggers = await startTriggers(options, hostJson, timing, registrations, invocations);
    const shutDown = async (): Promise<void> => {
      const limit = options.stopLimitMilliseconds ?? usualLimitMilliseconds;
      const finished = triggers.stop().then(() => invocations.finished());
      if (await endsWithin(finished, limit)) {
        await worker.stop(usualLimitMilliseconds);
        return;
      }
      log(`not everything was finished in ${String(limit / 1000)} s: the rest is cut off`);
      triggers.abandon();
      await worker.stop(lateHookLimitMilliseconds);
    };
    let stopped: Promise<void> | undefined;
    return {
      port: triggers.port,
      recycled: worker.givenUp,
      stop: () => (stopped ??= shutDown()),
    };
  } catch (error) {
    await worker.stop(lateHookLimitMilliseconds);
    throw error;
  }
}

async function endsWithin(work: Promise<void>, limitMilliseconds: number): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([
      work.then(() => true),
      sleep(limitMilliseconds, false, { signal: over.signal }),
    ]);
  } finally {
    over.abort();
  }
}

/**
 * The port comes before timers and listeners: a second host finds it taken before it has taken a message. A disabled function has no
 * trigger and can still be started by hand.
 */
async function startTriggers(
  { port, settings, log }: HostOptions,
  hostJson: HostJson,
  timing: HostTiming,
  registrations: readonly Registration[],
  invocations: Invocations,
): Promise<Trigger & { port: number }> {
  const enabled = registrations.filter(({ name }) => !isDisabled(name, settings));
  const timers = await prepareTimers(registrations, settings, invocations, log);
  const queues = await openTriggerQueues(enabled, settings);
  const server = await startHttpServer({
    port,
    functions: enabled.filter((registration) => registration.kind === 'http'),
    routePrefix: hostJson.routePrefix,
    homepage: settings['AzureWebJobsDisableHomepage']?.toLowerCase() !== 'true',
    invocations,
    startByHand: startByHand(registrations, timers, invocations),
  });
  const listeners = queues.map(({ functionName, queue, poison }) =>
    listenToQueue({
      queue,
      poison,
      queues: overruled(hostJson, timing),
      lockSeconds: timing.lockSeconds,
      log,
      handle: async (text, message) => {
        const triggerMetadata = messageMetadata(text, message);
        const result = await invocations.run({ functionName, input: messageInput(text), triggerMetadata });
        return result.kind;
      },
    }),
  );
  for (const { name } of enabled) timers.get(name)?.start();
  const triggers: Trigger[] = [server, ...listeners, ...timers.values()];
  return {
    port: server.port,
    stop: async () => {
      await Promise.all(triggers.map((trigger) => trigger.stop()));
    },
    abandon: () => {
      for (const trigger of triggers) trigger.abandon();
    },
  };
}

async function prepareTimers(
  registrations: readonly Registration[],
  settings: Settings,
  invocations: Invocations,
  log: LogLine,
): Promise<Map<string, Timer>> {
  const timers = registrations.filter((registration) => registration.kind === 'timer');
  if (timers.length === 0) {
    return new Map();
  }
  const blobs = openBlobs(settings);
  const store = keepTimerStatus(blobs);
  return reachStorage(blobs.url, async () => {
    const prepared = timers.map(
      async (timer) => [timer.name, await prepareTimer(timer, store, invocations, log)] as const,
    );
    return new Map(await Promise.all(prepared));
  });
}

interface TriggerQueue {
  functionName: string;
  queue: QueueClient;
  poison: QueueClient | undefined;
}

/** They are not created here, as on Azure: a missing one is looked for again and again. */
function openTriggerQueues(
  registrations: readonly Registration[],
  settings: Settings,
): Promise<TriggerQueue[]> {
  const queues = registrations.filter((registration) => registration.kind === 'queue');
  return Promise.all(
    queues.map(async ({ name, queueName, connection }) => {
      const service = openQueues(settings, connection);
      const queue = service.getQueueClient(queueName);
      await reachStorage(queue.url, () => queue.exists());
      const poisonName = poisonQueueName(queueName);
      const poison = poisonName === undefined ? undefined : service.getQueueClient(poisonName);
      return { functionName: name, queue, poison };
    }),
  );
}

function overruled(hostJson: HostJson, timing: HostTiming): HostJson['queues'] {
  return timing.retrySeconds === undefined
    ? hostJson.queues
    : { ...hostJson.queues, visibilityTimeoutMilliseconds: timing.retrySeconds * 1000 };
}
