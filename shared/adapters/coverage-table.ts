import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { CoverageStore, TenantData } from '../ports.ts';
import { sourceNames } from '../timeline/coverage.ts';
import { forgetRows } from './forget-rows.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, toRow } from './table-rows.ts';
import { saveRow } from './table-writes.ts';

const windowSchema = z.looseObject({ from: z.string(), to: z.string() });

/** As in stored-alert.ts: later fields have defaults, unknown ones are kept. */
const coverageRowSchema = z.looseObject({
  tenantId: z.string(),
  source: z.enum(sourceNames),
  run: z.number(),
  step: z.looseObject({ number: z.number(), state: z.unknown() }).exactOptional(),
  leaseUntil: z.string().exactOptional(),
  startedAt: z.string().exactOptional(),
  finishedAt: z.string().exactOptional(),
  first: z.boolean(),
  windows: z.array(windowSchema).default([]),
  reread: z
    .looseObject({ short: z.string().exactOptional(), long: z.string().exactOptional() })
    .exactOptional(),
  gaps: z
    .array(
      z.looseObject({
        from: z.string(),
        to: z.string(),
        reason: z.string(),
        content: z.string().exactOptional(),
      }),
    )
    .default([]),
  failure: z
    .looseObject({ at: z.string(), reason: z.string(), permission: z.string().exactOptional() })
    .exactOptional(),
  counts: z.looseObject({ records: z.number(), ignored: z.number(), unreadable: z.number() }).exactOptional(),
});

/** One row a tenant and source in the table `coverage`; its ETag is the version. */
export function createCoverageTable(table: TableClient): CoverageStore & TenantData {
  return {
    async read(tenantId, source) {
      const row = await getRow(table, tableKey(tenantId), tableKey(source));
      return row === undefined ? undefined : { row: fromRow(row, coverageRowSchema), version: row.etag };
    },

    async save(row, version) {
      return saveRow(table, toRow(tableKey(row.tenantId), tableKey(row.source), row), version);
    },

    async *list() {
      for await (const row of listRows(table)) yield fromRow(row, coverageRowSchema);
    },

    forget: (tenantId) => forgetRows(table, odata`PartitionKey eq ${tableKey(tenantId)}`),
  };
}
