import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { deferred } from './deferred.ts';
import { HostCannotStart } from './host-cannot-start.ts';
import type { Settings } from './host-settings.ts';
import { type LogLine, oneLine } from './log-line.ts';
import type { FunctionMetadata } from './rpc.ts';
import {
  type HostToWorker,
  type Invocation,
  type InvocationResult,
  isFromWorker,
  type WorkerToHost,
} from './worker-messages.ts';

/** A hook that never ends must not keep the host from ending. */
const stopLimitMilliseconds = 10_000;

const shownLevels: ReadonlySet<string> = new Set(['information', 'warning', 'error', 'critical']);

/** One worker process with the app loaded in it. */
export interface WorkerChannel {
  functions: readonly FunctionMetadata[];
  /** Never rejects; an invocation that the end of the process cut off has failed. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Lets the app end itself (`appTerminate`), then ends the process. */
  stop(): Promise<void>;
  /** Resolves when nothing more can run in the process, with what it died of. */
  ended: Promise<string>;
}

/** @throws HostCannotStart with the app's own message when it cannot be loaded */
export async function openWorker(
  bundlePath: string,
  settings: Settings,
  log: LogLine,
): Promise<WorkerChannel> {
  const child = fork(fileURLToPath(new URL('./worker-process.ts', import.meta.url)), [bundlePath], {
    env: settings,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own, or Ctrl-C would end the functions before the host has let them finish.
    detached: true,
  });
  for (const output of [child.stdout, child.stderr]) {
    if (output !== null) {
      logEachLine(output, log);
    }
  }

  const loaded = deferred<readonly FunctionMetadata[]>();
  const ended = deferred<string>();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const running = new Map<string, (result: InvocationResult) => void>();
  let endReason: string | undefined;
  const end = (reason: string): void => {
    endReason ??= reason;
    for (const finish of running.values()) {
      finish({ kind: 'failed', reason: `the worker ended: ${endReason}` });
    }
    running.clear();
    ended.resolve(endReason);
  };
  const send = (message: HostToWorker): void => {
    child.send(message, (error) => {
      if (error !== null) {
        end(error.message);
      }
    });
  };

  const receive = (message: WorkerToHost): void => {
    switch (message.kind) {
      case 'loaded':
        loaded.resolve(message.functions);
        return;
      case 'not-loaded':
        loaded.reject(new HostCannotStart(message.reason));
        return;
      case 'finished':
        running.get(message.id)?.(message.result);
        running.delete(message.id);
        return;
      case 'log':
        if (shownLevels.has(message.level)) {
          const origin = [message.functionName, message.invocationId].filter((part) => part !== undefined);
          log([...origin, `${message.level}:`, oneLine(message.text)].join(' '));
        }
        return;
      case 'crashed':
        end(message.reason);
    }
  };
  child.on('message', (message) => {
    if (isFromWorker(message)) {
      receive(message);
    }
  });
  child.once('error', (error) => {
    end(error.message);
  });
  child.once('exit', (code, signal) => {
    end(signal ?? `exit code ${String(code)}`);
    loaded.reject(new HostCannotStart(`the functions could not be loaded: ${endReason ?? ''}`));
  });

  return {
    functions: await loaded.promise,
    ended: ended.promise,
    invoke: (invocation) => {
      if (endReason !== undefined) {
        return Promise.resolve({ kind: 'failed', reason: `the worker ended: ${endReason}` });
      }
      const result = deferred<InvocationResult>();
      running.set(invocation.id, result.resolve);
      send({ kind: 'invoke', invocation });
      return result.promise;
    },
    stop: async () => {
      if (child.connected) {
        send({ kind: 'stop' });
      }
      const tooLate = setTimeout(() => child.kill('SIGKILL'), stopLimitMilliseconds);
      await exited;
      clearTimeout(tooLate);
    },
  };
}

function logEachLine(output: Readable, log: LogLine): void {
  createInterface({ input: output }).on('line', (line) => {
    log(oneLine(line));
  });
}
