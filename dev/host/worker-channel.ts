import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { deferred } from './deferred.ts';
import { HostCannotStart } from './host-cannot-start.ts';
import type { Settings } from './host-settings.ts';
import { consoleCategory, isLogged, levelOfErrorOutput, type LogLevels } from './log-level.ts';
import { type LogLine, oneLine } from './log-line.ts';
import type { FunctionMetadata } from './rpc.ts';
import {
  type HostToWorker,
  type Invocation,
  type InvocationResult,
  isFromWorker,
  type WorkerToHost,
} from './worker-messages.ts';

/** One worker process with the app loaded in it. */
export interface WorkerChannel {
  functions: readonly FunctionMetadata[];
  /** The app's own code threw, so it has no functions. */
  threw: boolean;
  /** Never rejects; an invocation that the end of the process cut off has failed. */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Lets the app end itself (`appTerminate`), then ends the process: a hook that never ends must not keep the host from ending. */
  stop(limitMilliseconds: number): Promise<void>;
  /** Resolves when nothing more can run in the process, with what it died of. */
  ended: Promise<string>;
}

export interface WorkerOptions {
  bundlePath: string;
  settings: Settings;
  /** What of the app's and the worker's lines is shown. */
  logLevels: LogLevels;
  log: LogLine;
}

/** @throws HostCannotStart when the process ends while it loads the app, or the app is none for the local host */
export async function openWorker({
  bundlePath,
  settings,
  logLevels,
  log,
}: WorkerOptions): Promise<WorkerChannel> {
  const child = fork(fileURLToPath(new URL('./worker-process.ts', import.meta.url)), [bundlePath], {
    env: settings,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own, or Ctrl-C would end the functions before the host has let them finish.
    detached: true,
  });
  const logConsole = (level: string, line: string): void => {
    if (isLogged(logLevels, consoleCategory, level)) {
      log(`${consoleCategory} ${level}: ${oneLine(line)}`);
    }
  };
  eachLine(child.stdout, (line) => {
    logConsole('information', line);
  });
  eachLine(child.stderr, (line) => {
    logConsole(levelOfErrorOutput(line), line);
  });

  const loaded = deferred<{ functions: readonly FunctionMetadata[]; threw: boolean }>();
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
        loaded.resolve(message);
        return;
      case 'unsupported':
        loaded.reject(new HostCannotStart(message.reason));
        return;
      case 'finished':
        running.get(message.id)?.(message.result);
        running.delete(message.id);
        return;
      case 'log':
        if (isLogged(logLevels, categoryOf(message.functionName), message.level)) {
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

  const { functions, threw } = await loaded.promise;
  return {
    functions,
    threw,
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
    stop: async (limitMilliseconds) => {
      if (child.connected) {
        send({ kind: 'stop' });
      }
      const tooLate = setTimeout(() => child.kill('SIGKILL'), limitMilliseconds);
      await exited;
      clearTimeout(tooLate);
    },
  };
}

function categoryOf(functionName: string | undefined): string {
  return functionName === undefined ? 'Worker' : `Function.${functionName}.User`;
}

function eachLine(output: Readable | null, take: (line: string) => void): void {
  if (output !== null) {
    createInterface({ input: output }).on('line', take);
  }
}
