import { constants } from 'node:os';

/** Ctrl-C under npm arrives twice: from the terminal, and passed on by npm. That is one wish, not two. */
const sameWishMilliseconds = 500;

/** Calls `first` at the first signal to end, `second` with the exit code of the signal when a person insists. */
export function onEndSignal(
  first: (signal: NodeJS.Signals) => void,
  second: (signal: NodeJS.Signals) => void,
): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        first(signal);
      } else if (performance.now() - firstAt > sameWishMilliseconds) {
        second(signal);
      }
    });
  }
}

/** What a shell shows for a process that ended by a signal. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
