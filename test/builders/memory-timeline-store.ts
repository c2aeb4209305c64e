import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { TenantData, TimelineStore } from '../../shared/ports.ts';
import { distinctRecords } from '../../shared/timeline/distinct-records.ts';
import { compareText } from '../../shared/timeline/order.ts';
import { canonicalUsers, groupOf, userOf } from '../../shared/timeline/subjects.ts';
import { forgetSome } from './memory-versions.ts';

/** A timeline in memory. It keeps the contract of the table (test/contract/timeline-store.test.ts). */
export function createMemoryTimelineStore(): TimelineStore & TenantData {
  const tenants = new Map<string, Map<string, AuditRecord>>();

  const recordsOf = (tenantId: string): AuditRecord[] =>
    distinctRecords([...(tenants.get(tenantId)?.values() ?? [])])
      .sort((a, b) => compareText(a.at, b.at) || compareText(a.log, b.log) || compareText(a.id, b.id))
      .map((record) => structuredClone(record));

  return {
    insert(tenantId, records) {
      const kept = tenants.get(tenantId) ?? new Map<string, AuditRecord>();
      tenants.set(tenantId, kept);
      for (const record of records) {
        const key = JSON.stringify([record.at, record.log, record.id, record.slice]);
        if (!kept.has(key)) kept.set(key, structuredClone(record));
      }
      return Promise.resolve();
    },

    readUser(tenantId, userId) {
      const records = recordsOf(tenantId);
      const aliases = canonicalUsers(records);
      return Promise.resolve(records.filter((record) => userOf(record, aliases) === userId));
    },

    readGroup(tenantId, groupId) {
      return Promise.resolve(recordsOf(tenantId).filter((record) => groupOf(record) === groupId));
    },

    readGroupLicensing(tenantId, from) {
      const start = Date.parse(from);
      const aboutGroups = recordsOf(tenantId).filter(
        ({ target }) => target.group !== undefined && target.user === undefined,
      );
      return Promise.resolve(aboutGroups.filter(({ at }) => Date.parse(at) >= start));
    },

    forget: (tenantId) =>
      Promise.resolve(forgetSome(tenants.get(tenantId) ?? new Map<string, AuditRecord>(), () => true)),

    findUser(tenantId, idOrUpn) {
      const name = idOrUpn.toLowerCase();
      const records = recordsOf(tenantId);
      const called = records.filter(({ target }) => target.user?.upn?.toLowerCase() === name);
      const ids = called.flatMap(({ target }) => target.user?.id?.toLowerCase() ?? []);
      const known = records.some((record) => userOf(record) === name) ? name : undefined;
      return Promise.resolve(ids.at(-1) ?? known);
    },
  };
}
