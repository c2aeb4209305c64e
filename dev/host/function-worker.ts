import { deferred } from './deferred.ts';
import type { Settings } from './host-settings.ts';
import { errorText, type LogLine, oneLine } from './log-line.ts';
import type { FunctionMetadata } from './rpc.ts';
import { openWorker, type WorkerChannel } from './worker-channel.ts';
import type { Invocation, InvocationResult } from './worker-messages.ts';

/** A worker is started again after it ended; at the third time the whole host is recycled (FACTS 11.13). */
const endsBeforeRecycling = 3;

export interface FunctionWorker {
  functions: readonly FunctionMetadata[];
  /** Never rejects. Waits for a worker that is being started again. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  stop(): Promise<void>;
  /** Resolves when the worker is not started again, with the reason; never after `stop`. */
  givenUp: Promise<string>;
}

/** Keeps one worker process alive. @throws HostCannotStart when the app cannot be loaded the first time */
export async function startFunctionWorker(
  bundlePath: string,
  settings: Settings,
  log: LogLine,
): Promise<FunctionWorker> {
  const givenUp = deferred<string>();
  let stopping = false;
  let ends = 0;
  /** Undefined when there is none and none will come. */
  let current: Promise<WorkerChannel | undefined>;

  const watch = (channel: WorkerChannel): WorkerChannel => {
    void channel.ended.then((reason) => {
      if (stopping) {
        return;
      }
      ends += 1;
      log(oneLine(`the worker ended (${String(ends)} of ${String(endsBeforeRecycling)}): ${reason}`));
      current = ends < endsBeforeRecycling ? restart() : giveUp(reason);
    });
    return channel;
  };
  const giveUp = (reason: string): Promise<undefined> => {
    givenUp.resolve(reason);
    return Promise.resolve(undefined);
  };
  const restart = async (): Promise<WorkerChannel | undefined> => {
    try {
      return watch(await openWorker(bundlePath, settings, log));
    } catch (error) {
      return giveUp(errorText(error));
    }
  };

  const first = watch(await openWorker(bundlePath, settings, log));
  current = Promise.resolve(first);
  return {
    functions: first.functions,
    givenUp: givenUp.promise,
    invoke: async (invocation) => {
      const channel = await current;
      return channel === undefined
        ? { kind: 'failed', reason: 'the host is being recycled' }
        : channel.invoke(invocation);
    },
    stop: async () => {
      stopping = true;
      await (await current)?.stop();
    },
  };
}
