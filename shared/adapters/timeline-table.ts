import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { auditRecordSchema } from '../ingest/audit-record.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import type { TimelineStore } from '../ports.ts';
import { subjectsOf } from '../timeline/subjects.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, listRows, toRow } from './table-rows.ts';
import type { TableRow } from './table-rows.ts';
import { insertRows } from './table-writes.ts';

/**
 * Partitions of the table `timeline`, all beginning with the tenant:
 * `user` and `group` with an id: the records that speak of it, by time, log and provider's id;
 * `group-licensing`: those about the licences of groups; `ids-of` with a UPN and `upns-of` with an id: the index, both ways.
 */
export function createTimelineTable(table: TableClient): TimelineStore {
  const readPartition = async (partitionKey: string, from = ''): Promise<AuditRecord[]> => {
    const records: AuditRecord[] = [];
    const filter = odata`PartitionKey eq ${partitionKey} and RowKey ge ${from}`;
    for await (const row of listRows(table, filter)) records.push(fromRow(row, auditRecordSchema));
    return records;
  };
  const readIndex = async (partitionKey: string): Promise<string[]> => {
    const values: string[] = [];
    for await (const row of listRows(table, odata`PartitionKey eq ${partitionKey}`)) {
      values.push(fromRow(row, z.string()));
    }
    return values.sort();
  };
  const hasRows = async (partitionKey: string): Promise<boolean> => {
    const rows = listRows(table, odata`PartitionKey eq ${partitionKey}`);
    return (await rows.next()).done !== true;
  };
  const readRecordsOf = (tenantId: string, userId: string): Promise<AuditRecord[]> =>
    readPartition(tableKey(tenantId, 'user', userId));

  /** A UPN may pass from one account to another; then it is his who was called so last. */
  const lastCalled = async (tenantId: string, upn: string, ids: readonly string[]): Promise<string | undefined> => {
    const named = await Promise.all(
      ids.map(async (id) => {
        const records = await readRecordsOf(tenantId, id);
        return { id, at: records.filter((record) => record.target.user?.upn === upn).at(-1)?.at ?? '' };
      }),
    );
    return named.sort((a, b) => compareText(b.at, a.at) || compareText(a.id, b.id))[0]?.id;
  };

  return {
    async insert(tenantId, records) {
      await insertRows(table, records.flatMap((record) => rowsOf(tenantId, record)));
    },

    async readUser(tenantId, userId) {
      const own = await readRecordsOf(tenantId, userId);
      for (const upn of await readIndex(tableKey(tenantId, 'upns-of', userId))) {
        const ids = await readIndex(tableKey(tenantId, 'ids-of', upn));
        if (ids.length === 1) own.push(...(await readRecordsOf(tenantId, upn)));
      }
      return inOrder(own);
    },

    async readGroup(tenantId, groupId) {
      return inOrder(await readPartition(tableKey(tenantId, 'group', groupId)));
    },

    async readGroupLicensing(tenantId, from) {
      return inOrder(await readPartition(tableKey(tenantId, 'group-licensing'), isoTime(from)));
    },

    async findUser(tenantId, idOrUpn) {
      const name = idOrUpn.toLowerCase();
      const ids = await readIndex(tableKey(tenantId, 'ids-of', name));
      if (ids.length > 0) return lastCalled(tenantId, name, ids);
      return (await hasRows(tableKey(tenantId, 'user', name))) ? name : undefined;
    },
  };
}

function rowsOf(tenantId: string, record: AuditRecord): TableRow[] {
  const partitions = subjectsOf(record).map(({ kind, id }) => tableKey(tenantId, kind, id));
  const { user, group } = record.target;
  if (group !== undefined && user === undefined) partitions.push(tableKey(tenantId, 'group-licensing'));
  const rowKey = tableKey(isoTime(record.at), record.log, record.id);
  const rows = partitions.map((partitionKey) => toRow(partitionKey, rowKey, record));
  if (user?.id !== undefined && user.upn !== undefined) {
    rows.push(toRow(tableKey(tenantId, 'ids-of', user.upn), tableKey(user.id), user.id));
    rows.push(toRow(tableKey(tenantId, 'upns-of', user.id), tableKey(user.upn), user.upn));
  }
  return rows;
}

/** One form for all, so that keys sort by time. */
function isoTime(at: string): string {
  return new Date(at).toISOString();
}

/** By time, each record once: a record stands in the partition of the id and may stand in that of the UPN. */
function inOrder(records: readonly AuditRecord[]): AuditRecord[] {
  const distinct = new Map(records.map((record) => [`${record.log} ${record.id}`, record]));
  return [...distinct].sort(([a, x], [b, y]) => compareText(x.at, y.at) || compareText(a, b)).map(([, record]) => record);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
