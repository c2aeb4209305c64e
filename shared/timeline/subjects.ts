import type { AuditRecord } from '../ingest/audit-record.ts';

export interface Subject {
  kind: 'user' | 'group';
  /** The object id, for a user who has none the UPN; in lower case. */
  id: string;
}

/** UPN in lower case → object id. */
export type UserAliases = ReadonlyMap<string, string>;

const noAliases: UserAliases = new Map();

/** Everybody whom the record speaks of, not who did it: a record about several stands in the timeline of each. */
export function subjectsOf(record: AuditRecord, aliases = noAliases): Subject[] {
  const user = userOf(record, aliases);
  const group = groupOf(record);
  return [
    ...(user === undefined ? [] : [{ kind: 'user', id: user } as const]),
    ...(group === undefined ? [] : [{ kind: 'group', id: group } as const]),
  ];
}

export function userOf(record: AuditRecord, aliases = noAliases): string | undefined {
  const { id, upn } = record.target.user ?? {};
  if (id !== undefined) return id.toLowerCase();
  const name = upn?.toLowerCase();
  return name === undefined ? undefined : (aliases.get(name) ?? name);
}

export function groupOf(record: AuditRecord): string | undefined {
  return record.target.group?.id?.toLowerCase();
}

/**
 * The object ids of users whom some records name only by UPN, from records of one tenant. A UPN that two users have had (one was
 * deleted, the next got the name) belongs to neither: then whoever is named by it alone is a subject of its own.
 */
export function canonicalUsers(records: readonly AuditRecord[]): UserAliases {
  const ids = new Map<string, Set<string>>();
  for (const { target } of records) {
    const id = target.user?.id?.toLowerCase();
    const upn = target.user?.upn?.toLowerCase();
    if (id === undefined || upn === undefined) continue;
    const known = ids.get(upn);
    if (known === undefined) ids.set(upn, new Set([id]));
    else known.add(id);
  }
  const aliases = new Map<string, string>();
  for (const [upn, known] of ids) {
    const [id] = known;
    if (id !== undefined && known.size === 1) aliases.set(upn, id);
  }
  return aliases;
}
