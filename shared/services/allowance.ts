import type { Version } from '../ports.ts';

/** What one call takes of an allowance of its service. */
export interface Spending {
  /** The name under which it is counted. */
  allowance: string;
  /** `the audit logs`. */
  words: string;
  /** So many units in any so many seconds, for one application in one tenant. */
  units: number;
  seconds: number;
  /** How many units an instance takes at once, and within how many seconds it must have used them. */
  portion: number;
  portionSeconds: number;
  /** It is not shared: each instance counts for itself. */
  eachInstance: boolean;
  /** What this call takes. */
  cost: number;
}

/** Takes what a call costs: 0 when it may be made now, else the number of seconds after which to come again. */
export type TakeAllowance = (tenantId: string, spending: Spending) => Promise<number>;

/** What instances have taken of one allowance of one tenant lately. */
export interface AllowanceRow {
  tenantId: string;
  allowance: string;
  /** ISO 8601, UTC. */
  grants: { at: string; units: number }[];
}

export interface AllowanceStore {
  readAllowance(
    tenantId: string,
    allowance: string,
  ): Promise<{ row: AllowanceRow; version: Version } | undefined>;
  saveAllowance(row: AllowanceRow, version: Version | undefined): Promise<'saved' | 'changed'>;
}

export type Grant =
  | { kind: 'granted'; units: number; row: AllowanceRow }
  /** Milliseconds until enough of what was taken counts no longer. */
  | { kind: 'used-up'; milliseconds: number };

/**
 * Takes a portion, or as much of it as there is. A portion may be used until its time is over, so it counts until the window of the
 * service that ends then has passed: never more than the allowance lies in any window, whoever used it.
 */
export function grant(
  before: AllowanceRow | undefined,
  tenantId: string,
  { allowance, units, seconds, portion, portionSeconds, cost }: Spending,
  now: number,
): Grant {
  const countsFor = (seconds + portionSeconds) * 1000;
  const counting = (before?.grants ?? []).filter(({ at }) => Date.parse(at) + countsFor > now);
  const free = units - counting.reduce((sum, taken) => sum + taken.units, 0);
  if (free >= cost) {
    const taken = Math.min(Math.max(portion, cost), free);
    const grants = [...counting, { at: new Date(now).toISOString(), units: taken }];
    return { kind: 'granted', units: taken, row: { tenantId, allowance, grants } };
  }
  let released = free;
  for (const { at, units: taken } of counting.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    released += taken;
    if (released >= cost) return { kind: 'used-up', milliseconds: Date.parse(at) + countsFor - now };
  }
  return { kind: 'used-up', milliseconds: countsFor };
}
