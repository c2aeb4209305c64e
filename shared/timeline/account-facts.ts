import type { AuditRecord } from '../ingest/audit-record.ts';
import { factBase } from './fact-base.ts';
import type { AccountFact } from './fact.ts';
import { joinOccurrences } from './occurrences.ts';
import type { JoinedRecord } from './sequences.ts';
import { userOf } from './subjects.ts';
import type { UserAliases } from './subjects.ts';

const accountActivities = new Map<string, AccountFact['kind']>([
  ['add user', 'user-created'],
  ['delete user', 'user-deleted'],
  ['hard delete user', 'user-deleted'],
  ['restore user', 'user-restored'],
  ['enable account', 'account-enabled'],
  ['disable account', 'account-disabled'],
]);

/** The life of accounts: created, deleted, restored, switched on and off. A failed attempt is none of these. */
export function accountFacts(records: readonly JoinedRecord[], aliases: UserAliases): AccountFact[] {
  const told = records.flatMap(({ record, parts }) => {
    const user = userOf(record, aliases);
    if (user === undefined || record.outcome === 'failure') return [];
    return kindsOf(record).map((kind) => ({ item: kind, key: [kind, user], record, parts }));
  });
  return joinOccurrences(told).map(({ item, records: same }) => ({ kind: item, ...factBase(same, true) }));
}

function kindsOf(record: AuditRecord): AccountFact['kind'][] {
  const activity = record.activity.toLowerCase();
  const byName = accountActivities.get(activity);
  if (byName !== undefined) return [byName];
  if (activity !== 'update user') return [];
  const enabled = record.change.find(({ property }) => property === 'AccountEnabled');
  const [before, after] = [switchOf(enabled?.before), switchOf(enabled?.after)];
  if (after === undefined || before === after) return [];
  return [after ? 'account-enabled' : 'account-disabled'];
}

/** `true`, `[true]` and `"True"` are one value in different dialects (FACTS 6.5.10). */
function switchOf(value: unknown): boolean | undefined {
  const content: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const text =
    typeof content === 'boolean' || typeof content === 'string' ? String(content).toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
