import { organisationOf, readActivityRecord } from './activity-record.ts';
import { readAzureMonitorAudit } from './azure-monitor-audit.ts';
import type { Format } from './detect-format.ts';
import { whyCut } from './cut-content.ts';
import { readGraphAudit } from './graph-audit.ts';
import { asObject, decoded } from '../json/json-value.ts';
import { readPurviewRow } from './purview-row.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readSentinelAudit } from './sentinel-audit.ts';

/** A record as it stands in a file: a parsed JSON value or a row of CSV, or, in lists of AuditData, JSON in a string. */
export function unpackedRecord(raw: unknown): unknown {
  // Windows PowerShell's `Get-Content … | ConvertTo-Json` puts each line beside the path that it came from.
  const line = asObject(raw);
  return decoded(typeof line?.['value'] === 'string' && line['PSPath'] !== undefined ? line['value'] : raw);
}

/** Reads one record of an exported log, as `unpackedRecord` gives it. `tenantId` holds where the record names none. */
export function readRecordOf(format: Format, raw: unknown, tenantId: string = unknownTenant): ReadRecord {
  if (typeof raw === 'string') return unreadable(`record: ${whyCut(raw) ?? 'text, no JSON object'}`);
  switch (format) {
    case 'graph':
      return readGraphAudit(raw, tenantId);
    case 'azure-monitor':
      return readAzureMonitorAudit(raw, tenantId);
    case 'activity':
      return readActivityRecord(raw, organisationOf(raw) ?? tenantId);
    case 'sentinel':
      return readSentinelAudit(raw, tenantId);
    case 'purview-csv': {
      const row = asObject(raw);
      return row === undefined ? unreadable('row: no object') : readPurviewRow(textsOf(row), tenantId);
    }
  }
}

function textsOf(row: Readonly<Record<string, unknown>>): Record<string, string> {
  const cells = Object.entries(row).filter((cell): cell is [string, string] => typeof cell[1] === 'string');
  return Object.fromEntries(cells);
}
