import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { CoverageRow, CoverageStore } from '../coverage/coverage-store.ts';
import type { TenantData } from '../tenants/tenant-store.ts';
import { sourceNames } from '../coverage/coverage.ts';
import type { AllowanceStore } from '../services/allowance.ts';
import { forgetRows } from './forget-rows.ts';
import { isBelow, tableKey } from './table-keys.ts';
import { fromRow, getRow, listRows, toRow } from './table-rows.ts';
import { saveRow } from './table-writes.ts';

const windowSchema = z.looseObject({ from: z.string(), to: z.string() });

/** As in stored-alert.ts: later fields have defaults, unknown ones are kept. */
const collectedRowSchema = z.looseObject({
  tenantId: z.string(),
  run: z.number(),
  step: z
    .looseObject({
      number: z.number(),
      state: z.unknown(),
      attempt: z.number().exactOptional(),
      failed: z.number().exactOptional(),
      waitsUntil: z.string().exactOptional(),
      told: z.boolean().exactOptional(),
    })
    .exactOptional(),
  leaseUntil: z.string().exactOptional(),
  startedAt: z.string().exactOptional(),
  beganFor: z.string().exactOptional(),
  askedAt: z.string().exactOptional(),
  pending: z.looseObject({ requestedAt: z.string(), byHand: z.boolean() }).exactOptional(),
  finishedAt: z.string().exactOptional(),
  first: z.boolean(),
  failure: z
    .looseObject({ at: z.string(), reason: z.string(), permission: z.string().exactOptional() })
    .exactOptional(),
  counts: z
    .looseObject({
      records: z.number(),
      ignored: z.number(),
      unreadable: z.number(),
      states: z.number().exactOptional(),
    })
    .exactOptional(),
});

const logRowSchema = z.looseObject({
  ...collectedRowSchema.shape,
  kind: z.literal('log').exactOptional(),
  source: z.enum(sourceNames),
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
        tries: z.number().exactOptional(),
        triedAt: z.string().exactOptional(),
      }),
    )
    .default([]),
  givenSince: z.string().exactOptional(),
  off: z.literal(true).exactOptional(),
  newest: z.looseObject({ content: z.string(), created: z.string() }).exactOptional(),
});

const sweepSchema = z.looseObject({ asOf: z.string(), subjects: z.number(), complete: z.boolean() });
const sweepRowSchema = z.looseObject({
  ...collectedRowSchema.shape,
  kind: z.literal('sweep'),
  source: z.templateLiteral(['sweep-', z.string()]),
  sweep: sweepSchema.exactOptional(),
  lastComplete: sweepSchema.exactOptional(),
});

/** A row without a kind is of a log: there were no others. */
const coverageRowSchema: z.ZodType<CoverageRow> = z.union([sweepRowSchema, logRowSchema]);

const allowanceSchema = z.looseObject({
  tenantId: z.string(),
  allowance: z.string(),
  grants: z.array(z.looseObject({ at: z.string(), units: z.number() })),
});

/** The parts of allowances that were taken stand beside the sources of their tenant. */
const allowancePart = 'allowance';

/**
 * One row a tenant and source in the table `coverage`, and one a tenant and allowance that it has used lately. The ETag of a row is its
 * version.
 */
export function createCoverageTable(table: TableClient): CoverageStore & AllowanceStore & TenantData {
  const find = async (tenantId: string, source: string) => {
    const row = await getRow(table, tableKey(tenantId), tableKey(source));
    return row === undefined ? undefined : { row: fromRow(row, coverageRowSchema), version: row.etag };
  };
  const list = async function* (): AsyncGenerator<CoverageRow> {
    for await (const row of listRows(table)) {
      if (!isBelow(row.rowKey ?? '', allowancePart)) yield fromRow(row, coverageRowSchema);
    }
  };

  return {
    async read(tenantId, source) {
      const stored = await find(tenantId, source);
      return stored === undefined || stored.row.kind === 'sweep'
        ? undefined
        : { row: stored.row, version: stored.version };
    },

    async readSweep(tenantId, source) {
      const stored = await find(tenantId, source);
      return stored?.row.kind === 'sweep' ? { row: stored.row, version: stored.version } : undefined;
    },

    async save(row, version) {
      return saveRow(table, toRow(tableKey(row.tenantId), tableKey(row.source), row), version);
    },

    async *list() {
      for await (const row of list()) if (row.kind !== 'sweep') yield row;
    },

    async *listSweeps() {
      for await (const row of list()) if (row.kind === 'sweep') yield row;
    },

    async readAllowance(tenantId, allowance) {
      const row = await getRow(table, tableKey(tenantId), tableKey(allowancePart, allowance));
      return row === undefined ? undefined : { row: fromRow(row, allowanceSchema), version: row.etag };
    },

    async saveAllowance(row, version) {
      const key = tableKey(allowancePart, row.allowance);
      return saveRow(table, toRow(tableKey(row.tenantId), key, row), version);
    },

    forget: (tenantId) => forgetRows(table, odata`PartitionKey eq ${tableKey(tenantId)}`),
  };
}
