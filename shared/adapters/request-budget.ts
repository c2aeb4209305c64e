import { setTimeout as sleepFor } from 'node:timers/promises';
import type { TakeAllowance } from '../services/allowance.ts';

export interface BudgetOptions {
  /** Units; a request costs one where nothing else is said. */
  requests: number;
  seconds: number;
  /** A wait up to this is slept; a longer one is the caller's to arrange, with a delayed message. */
  patienceSeconds: number;
  now?: () => number;
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** Takes one request: 0 when it may be made now, else the number of seconds after which to come again. */
export type RequestBudget = (key: string, cost?: number) => Promise<number>;

/** At most so many units in any so many seconds for each key, of what this process does. */
export function createRequestBudget(options: BudgetOptions): RequestBudget {
  const { requests, seconds, patienceSeconds, now = () => performance.now(), sleep = sleepFor } = options;
  const granted = new Map<string, number[]>();
  return async (key, cost = 1) => {
    const times = granted.get(key) ?? [];
    // When this one is granted, the last that must be over is so many back.
    const last = times[times.length + cost - requests - 1];
    const at = last === undefined ? now() : Math.max(now(), last + seconds * 1000);
    const wait = at - now();
    if (wait > patienceSeconds * 1000) return Math.ceil(wait / 1000);
    granted.set(key, [...times, ...Array.from({ length: cost }, () => at)].slice(-requests));
    if (wait > 0) await sleep(wait);
    return 0;
  };
}

/** A wait up to this is slept within a step. */
export const patienceSeconds = 3;

/**
 * Every allowance counted for this process alone: for a command, and for what instances need not share. The service's 429 is honoured
 * all the same.
 */
export function createOwnAllowances(clock: Pick<BudgetOptions, 'now' | 'sleep'> = {}): TakeAllowance {
  const budgets = new Map<string, RequestBudget>();
  return (tenantId, { allowance, units, seconds, cost }) => {
    const budget =
      budgets.get(allowance) ?? createRequestBudget({ requests: units, seconds, patienceSeconds, ...clock });
    budgets.set(allowance, budget);
    return budget(tenantId, cost);
  };
}
