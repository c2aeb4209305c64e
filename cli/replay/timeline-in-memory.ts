import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { TimelineStore } from '../../shared/ports.ts';
import { compareText, groupedBy } from '../../shared/timeline/order.ts';
import type { Subject, UserAliases } from '../../shared/timeline/subjects.ts';
import { canonicalUsers, subjectsOf } from '../../shared/timeline/subjects.ts';

interface TenantRecords {
  aliases: UserAliases;
  /** By subject. */
  records: Map<string, AuditRecord[]>;
  subjects: Map<string, Subject>;
  /** About groups and no user, in order of time. */
  groupLicensing: AuditRecord[];
}

/** What the functions keep in a table, for the records of exported logs: the same evaluation then reads from it. */
export interface TimelineInMemory extends TimelineStore {
  /** Everybody whom a record speaks of, in order of kind and id. */
  subjects(tenantId: string): Subject[];
}

/** `records` by tenant. */
export function timelineInMemory(records: ReadonlyMap<string, readonly AuditRecord[]>): TimelineInMemory {
  const tenants = new Map([...records].map(([tenantId, ofTenant]) => [tenantId, tenantRecords(ofTenant)]));
  const read = (tenantId: string, kind: Subject['kind'], id: string): Promise<AuditRecord[]> =>
    Promise.resolve(tenants.get(tenantId)?.records.get(`${kind} ${id}`) ?? []);
  return {
    subjects: (tenantId) =>
      [...(tenants.get(tenantId)?.subjects.values() ?? [])].sort(
        (a, b) => compareText(a.kind, b.kind) || compareText(a.id, b.id),
      ),
    insert: () => Promise.reject(new Error('exported logs are read once, nothing comes later')),
    readUser: (tenantId, userId) => read(tenantId, 'user', userId),
    readGroup: (tenantId, groupId) => read(tenantId, 'group', groupId),
    readGroupLicensing: (tenantId, from) =>
      Promise.resolve((tenants.get(tenantId)?.groupLicensing ?? []).filter(({ at }) => at >= from)),
    findUser: (tenantId, idOrUpn) => {
      const tenant = tenants.get(tenantId);
      const name = idOrUpn.toLowerCase();
      const id = tenant?.aliases.get(name) ?? name;
      return Promise.resolve(tenant?.subjects.has(`user ${id}`) === true ? id : undefined);
    },
  };
}

function tenantRecords(records: readonly AuditRecord[]): TenantRecords {
  const aliases = canonicalUsers(records);
  const subjects = new Map<string, Subject>();
  const spoken = records.flatMap((record) => subjectsOf(record, aliases).map((subject) => ({ subject, record })));
  for (const { subject } of spoken) subjects.set(`${subject.kind} ${subject.id}`, subject);
  const bySubject = groupedBy(spoken, ({ subject }) => `${subject.kind} ${subject.id}`);
  return {
    aliases,
    subjects,
    records: new Map([...bySubject].map(([key, spokenOf]) => [key, spokenOf.map(({ record }) => record)])),
    groupLicensing: records
      .filter(({ target }) => target.group !== undefined && target.user === undefined)
      .toSorted((a, b) => compareText(a.at, b.at) || compareText(a.log, b.log) || compareText(a.id, b.id)),
  };
}
