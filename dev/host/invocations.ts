import { randomUUID } from 'node:crypto';
import type { FunctionWorker } from './function-worker.ts';
import { type LogLine, oneLine } from './log-line.ts';
import type { Invocation, InvocationResult } from './worker-messages.ts';

/** Everything that the host runs goes through here: each run gets its id and its line, and is waited for at the end. */
export interface Invocations {
  run(call: Omit<Invocation, 'id'>): Promise<InvocationResult>;
  /** Resolves when nothing runs. */
  finished(): Promise<void>;
}

export function trackInvocations(worker: FunctionWorker, log: LogLine): Invocations {
  const running = new Set<Promise<InvocationResult>>();

  const invoke = async (call: Omit<Invocation, 'id'>): Promise<InvocationResult> => {
    const id = randomUUID();
    const begun = performance.now();
    const result = await worker.invoke({ ...call, id });
    const duration = `${String(Math.round(performance.now() - begun))} ms`;
    const reason = result.kind === 'failed' ? `: ${oneLine(result.reason)}` : '';
    log(`${call.functionName} ${id} ${result.kind} ${duration}${reason}`);
    return result;
  };
  return {
    run: (call) => {
      const run = invoke(call).finally(() => running.delete(run));
      running.add(run);
      return run;
    },
    finished: async () => {
      while (running.size > 0) {
        await Promise.all(running);
      }
    },
  };
}
