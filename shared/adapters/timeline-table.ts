import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { mergeWindows } from '../coverage/windows.ts';
import { auditRecordSchema } from '../ingest/audit-record.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import type { TenantData } from '../tenants/tenant-store.ts';
import { compareText, groupedBy } from '../text/order.ts';
import { distinctRecords } from '../timeline/distinct-records.ts';
import { subjectsOf } from '../timeline/subjects.ts';
import type { TimelineOwner, TimelineStore } from '../timeline/timeline-store.ts';
import { eachBounded } from './bounded.ts';
import { forgetRows } from './forget-rows.ts';
import {
  insertIntoPartition,
  planPartition,
  readPartition,
  recordRow,
  shareName,
} from './subject-partition.ts';
import type { Learned, RecordRow } from './subject-partition.ts';
import { keysBelow, tableKey } from './table-keys.ts';
import { fromRow, listRows, RowTooLarge, toRow } from './table-rows.ts';
import { insertRows } from './table-writes.ts';

const partitionsAtOnce = 8;

/** What is to be stored of one subject. */
interface Share {
  owner: TimelineOwner;
  records: AuditRecord[];
  /** UPNs that these records tell of the user with this id. */
  names: string[];
  /** True for a user whom these records name by a UPN alone. */
  byName: boolean;
}

/**
 * Partitions of the table `timeline`, all beginning with the tenant:
 * the kind and id of a subject: its head, its checkpoints, and the records that speak of it (subject-partition.ts);
 * `group-licensing`: what is about the licences of groups; `ids-of` with a UPN: the object ids that ever bore it.
 *
 * What names a user only by UPN stands under the UPN, and under the id that alone bears it. Whoever writes such a record writes it under
 * the UPN first and then looks who bears it; whoever learns that an id bears a UPN writes that first and then looks what stands under the
 * UPN. So one of the two sees the other.
 */
export function createTimelineTable(table: TableClient): TimelineStore & TenantData {
  const partitionOf = (tenantId: string, { kind, id }: TimelineOwner): string => tableKey(tenantId, kind, id);

  const idsOf = async (tenantId: string, upn: string): Promise<string[]> => {
    const ids: string[] = [];
    for await (const row of listRows(table, odata`PartitionKey eq ${tableKey(tenantId, 'ids-of', upn)}`)) {
      ids.push(fromRow(row, z.string()));
    }
    return ids.sort();
  };

  const rowsOf = (
    partitionKey: string,
    { kind }: TimelineOwner,
    records: readonly AuditRecord[],
  ): RecordRow[] =>
    records.map((record) => {
      const { user, group } = record.target;
      return recordRow(partitionKey, record, kind === 'user' ? user?.upn : group?.name);
    });

  /** Learns that the user bears the name: what was known only by it is his, unless somebody else bears or bore it too. */
  const learnName = async (
    tenantId: string,
    id: string,
    upn: string,
    concerned: (owner: TimelineOwner) => void,
  ): Promise<{ how: 'alone' | 'shared'; adopted: AuditRecord[] }> => {
    await insertRows(table, [toRow(tableKey(tenantId, 'ids-of', upn), tableKey(id), id)]);
    const bearers = await idsOf(tenantId, upn);
    const byName: TimelineOwner = { kind: 'user', id: upn };
    if (bearers.length === 1) {
      const named = await readPartition(table, partitionOf(tenantId, byName));
      return { how: 'alone', adopted: named.records };
    }
    for (const other of bearers.filter((bearer) => bearer !== id)) {
      const owner: TimelineOwner = { kind: 'user', id: other };
      if (!(await shareName(table, partitionOf(tenantId, owner), upn))) continue;
      concerned(owner);
      concerned(byName);
    }
    return { how: 'shared', adopted: [] };
  };

  const insertShare = (
    tenantId: string,
    { owner, records, names }: Pick<Share, 'owner' | 'records' | 'names'>,
    concerned: (owner: TimelineOwner) => void,
  ): ReturnType<typeof insertIntoPartition> => {
    const partitionKey = partitionOf(tenantId, owner);
    return insertIntoPartition(
      table,
      partitionKey,
      rowsOf(partitionKey, owner, records),
      names,
      async (unknown) => {
        const learned: Learned = { names: {}, rows: [] };
        for (const upn of unknown) {
          const { how, adopted } = await learnName(tenantId, owner.id, upn, concerned);
          learned.names[upn] = how;
          learned.rows.push(...rowsOf(partitionKey, owner, adopted));
        }
        return learned;
      },
    );
  };

  return {
    async insert(tenantId, given) {
      const records = given.filter((record) => fitsRow(record));
      const subjects = new Map<string, TimelineOwner>();
      const changed = new Map<string, TimelineOwner>();
      const speaksOf = (owner: TimelineOwner, isNew: boolean): void => {
        const key = `${owner.kind} ${owner.id}`;
        subjects.set(key, owner);
        if (isNew) changed.set(key, owner);
      };
      const aboutGroups = records.filter(
        ({ target }) => target.group !== undefined && target.user === undefined,
      );
      const ofTenant = tableKey(tenantId, 'group-licensing');
      await insertRows(
        table,
        aboutGroups.map((record) => recordRow(ofTenant, record).row),
      );
      const concerned = (owner: TimelineOwner): void => speaksOf(owner, true);
      const insertOne = async (share: Share): Promise<void> => {
        const { isNew, names: known } = await insertShare(tenantId, share, concerned);
        for (const upn of share.names.filter((name) => known[name] === 'shared')) {
          // Who is handled again must hear again that his name is not his alone.
          speaksOf({ kind: 'user', id: upn }, false);
          for (const id of await idsOf(tenantId, upn)) speaksOf({ kind: 'user', id }, false);
        }
        const [bearer, ...others] = share.byName ? await idsOf(tenantId, share.owner.id) : [];
        if (bearer === undefined || others.length > 0) {
          speaksOf(share.owner, isNew);
          return;
        }
        const his: Omit<Share, 'byName'> = {
          owner: { kind: 'user', id: bearer },
          records: share.records,
          names: [],
        };
        speaksOf(his.owner, (await insertShare(tenantId, his, concerned)).isNew);
      };
      // Who is named by a UPN alone comes last: whose it is may be learned from a record beside it.
      const shares = sharesOf(records);
      for (const byName of [false, true]) {
        const some = shares.filter((share) => share.byName === byName);
        await eachBounded(some, partitionsAtOnce, insertOne);
      }
      return {
        subjects: [...subjects.values()],
        changed: [...changed.values()],
        tooLarge: given.length - records.length,
      };
    },

    async readSubject(tenantId, owner, fold) {
      const { head: _, ...stored } = await readPartition(table, partitionOf(tenantId, owner), fold);
      return { ...stored, records: inOrder(stored.records) };
    },

    async readGroupLicensing(tenantId, windows) {
      const partitionKey = tableKey(tenantId, 'group-licensing');
      const records: AuditRecord[] = [];
      for (const { from, to } of mergeWindows(windows)) {
        const filter = odata`PartitionKey eq ${partitionKey} and RowKey ge ${from} and RowKey lt ${keysBelow(to).to}`;
        for await (const row of listRows(table, filter)) records.push(fromRow(row, auditRecordSchema));
      }
      return inOrder(records);
    },

    plan: (tenantId, owner, version, plan) =>
      planPartition(table, partitionOf(tenantId, owner), version, plan),

    async findUser(tenantId, idOrUpn) {
      const name = idOrUpn.toLowerCase();
      const id = await lastCalled(tenantId, name, await idsOf(tenantId, name));
      if (id !== undefined) return id;
      const named = await readPartition(table, partitionOf(tenantId, { kind: 'user', id: name }));
      return named.rows > 0 ? name : undefined;
    },

    forget(tenantId) {
      const { from, to } = keysBelow(tableKey(tenantId));
      return forgetRows(table, odata`PartitionKey ge ${from} and PartitionKey lt ${to}`);
    },
  };

  /** A UPN may pass from one account to another; then it is his who was called so last. */
  async function lastCalled(
    tenantId: string,
    upn: string,
    ids: readonly string[],
  ): Promise<string | undefined> {
    if (ids.length < 2) return ids[0];
    const named = await Promise.all(
      ids.map(async (id) => {
        const { records } = await readPartition(table, partitionOf(tenantId, { kind: 'user', id }));
        const called = inOrder(records.filter((record) => record.target.user?.upn?.toLowerCase() === upn));
        return { id, at: called.at(-1)?.at ?? '' };
      }),
    );
    return named.sort((a, b) => compareText(b.at, a.at) || compareText(a.id, b.id))[0]?.id;
  }
}

/** It is the same row in every partition. */
function fitsRow(record: AuditRecord): boolean {
  try {
    recordRow('', record);
    return true;
  } catch (error) {
    if (error instanceof RowTooLarge) return false;
    throw error;
  }
}

/** What goes where: a record about a user and a group stands with both. */
function sharesOf(records: readonly AuditRecord[]): Share[] {
  const told = records.flatMap((record) => subjectsOf(record).map((owner) => ({ owner, record })));
  const shares = groupedBy(told, ({ owner }) => `${owner.kind} ${owner.id}`);
  return [...shares.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { owner } = first;
    const users = owner.kind === 'user' ? same.flatMap(({ record }) => record.target.user ?? []) : [];
    const names = users.flatMap(({ id, upn }) => (id === undefined ? [] : (upn?.toLowerCase() ?? [])));
    return [
      {
        owner,
        records: same.map(({ record }) => record),
        names: [...new Set(names)],
        byName: users.some(({ id }) => id === undefined),
      },
    ];
  });
}

/** By time, each record once. */
function inOrder(records: readonly AuditRecord[]): AuditRecord[] {
  return distinctRecords(records).sort(
    (a, b) => compareText(a.at, b.at) || compareText(a.log, b.log) || compareText(a.id, b.id),
  );
}
