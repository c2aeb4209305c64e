import { deferred } from './deferred.ts';
import { errorText, oneLine } from './log-line.ts';
import type { FunctionMetadata } from './rpc.ts';
import { openWorker, type WorkerChannel, type WorkerOptions } from './worker-channel.ts';
import { endsBeforeRecycling, withAnotherEnd, type WorkerEnds } from './worker-ends.ts';
import type { Invocation, InvocationResult } from './worker-messages.ts';

export interface FunctionWorker {
  functions: readonly FunctionMetadata[];
  /** Never rejects. Waits for a worker that is being started again. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  stop(limitMilliseconds: number): Promise<void>;
  /** Resolves when the worker is not started again, with the reason; never after `stop`. */
  givenUp: Promise<string>;
}

/** Keeps one worker process alive. @throws HostCannotStart as `openWorker` does, the first time */
export async function startFunctionWorker(options: WorkerOptions): Promise<FunctionWorker> {
  const { log } = options;
  const givenUp = deferred<string>();
  let stopping = false;
  let ends: WorkerEnds | undefined;
  /** Undefined when there is none and none will come. */
  let current: Promise<WorkerChannel | undefined>;

  const watch = (channel: WorkerChannel): WorkerChannel => {
    void channel.ended.then((reason) => {
      if (stopping) {
        return;
      }
      ends = withAnotherEnd(ends, performance.now());
      log(oneLine(`the worker ended (${String(ends.count)} of ${String(endsBeforeRecycling)}): ${reason}`));
      current = ends.count < endsBeforeRecycling ? restart() : giveUp(reason);
    });
    return channel;
  };
  const giveUp = (reason: string): Promise<undefined> => {
    givenUp.resolve(reason);
    return Promise.resolve(undefined);
  };
  const restart = async (): Promise<WorkerChannel | undefined> => {
    try {
      return watch(await openWorker(options));
    } catch (error) {
      return giveUp(errorText(error));
    }
  };

  const first = watch(await openWorker(options));
  if (first.threw) {
    log('the app could not be loaded: as on Azure, no function runs and every route answers 404');
  }
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
    stop: async (limitMilliseconds) => {
      stopping = true;
      await (await current)?.stop(limitMilliseconds);
    },
  };
}
