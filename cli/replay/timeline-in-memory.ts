import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { nameOr } from '../../shared/state/subject.ts';
import { compareText } from '../../shared/text/order.ts';
import { countDistinct } from '../../shared/timeline/distinct-records.ts';
import type { TimelineSubject } from '../../shared/timeline/fact.ts';
import type { Subject } from '../../shared/timeline/subjects.ts';
import { canonicalUsers, subjectsOf } from '../../shared/timeline/subjects.ts';
import type { TimelineReader } from '../../shared/timeline/timeline-store.ts';

/** What the functions keep in a table, for the records of exported logs: the same evaluation then reads from it. */
export interface TimelineInMemory extends TimelineReader {
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
  const names = new Map<string, string[]>();
  for (const [upn, id] of aliases) names.set(id, [...(names.get(id) ?? []), upn]);

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
        .map(({ subject: { kind, id }, records: spoken }) => ({
          kind,
          id,
          name: nameOr(lastCalled(kind, spoken), id),
        }))
        .sort(byKindAndName),
    readSubject: (asked, owner) => {
      const entry = asked === tenantId ? known.get(`${owner.kind} ${owner.id}`) : undefined;
      const spoken = entry?.records ?? [];
      const name = entry === undefined ? undefined : lastCalled(entry.subject.kind, spoken);
      return Promise.resolve({
        records: spoken,
        rows: countDistinct(spoken),
        names: names.get(owner.id) ?? [],
        ...(name === undefined ? {} : { name }),
        hasLostName: false,
        checkpoints: [],
        looks: {},
        version: undefined,
      });
    },
    readGroupLicensing: (asked, windows) =>
      Promise.resolve(
        asked === tenantId
          ? groupLicensing.filter(({ at }) => windows.some(({ from, to }) => from <= at && at <= to))
          : [],
      ),
    usersCalled,
  };
}

function keyOf({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}

/** What the subject was called last. */
function lastCalled(kind: Subject['kind'], records: readonly AuditRecord[]): string | undefined {
  return records
    .toSorted((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id))
    .flatMap(({ target }) => (kind === 'user' ? target.user?.upn : target.group?.name) ?? [])
    .at(-1);
}

function byKindAndName(a: TimelineSubject, b: TimelineSubject): number {
  return compareText(b.kind, a.kind) || compareText(a.name, b.name) || compareText(a.id, b.id);
}
