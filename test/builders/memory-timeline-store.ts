import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { compareText } from '../../shared/text/order.ts';
import { minutesAfter } from '../../shared/time/moments.ts';
import { distinctRecords } from '../../shared/timeline/distinct-records.ts';
import { canonicalUsers, subjectsOf } from '../../shared/timeline/subjects.ts';
import {
  type Checkpoint,
  type TimelineOwner,
  type TimelineStore,
} from '../../shared/timeline/timeline-store.ts';
import { joinReachMinutes } from '../../shared/timeline/join-reach.ts';
import { forgetSome } from './memory-versions.ts';

interface Subject {
  owner: TimelineOwner;
  /** Keys of all records that were ever his. */
  ever: Set<string>;
  /** By fold. */
  checkpoints: Map<string, Checkpoint[]>;
  looks: Record<string, string>;
  version: number;
}

/** A timeline in memory. It keeps the contract of the table (test/contract/timeline-store.test.ts). */
export function createMemoryTimelineStore(): TimelineStore & TenantData {
  const tenants = new Map<string, Map<string, AuditRecord>>();
  const subjects = new Map<string, Subject>();

  const recordsOf = (tenantId: string): AuditRecord[] =>
    distinctRecords([...(tenants.get(tenantId)?.values() ?? [])])
      .sort((a, b) => compareText(a.at, b.at) || compareText(a.log, b.log) || compareText(a.id, b.id))
      .map((record) => structuredClone(record));
  const keyOf = ({ at, log, id, slice }: AuditRecord): string => JSON.stringify([at, log, id, slice]);
  const subjectOf = (tenantId: string, owner: TimelineOwner): Subject => {
    const key = JSON.stringify([tenantId, owner.kind, owner.id]);
    const known = subjects.get(key) ?? {
      owner,
      ever: new Set(),
      checkpoints: new Map(),
      looks: {},
      version: 0,
    };
    subjects.set(key, known);
    return known;
  };
  const ofSubject = (tenantId: string, { kind, id }: TimelineOwner): AuditRecord[] => {
    const records = recordsOf(tenantId);
    const aliases = canonicalUsers(records);
    return records.filter((record) =>
      subjectsOf(record, aliases).some((subject) => subject.kind === kind && subject.id === id),
    );
  };
  /** Brings a subject up to what is stored. @returns whether that was news */
  const grow = (tenantId: string, owner: TimelineOwner): boolean => {
    const subject = subjectOf(tenantId, owner);
    const news = ofSubject(tenantId, owner).filter((record) => !subject.ever.has(keyOf(record)));
    if (news.length === 0) return false;
    for (const record of news) subject.ever.add(keyOf(record));
    const earliest = news.map(({ at }) => minutesAfter(at, -joinReachMinutes)).sort()[0] ?? '';
    for (const [fold, all] of subject.checkpoints) {
      subject.checkpoints.set(
        fold,
        all.filter(({ until }) => until < earliest),
      );
    }
    subject.version += 1;
    return true;
  };

  return {
    insert(tenantId, records) {
      const kept = tenants.get(tenantId) ?? new Map<string, AuditRecord>();
      tenants.set(tenantId, kept);
      const before = canonicalUsers(recordsOf(tenantId));
      for (const record of records) {
        if (!kept.has(keyOf(record))) kept.set(keyOf(record), structuredClone(record));
      }
      const aliases = canonicalUsers(recordsOf(tenantId));
      const owners = records.flatMap((record) => subjectsOf(record, aliases));
      // A name that somebody else now bears too takes records from whoever bore it.
      for (const [upn, id] of before) {
        if (aliases.get(upn) === id) continue;
        subjectOf(tenantId, { kind: 'user', id }).checkpoints.clear();
        owners.push({ kind: 'user', id }, { kind: 'user', id: upn });
      }
      for (const { target } of records) {
        const upn = target.user?.upn?.toLowerCase();
        const bearers = recordsOf(tenantId).filter(
          (record) => record.target.user?.upn?.toLowerCase() === upn,
        );
        const ids = new Set(bearers.flatMap((record) => record.target.user?.id?.toLowerCase() ?? []));
        if (upn === undefined || target.user?.id === undefined || ids.size < 2) continue;
        owners.push({ kind: 'user', id: upn }, ...[...ids].map((id) => ({ kind: 'user' as const, id })));
      }
      const named = [...new Map(owners.map((owner) => [`${owner.kind} ${owner.id}`, owner])).values()];
      const passedOn = new Set(
        [...before].filter(([upn, id]) => aliases.get(upn) !== id).flatMap((pair) => pair),
      );
      const changed = named.filter((owner) => grow(tenantId, owner) || passedOn.has(owner.id));
      return Promise.resolve({ subjects: named, changed, tooLarge: 0 });
    },

    readSubject(tenantId, owner, fold) {
      const subject = subjectOf(tenantId, owner);
      const records = ofSubject(tenantId, owner);
      const checkpoints = subject.checkpoints.get(fold ?? '') ?? [];
      const checkpoint = checkpoints.at(-1);
      const names = [...canonicalUsers(recordsOf(tenantId))].filter(([, id]) => id === owner.id);
      const name = records
        .flatMap(({ target }) => (owner.kind === 'user' ? target.user?.upn : target.group?.name) ?? [])
        .at(-1);
      return Promise.resolve({
        records: records.filter(
          ({ at }) => checkpoint === undefined || minutesAfter(at, 0) > checkpoint.until,
        ),
        rows: subject.ever.size,
        names: names.map(([upn]) => upn),
        ...(name === undefined ? {} : { name }),
        hasLostName: [
          ...new Set(records.flatMap(({ target }) => target.user?.upn?.toLowerCase() ?? [])),
        ].some(
          (upn) =>
            owner.kind === 'user' &&
            owner.id !== upn &&
            canonicalUsers(recordsOf(tenantId)).get(upn) !== owner.id,
        ),
        ...(checkpoint === undefined ? {} : { checkpoint: structuredClone(checkpoint) }),
        checkpoints: checkpoints.map(({ until }) => until),
        looks: { ...subject.looks },
        version: subject.version === 0 ? undefined : String(subject.version),
      });
    },

    plan(tenantId, owner, version, { checkpoints, looks = {} }) {
      const subject = subjectOf(tenantId, owner);
      const now = subject.version === 0 ? undefined : String(subject.version);
      if (now !== version) return Promise.resolve('changed');
      subject.version += 1;
      if (checkpoints !== undefined) {
        const { fold, keep, add } = checkpoints;
        const kept = (subject.checkpoints.get(fold) ?? []).filter(({ until }) => keep.includes(until));
        const all = new Map([...kept, ...add].map((each) => [each.until, structuredClone(each)]));
        subject.checkpoints.set(
          fold,
          [...all.values()].sort((a, b) => compareText(a.until, b.until)),
        );
      }
      Object.assign(subject.looks, looks);
      return Promise.resolve('saved');
    },

    readGroupLicensing(tenantId, windows) {
      const aboutGroups = recordsOf(tenantId).filter(
        ({ target }) => target.group !== undefined && target.user === undefined,
      );
      return Promise.resolve(
        aboutGroups.filter(({ at }) =>
          windows.some(
            ({ from, to }) => Date.parse(from) <= Date.parse(at) && Date.parse(at) <= Date.parse(to),
          ),
        ),
      );
    },

    forget: (tenantId) =>
      Promise.resolve(forgetSome(tenants.get(tenantId) ?? new Map<string, AuditRecord>(), () => true)),

    findUser(tenantId, idOrUpn) {
      const name = idOrUpn.toLowerCase();
      const records = recordsOf(tenantId);
      const called = records.filter(({ target }) => target.user?.upn?.toLowerCase() === name);
      const ids = called.flatMap(({ target }) => target.user?.id?.toLowerCase() ?? []);
      const known = records.some((record) => subjectsOf(record).some(({ id }) => id === name))
        ? name
        : undefined;
      return Promise.resolve(ids.at(-1) ?? known);
    },
  };
}
