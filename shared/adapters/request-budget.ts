import { setTimeout as sleepFor } from 'node:timers/promises';

export interface BudgetOptions {
  requests: number;
  seconds: number;
  /** A wait up to this is slept; a longer one is the caller's to arrange, with a delayed message. */
  patienceSeconds: number;
  now?: () => number;
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** Takes one request: 0 when it may be made now, else the number of seconds after which to come again. */
export type RequestBudget = (key: string) => Promise<number>;

/**
 * At most so many requests in any so many seconds for each key. It counts what this process does; other instances spend from
 * the same allowance of the service, so its 429 is honoured all the same.
 */
export function createRequestBudget(options: BudgetOptions): RequestBudget {
  const { requests, seconds, patienceSeconds, now = () => performance.now(), sleep = sleepFor } = options;
  const granted = new Map<string, number[]>();
  return async (key) => {
    const times = granted.get(key) ?? [];
    const oldest = times.length < requests ? undefined : times[0];
    const at = oldest === undefined ? now() : Math.max(now(), oldest + seconds * 1000);
    const wait = at - now();
    if (wait > patienceSeconds * 1000) return Math.ceil(wait / 1000);
    granted.set(key, [...times, at].slice(-requests));
    if (wait > 0) await sleep(wait);
    return 0;
  };
}
