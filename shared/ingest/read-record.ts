import type { AuditRecord, LogName } from './audit-record.ts';

/** Stands for the tenant of a record that names none, until the reader of the file learns it. */
export const unknownTenant = 'unknown';

/**
 * What became of one raw record.
 * - `record`: it can give a fact or takes part in a join.
 * - `ignored`: no fact can come of it; it is counted by its activity. `id` and `at` let duplicates and coverage be counted too.
 * - `unreadable`: `reason` names the field that is wrong and never its value.
 */
export type ReadRecord =
  | { kind: 'record'; record: AuditRecord }
  | { kind: 'ignored'; activity: string; id?: string; tenantId?: string; at?: string; log: LogName }
  | { kind: 'unreadable'; reason: string };

export function unreadable(reason: string): ReadRecord {
  return { kind: 'unreadable', reason };
}
