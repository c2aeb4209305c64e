/**
 * What became of a read. Everything that is not `read` is neither absence nor emptiness (law 3).
 * `later`: throttled, 5xx, reset or timed out: try again, after `afterSeconds` where the service said so. `throttled`: whatever else is
 * asked now would be answered so too; all else may be about the one thing that was asked for.
 * `refused`: it will not work by waiting (400, 401, 403, 404, 410, not JSON, a link to another host); `status` where there was one.
 */
export type ReadOutcome<T> =
  | { kind: 'read'; value: T }
  | { kind: 'later'; reason: string; afterSeconds?: number; throttled?: true }
  | { kind: 'refused'; reason: string; status?: number; code?: string; permission?: string };
