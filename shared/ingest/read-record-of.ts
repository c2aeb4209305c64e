import { organisationOf, readActivityRecord } from './activity-record.ts';
import { readAzureMonitorAudit } from './azure-monitor-audit.ts';
import type { Format } from './detect-format.ts';
import { readGraphAudit } from './graph-audit.ts';
import { asObject } from './json-value.ts';
import { readPurviewRow } from './purview-row.ts';
import { unknownTenant, unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readSentinelAudit } from './sentinel-audit.ts';

/** Reads one record of an exported log: a parsed JSON value or a row of CSV. `tenantId` holds where the record names none. */
export function readRecordOf(format: Format, raw: unknown, tenantId: string = unknownTenant): ReadRecord {
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
