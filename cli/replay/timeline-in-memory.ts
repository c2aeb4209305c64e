import { userSubject } from '../../shared/evaluate/read-timeline.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { TimelineStore } from '../../shared/ports.ts';
import type { TimelineSubject } from '../../shared/timeline/fact.ts';
import { compareText } from '../../shared/timeline/order.ts';
import type { Subject } from '../../shared/timeline/subjects.ts';
import { canonicalUsers, subjectsOf } from '../../shared/timeline/subjects.ts';

/** What the functions keep in a table, for the records of exported logs: the same evaluation then reads from it. */
export interface TimelineInMemory extends TimelineStore {
  /** All of whom a record speaks: users first, in order of name. */
  subjects(): TimelineSubject[];
  /** The ids of all users who ever bore this UPN, in order of when they last did; or the one with this object id. */
  usersCalled(idOrUpn: string): string[];
}

/** `records` are those of the one tenant that is asked about. */
export function timelineInMemory(tenantId: string, records: readonly AuditRecord[]): TimelineInMemory {
  const aliases = canonicalUsers(records);
  const known = new Map<string, { subject: Subject; records: AuditRecord[] }>();
  for (const record of records) {
    for (const subject of subjectsOf(record, aliases)) {
      const key = keyOf(subject);
      const entry = known.get(key);
      if (entry === undefined) known.set(key, { subject, records: [record] });
      else entry.records.push(record);
    }
  }
  const groupLicensing = records
    .filter(({ target }) => target.group !== undefined && target.user === undefined)
    .sort((a, b) => compareText(a.at, b.at) || compareText(a.log, b.log) || compareText(a.id, b.id));
  const read = (asked: string, subject: Subject): Promise<AuditRecord[]> =>
    Promise.resolve(asked === tenantId ? (known.get(keyOf(subject))?.records ?? []) : []);

  const usersCalled = (idOrUpn: string): string[] => {
    const name = idOrUpn.toLowerCase();
    const lastCalled = new Map<string, string>();
    for (const { at, target } of records) {
      const id = target.user?.id?.toLowerCase();
      if (id === undefined || target.user?.upn?.toLowerCase() !== name) continue;
      if (at > (lastCalled.get(id) ?? '')) lastCalled.set(id, at);
    }
    const bearers = [...lastCalled].sort(([a, at], [b, bt]) => compareText(at, bt) || compareText(b, a));
    const itself = known.has(keyOf({ kind: 'user', id: name })) ? [name] : [];
    return [...itself, ...bearers.map(([id]) => id)];
  };

  return {
    subjects: () =>
      [...known.values()]
        .map(({ subject, records: spoken }) =>
          subject.kind === 'user' ? userSubject(subject.id, spoken) : groupSubject(subject.id, spoken),
        )
        .sort(byKindAndName),
    insert: () => Promise.reject(new Error('exported logs are read once, nothing comes later')),
    readUser: (asked, id) => read(asked, { kind: 'user', id }),
    readGroup: (asked, id) => read(asked, { kind: 'group', id }),
    readGroupLicensing: (asked, from) =>
      Promise.resolve(asked === tenantId ? groupLicensing.filter(({ at }) => at >= from) : []),
    findUser: (asked, idOrUpn) =>
      Promise.resolve(asked === tenantId ? usersCalled(idOrUpn).at(-1) : undefined),
    usersCalled,
  };
}

function keyOf({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}

/** Called by the name that it had last. */
function groupSubject(id: string, records: readonly AuditRecord[]): TimelineSubject {
  const names = records
    .toSorted((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id))
    .flatMap(({ target }) => target.group?.name ?? []);
  const name = names.at(-1);
  return { kind: 'group', id, ...(name === undefined ? {} : { name }) };
}

function byKindAndName(a: TimelineSubject, b: TimelineSubject): number {
  return (
    compareText(b.kind, a.kind) || compareText(a.name ?? a.id, b.name ?? b.id) || compareText(a.id, b.id)
  );
}
