import { setTimeout as sleepFor } from 'node:timers/promises';
import { type AllowanceStore, grant, type Spending, type TakeAllowance } from '../services/allowance.ts';
import { createOwnAllowances, patienceSeconds } from './request-budget.ts';

/** So often another instance may be quicker before this one waits. */
const mostAttempts = 5;
/** After which to come again where storage does not answer. */
const storageAwaySeconds = 5;

interface Portion {
  units: number;
  /** Milliseconds. */
  until: number;
}

/**
 * Allowances that all instances share: each takes portions of them from the row of the tenant and uses them by itself. Where the row
 * cannot be had nothing is granted, because others may have used everything up.
 */
export function createSharedAllowances(
  store: AllowanceStore,
  {
    now = Date.now,
    sleep = sleepFor,
  }: { now?: () => number; sleep?: (milliseconds: number) => Promise<unknown> } = {},
): TakeAllowance {
  const own = createOwnAllowances();
  const portions = new Map<string, Portion>();
  /** Who takes the next portion of each allowance: calls of this process wait for each other. */
  const turns = new Map<string, Promise<unknown>>();

  const takePortion = async (tenantId: string, spending: Spending): Promise<number> => {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const stored = await store.readAllowance(tenantId, spending.allowance);
      const asked = grant(stored?.row, tenantId, spending, now());
      if (asked.kind === 'used-up') return asked.milliseconds;
      if ((await store.saveAllowance(asked.row, stored?.version)) === 'changed') continue;
      const until = now() + spending.portionSeconds * 1000;
      portions.set(keyOf(tenantId, spending), { units: asked.units - spending.cost, until });
      return 0;
    }
    return 1000;
  };

  const take = async (tenantId: string, spending: Spending): Promise<number> => {
    const portion = portions.get(keyOf(tenantId, spending));
    if (portion !== undefined && portion.units >= spending.cost && portion.until > now()) {
      portion.units -= spending.cost;
      return 0;
    }
    const wait = await takePortion(tenantId, spending);
    if (wait === 0 || wait > patienceSeconds * 1000) return Math.ceil(wait / 1000);
    await sleep(wait);
    return Math.ceil((await takePortion(tenantId, spending)) / 1000);
  };

  return async (tenantId, spending) => {
    if (spending.eachInstance) return own(tenantId, spending);
    const key = keyOf(tenantId, spending);
    const before = turns.get(key) ?? Promise.resolve();
    const turn = before.then(() => take(tenantId, spending)).catch(() => storageAwaySeconds);
    turns.set(key, turn);
    const seconds = await turn;
    if (turns.get(key) === turn) turns.delete(key);
    return seconds;
  };
}

function keyOf(tenantId: string, { allowance }: Spending): string {
  return JSON.stringify([tenantId, allowance]);
}
