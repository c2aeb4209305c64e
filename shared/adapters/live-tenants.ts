import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { createdWhenMissing, statusOf } from './storage.ts';
import { tableKey } from './table-keys.ts';
import { fromRow, listRows, toRow } from './table-rows.ts';

/**
 * Which tenants may have an alert that is not resolved: a mark for each, all in one partition, so that a list over hundreds of tenants
 * asks only those few. A mark says "may", and no mark says "none": it is put before the alert is written, and taken away only when it is
 * old and nothing is there. It is no number: a number beside the tenant's partition would be wrong after a crash.
 */
export interface LiveTenants {
  /** Before the first write that makes an alert of the tenant live. */
  mark(tenantId: string): Promise<void>;
  read(): Promise<Map<string, Mark>>;
  /** Takes away the marks of those among `tenantIds` that have nothing live any more; a few in one call. */
  tidy(
    tenantIds: readonly string[],
    marks: ReadonlyMap<string, Mark>,
    isLive: (tenantId: string) => Promise<boolean>,
  ): Promise<void>;
  /** How many rows went. */
  forget(tenantId: string): Promise<number>;
}

interface Mark {
  version: string;
  /** When it was put last, by the clock of storage. */
  putAt: number;
}

/** So long this process does not put again what it has put: many alerts that open together cost one mark. */
const rememberedMilliseconds = 60_000;
/**
 * A mark that was put, or remembered, shortly before may be followed by its alert only now: a write takes up to four attempts of thirty
 * seconds. The rest is for clocks that differ.
 */
const oldAfterMilliseconds = 10 * 60_000;
const tidiedAtOnce = 2;

/** Two parts long, so that it is the partition of no tenant. */
const partition = tableKey('live', 'tenants');
const markSchema = z.looseObject({ tenantId: z.string() });

export function createLiveTenants(table: TableClient): LiveTenants {
  const remembered = new Map<string, number>();
  const put = async (tenantId: string): Promise<void> => {
    const row = toRow(partition, tableKey(tenantId), { tenantId });
    await createdWhenMissing(
      () => table.createTable(),
      () => table.upsertEntity(row, 'Replace'),
    );
    remembered.set(tenantId, Date.now());
  };
  const remove = async (tenantId: string, version: string): Promise<boolean> => {
    remembered.delete(tenantId);
    try {
      await table.deleteEntity(partition, tableKey(tenantId), { etag: version });
      return true;
    } catch (error) {
      const status = statusOf(error);
      // Somebody has put it again, or taken it away.
      if (status === 412 || status === 404) return false;
      throw error;
    }
  };

  return {
    async mark(tenantId) {
      const putAt = remembered.get(tenantId);
      if (putAt === undefined || Date.now() - putAt > rememberedMilliseconds) await put(tenantId);
    },

    async read() {
      const marks = new Map<string, Mark>();
      for await (const row of listRows(table, odata`PartitionKey eq ${partition}`)) {
        const { tenantId } = fromRow(row, markSchema);
        marks.set(tenantId, { version: row.etag, putAt: Date.parse(row.timestamp ?? '') });
      }
      return marks;
    },

    async tidy(tenantIds, marks, isLive) {
      const old = tenantIds
        .flatMap((tenantId) => {
          const mark = marks.get(tenantId);
          return mark === undefined ? [] : [{ tenantId, ...mark }];
        })
        .filter(({ putAt }) => Date.now() - putAt > oldAfterMilliseconds)
        .sort((a, b) => a.putAt - b.putAt);
      for (const { tenantId, version } of old.slice(0, tidiedAtOnce)) {
        // Put again it is looked at last the next time.
        await ((await isLive(tenantId)) ? put(tenantId) : remove(tenantId, version));
      }
    },

    async forget(tenantId) {
      return (await remove(tenantId, '*')) ? 1 : 0;
    },
  };
}
