import type { AuditRecord } from '../ingest/audit-record.ts';
import { compareText } from '../text/order.ts';

/**
 * Each record once, by log and the provider's id. Of the same record from two exports the one that tells more stays. Parts of a
 * sequence that contradict each other under one id all stay: the sequence must see that.
 */
export function distinctRecords(records: readonly AuditRecord[]): AuditRecord[] {
  const distinct = new Map<string, AuditRecord>();
  for (const record of records) {
    const key = JSON.stringify([record.tenantId, record.log, record.id, record.slice ?? null]);
    const known = distinct.get(key);
    if (known === undefined || tellsMore(record, known)) distinct.set(key, record);
  }
  return [...distinct.values()];
}

/** How many records there are, a record read twice counted once. */
export function countDistinct(records: Iterable<AuditRecord>): number {
  const ids = new Set<string>();
  for (const { log, id } of records) ids.add(`${log} ${id}`);
  return ids.size;
}

function tellsMore(record: AuditRecord, known: AuditRecord): boolean {
  if (record === known) return false;
  const [text, knownText] = [JSON.stringify(record), JSON.stringify(known)];
  return (
    text.length > knownText.length || (text.length === knownText.length && compareText(text, knownText) < 0)
  );
}
