import type { AuditRecord } from '../ingest/audit-record.ts';
import { chained, groupedBy } from '../text/order.ts';
import { togetherMinutes } from './join-reach.ts';

export interface Occurrence<T> {
  item: T;
  /** The same text for the same thing happening to the same subject. */
  key: readonly string[];
  record: AuditRecord;
  parts: readonly AuditRecord[];
}

/**
 * One for each thing that happened: records under one correlation id that say the same of the same subject (both logs, "Disable account"
 * and its "Update user", "Delete user" and "Hard Delete user") are one, within a few minutes of the first.
 */
export function joinOccurrences<T>(told: readonly Occurrence<T>[]): { item: T; records: AuditRecord[] }[] {
  const same = groupedBy(told, ({ key, record }) =>
    JSON.stringify([...key, record.correlationId?.toLowerCase() ?? `${record.log} ${record.id}`]),
  );
  return [...same.values()].flatMap((occurrences) => {
    const timed = occurrences.map((occurrence) => ({ ...occurrence, at: occurrence.record.at }));
    return chained(timed, togetherMinutes * 60, togetherMinutes * 60).flatMap((run) => {
      const [first] = run;
      return first === undefined ? [] : [{ item: first.item, records: run.flatMap(({ parts }) => parts) }];
    });
  });
}
