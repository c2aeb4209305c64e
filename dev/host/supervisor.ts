import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onEndSignal, signalExitCode } from './end-signals.ts';

const shortestPauseMilliseconds = 100;
const longestPauseMilliseconds = 5_000;

/** How one life of the host ended. */
export interface HostLife {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It had come as far as serving. */
  ran: boolean;
}

export type AfterLife =
  | { kind: 'end'; exitCode: number }
  /** `deaths` counts those in a row that the host brought on itself; being killed is not one. */
  | { kind: 'restart'; pauseMilliseconds: number; deaths: number };

/**
 * A host that was asked to end, or that could not even start, ends the supervisor. One that was killed or broke down comes back, the
 * later the more often it broke down.
 */
export function afterLife(life: HostLife, ending: boolean, deaths: number): AfterLife {
  if (ending) {
    return { kind: 'end', exitCode: life.code ?? 0 };
  }
  if (life.code === 0 || (life.code !== null && !life.ran)) {
    return { kind: 'end', exitCode: life.code };
  }
  if (life.signal !== null) {
    return { kind: 'restart', pauseMilliseconds: shortestPauseMilliseconds, deaths };
  }
  const pause = shortestPauseMilliseconds * 2 ** deaths;
  return {
    kind: 'restart',
    pauseMilliseconds: Math.min(pause, longestPauseMilliseconds),
    deaths: deaths + 1,
  };
}

/** Keeps `script` running as the platform keeps a host running. @returns the exit code of the whole */
export async function supervise(script: string, scriptArguments: readonly string[]): Promise<number> {
  let child: ChildProcess | undefined;
  const ending = new AbortController();
  onEndSignal(
    (signal) => {
      ending.abort();
      child?.kill(signal);
    },
    (signal) => {
      child?.kill('SIGKILL');
      process.exit(signalExitCode(signal));
    },
  );
  for (let deaths = 0; ;) {
    // In a group of its own: Ctrl-C reaches it through the supervisor only, once.
    child = fork(script, scriptArguments, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const life = await lifeOf(child);
    const next = afterLife(life, ending.signal.aborted, deaths);
    if (next.kind === 'end') {
      return next.exitCode;
    }
    console.error(
      `The host ended (${life.signal ?? `exit code ${String(life.code)}`}) and is started again.`,
    );
    deaths = next.deaths;
    const waited = await sleep(next.pauseMilliseconds, true, { signal: ending.signal }).catch(() => false);
    if (!waited) {
      return 0;
    }
  }
}

function lifeOf(child: ChildProcess): Promise<HostLife> {
  return new Promise((resolve) => {
    let ran = false;
    child.once('message', () => {
      ran = true;
    });
    child.once('exit', (code, signal) => {
      resolve({ code, signal, ran });
    });
    child.once('error', () => {
      resolve({ code: 1, signal: null, ran });
    });
  });
}
