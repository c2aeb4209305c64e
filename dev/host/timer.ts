import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import { HostCannotStart } from './host-cannot-start.ts';
import type { Invocations } from './invocations.ts';
import { type LogLine, oneLine } from './log-line.ts';
import type { TimerRegistration } from './registration.ts';
import type { RpcRetryContext } from './rpc.ts';
import { storageProblem } from './storage.ts';
import { retryDelayMilliseconds } from './timer-retry.ts';
import { timerInput, type TimerStatusStore, yearOne } from './timer-status.ts';
import type { Trigger } from './trigger.ts';

/** Below it the host keeps no status of a timer. */
const monitoredFromMilliseconds = 60_000;

export interface Timer extends Trigger {
  /** Runs it at its times from now on; at once where a run is due since before the start. */
  start(): void;
  /** Runs it out of turn, as `/admin/functions` does. */
  runNow(): Promise<void>;
}

/** A schedule as NCRONTAB reads it: six fields, in UTC, day of month and day of week both have to fit. */
function schedule(timer: TimerRegistration, options: { paused: boolean }, run?: () => Promise<void>): Cron {
  try {
    return new Cron(
      timer.schedule,
      { mode: '6-part', timezone: 'UTC', domAndDow: true, sloppyRanges: true, protect: true, ...options },
      run,
    );
  } catch (error) {
    throw new HostCannotStart(`the function ${timer.name} has no 6-field schedule: "${timer.schedule}"`, {
      cause: error,
    });
  }
}

/**
 * Reads when a timer ran last. Its runs never overlap, but for those by hand.
 * @throws HostCannotStart naming the function whose schedule cannot be read
 */
export async function prepareTimer(
  timer: TimerRegistration,
  store: TimerStatusStore,
  invocations: Invocations,
  log: LogLine,
): Promise<Timer> {
  const stopped = new AbortController();
  const pattern = schedule(timer, { paused: true });
  const [first, second] = pattern.nextRuns(2);
  const interval = (second?.getTime() ?? Infinity) - (first?.getTime() ?? 0);
  const monitored = timer.useMonitor && interval >= monitoredFromMilliseconds;

  const nextRun = (): string => pattern.nextRun()?.toISOString() ?? yearOne;
  const kept = monitored ? await store.read(timer.name) : undefined;
  let status = kept;
  let abandoned = false;
  if (monitored && status === undefined) {
    status = { Last: yearOne, Next: nextRun(), LastUpdated: yearOne };
    await store.write(timer.name, status);
  }

  const attempt = async (isPastDue: boolean): Promise<void> => {
    let retryContext: RpcRetryContext | undefined;
    for (let retryCount = 1; ; retryCount += 1) {
      const result = await invocations.run({
        functionName: timer.name,
        input: timerInput(status, isPastDue),
        triggerMetadata: {},
        ...(retryContext === undefined ? {} : { retryContext }),
      });
      const delay = retryDelayMilliseconds(timer.retry, retryCount, Math.random());
      if (result.kind === 'succeeded' || delay === undefined) {
        return;
      }
      const waited = await sleep(delay, true, { signal: stopped.signal }).catch(() => false);
      if (!waited) {
        return;
      }
      retryContext = {
        retryCount,
        maxRetryCount: timer.retry?.maxRetryCount ?? 0,
        exception: {
          message: result.reason,
          ...(result.stack === undefined ? {} : { stackTrace: result.stack }),
        },
      };
    }
  };
  const fire = async (isPastDue: boolean): Promise<void> => {
    await attempt(isPastDue);
    if (status !== undefined && !abandoned) {
      const now = new Date().toISOString();
      status = { Last: now, Next: nextRun(), LastUpdated: now };
      try {
        await store.write(timer.name, status);
      } catch (error) {
        log(oneLine(`${timer.name}: its status could not be kept: ${storageProblem(error)}`));
      }
    }
  };

  let underWay = Promise.resolve();
  let job: Cron | undefined;
  return {
    start: () => {
      const isPastDue = kept !== undefined && kept.Next < new Date().toISOString();
      if (isPastDue || timer.runOnStartup) {
        underWay = fire(isPastDue);
      }
      job = schedule(timer, { paused: false }, async () => {
        await underWay;
        underWay = fire(false);
        await underWay;
      });
    },
    runNow: () => attempt(false),
    stop: async () => {
      stopped.abort();
      job?.stop();
      await underWay;
    },
    abandon: () => {
      abandoned = true;
    },
  };
}
