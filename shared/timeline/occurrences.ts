import type { AuditRecord } from '../ingest/audit-record.ts';
import { groupedBy } from './order.ts';

export interface Occurrence<T> {
  item: T;
  /** The same text for the same thing happening to the same subject. */
  key: readonly string[];
  record: AuditRecord;
  parts: readonly AuditRecord[];
}

/**
 * One for each thing that happened: records under one correlation id that say the same of the same subject (both logs, "Disable account"
 * and its "Update user", "Delete user" and "Hard Delete user") are one.
 */
export function joinOccurrences<T>(told: readonly Occurrence<T>[]): { item: T; records: AuditRecord[] }[] {
  const same = groupedBy(told, ({ key, record }) =>
    JSON.stringify([...key, record.correlationId?.toLowerCase() ?? `${record.log} ${record.id}`]),
  );
  return [...same.values()].flatMap((occurrences) => {
    const [first] = occurrences;
    return first === undefined
      ? []
      : [{ item: first.item, records: occurrences.flatMap(({ parts }) => parts) }];
  });
}
