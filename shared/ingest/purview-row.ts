import { organisationOf, readActivityRecord } from './activity-record.ts';
import { cutByPowerShellIn } from './cut-content.ts';
import { asObject, decoded } from '../json/json-value.ts';
import { unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';

/**
 * A row of Purview's audit search, or of Search-UnifiedAuditLog, as CSV: the record of the Management Activity API stands in the
 * column `AuditData`. The other columns repeat parts of it. `tenantId` holds where the record names none.
 */
export function readPurviewRow(row: Readonly<Record<string, string>>, tenantId?: string): ReadRecord {
  const text = row['AuditData'] ?? Object.entries(row).find(([name]) => isAuditData(name))?.[1];
  if (text === undefined || text.trim() === '') return unreadable('AuditData: missing');
  const record = asObject(decoded(text));
  if (record === undefined) {
    // Excel cuts a cell off at 32,767 characters.
    return unreadable(
      `AuditData: ${cutByPowerShellIn(text) ?? 'no JSON object (cut off by a spreadsheet?)'}`,
    );
  }
  return readActivityRecord(record, organisationOf(record) ?? tenantId);
}

/** The first column's name may begin with a byte order mark. */
export function isAuditData(column: string): boolean {
  return (
    column
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase() === 'auditdata'
  );
}
