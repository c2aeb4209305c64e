import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { auditRecordSchema } from '../ingest/audit-record.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import type { TenantData, TimelineStore } from '../ports.ts';
import { distinctRecords } from '../timeline/distinct-records.ts';
import { compareText } from '../timeline/order.ts';
import { subjectsOf } from '../timeline/subjects.ts';
import { forgetRows } from './forget-rows.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, listRows, toRow } from './table-rows.ts';
import type { TableRow } from './table-rows.ts';
import { insertRows } from './table-writes.ts';

/**
 * Partitions of the table `timeline`, all beginning with the tenant:
 * `user` and `group` with an id: the records that speak of it, by time, log and provider's id;
 * `group-licensing`: those about the licences of groups; `ids-of` with a UPN and `upns-of` with an id: the index, both ways.
 */
export function createTimelineTable(table: TableClient): TimelineStore & TenantData {
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
  const lastCalled = async (
    tenantId: string,
    upn: string,
    ids: readonly string[],
  ): Promise<string | undefined> => {
    if (ids.length < 2) return ids[0];
    const named = await Promise.all(
      ids.map(async (id) => {
        const records = await readRecordsOf(tenantId, id);
        return {
          id,
          at: records.filter((record) => record.target.user?.upn?.toLowerCase() === upn).at(-1)?.at ?? '',
        };
      }),
    );
    return named.sort((a, b) => compareText(b.at, a.at) || compareText(a.id, b.id))[0]?.id;
  };

  return {
    async insert(tenantId, records) {
      await insertRows(
        table,
        records.flatMap((record) => rowsOf(tenantId, record)),
      );
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
      const id = await lastCalled(tenantId, name, ids);
      if (id !== undefined) return id;
      return (await hasRows(tableKey(tenantId, 'user', name))) ? name : undefined;
    },

    forget(tenantId) {
      const { from, to } = keysBelow(tableKey(tenantId));
      return forgetRows(table, odata`PartitionKey ge ${from} and PartitionKey lt ${to}`);
    },
  };
}

function rowsOf(tenantId: string, record: AuditRecord): TableRow[] {
  const partitions = subjectsOf(record).map(({ kind, id }) => tableKey(tenantId, kind, id));
  const { user, group } = record.target;
  if (group !== undefined && user === undefined) partitions.push(tableKey(tenantId, 'group-licensing'));
  const rowKey = tableKey(isoTime(record.at), record.log, recordKey(record));
  const rows = partitions.map((partitionKey) => toRow(partitionKey, rowKey, record));
  const [id, upn] = [user?.id?.toLowerCase(), user?.upn?.toLowerCase()];
  if (id !== undefined && upn !== undefined) {
    rows.push(toRow(tableKey(tenantId, 'ids-of', upn), tableKey(id), id));
    rows.push(toRow(tableKey(tenantId, 'upns-of', id), tableKey(upn), upn));
  }
  return rows;
}

/** Parts of a sequence that contradict each other under one id are all kept: joining must see that. */
function recordKey({ id, slice }: AuditRecord): string {
  return slice === undefined ? id : JSON.stringify([id, slice.id, slice.seq, slice.of, slice.text]);
}

/** One form for all, so that keys sort by time. */
function isoTime(at: string): string {
  return new Date(at).toISOString();
}

/** By time, each record once: a record stands in the partition of the id and may stand in that of the UPN. */
function inOrder(records: readonly AuditRecord[]): AuditRecord[] {
  return distinctRecords(records).sort(
    (a, b) => compareText(a.at, b.at) || compareText(a.log, b.log) || compareText(a.id, b.id),
  );
}
