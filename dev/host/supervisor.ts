import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onEndSignal, signalExitCode } from './end-signals.ts';

const shortestPauseMilliseconds = 100;
const longestPauseMilliseconds = 5_000;

/** A host that ran this long is not in a circle of breaking down. */
const soundLifeMilliseconds = 60_000;

/** How often a host that ran before may fail to start: storage or the port may be back a moment later. */
const failedStartsBeforeEnd = 5;

/** How one life of the host ended. */
export interface HostLife {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It had come as far as serving. */
  ran: boolean;
  lastedMilliseconds: number;
}

export interface HostHistory {
  hasRun: boolean;
  /** Lives in a row that the host ended by itself; being killed is not one. */
  breakdowns: number;
}

export type AfterLife =
  { kind: 'end'; exitCode: number } | { kind: 'restart'; pauseMilliseconds: number; history: HostHistory };

/**
 * A host that was asked to end, or that cannot start, ends the supervisor. One that was killed or broke down comes back, the later
 * the more often it broke down.
 */
export function afterLife(life: HostLife, ending: boolean, history: HostHistory): AfterLife {
  const hasRun = history.hasRun || life.ran;
  const breakdowns = life.lastedMilliseconds >= soundLifeMilliseconds ? 0 : history.breakdowns;
  if (ending) {
    return { kind: 'end', exitCode: life.code ?? 0 };
  }
  if (life.code === null) {
    return { kind: 'restart', pauseMilliseconds: shortestPauseMilliseconds, history: { hasRun, breakdowns } };
  }
  const cannotStart = !life.ran && (!hasRun || breakdowns >= failedStartsBeforeEnd);
  if (life.code === 0 || cannotStart) {
    return { kind: 'end', exitCode: life.code };
  }
  return {
    kind: 'restart',
    pauseMilliseconds: Math.min(shortestPauseMilliseconds * 2 ** breakdowns, longestPauseMilliseconds),
    history: { hasRun, breakdowns: breakdowns + 1 },
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
  let history: HostHistory = { hasRun: false, breakdowns: 0 };
  for (;;) {
    // In a group of its own: Ctrl-C reaches it through the supervisor only, once.
    child = fork(script, scriptArguments, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const life = await lifeOf(child);
    const next = afterLife(life, ending.signal.aborted, history);
    if (next.kind === 'end') {
      return next.exitCode;
    }
    console.error(
      `The host ended (${life.signal ?? `exit code ${String(life.code)}`}) and is started again.`,
    );
    history = next.history;
    const waited = await sleep(next.pauseMilliseconds, true, { signal: ending.signal }).catch(() => false);
    if (!waited) {
      return 0;
    }
  }
}

function lifeOf(child: ChildProcess): Promise<HostLife> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let ran = false;
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      resolve({ code, signal, ran, lastedMilliseconds: performance.now() - begun });
    };
    child.once('message', () => {
      ran = true;
    });
    child.once('exit', end);
    child.once('error', () => {
      end(1, null);
    });
  });
}
