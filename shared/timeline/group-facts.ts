import { readGroupLicensingResult } from '../ingest/group-licensing-result.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import { factBase, firstTold } from './fact-base.ts';
import type {
  GroupDeleted,
  GroupLicensingFinished,
  GroupMembershipChanged,
  GroupReference,
  GroupRuleChanged,
} from './fact.ts';
import { asText } from '../json/json-value.ts';
import { joinOccurrences } from './occurrences.ts';
import type { Occurrence } from './occurrences.ts';
import type { JoinedRecord } from './sequences.ts';
import { groupOf, userOf } from './subjects.ts';
import type { UserAliases } from './subjects.ts';

type GroupFact = GroupMembershipChanged | GroupRuleChanged | GroupDeleted | GroupLicensingFinished;

type Happening =
  | { kind: 'membership'; change: 'added' | 'removed'; group: string; user: string }
  | { kind: 'rule'; group: string; before: string; after: string }
  | { kind: 'deleted'; group: string }
  | { kind: 'finished'; group: string };

const memberships = new Map<string, 'added' | 'removed'>([
  ['add member to group', 'added'],
  ['remove member from group', 'removed'],
]);
const deletions = new Set(['delete group', 'hard delete group']);
/** The reference page goes on with "user", the service with "users" (FACTS 5.3). */
const finish = 'finish applying group based license';

/** Memberships, rules of dynamic groups, deletions and finished licence processing of groups. */
export function groupFacts(records: readonly JoinedRecord[], aliases: UserAliases): GroupFact[] {
  const told = records.flatMap((joined): Occurrence<Happening>[] => {
    const item = happeningOf(joined, aliases);
    return item === undefined ? [] : [{ item, key: Object.values(item), ...joined }];
  });
  return joinOccurrences(told).map(({ item, records: same }): GroupFact => {
    const base = factBase(same, true);
    const group = named(
      item.group,
      firstTold(same, ({ target }) => target.group?.name),
    );
    switch (item.kind) {
      case 'membership': {
        const name = firstTold(same, ({ target }) => target.user?.upn ?? target.user?.name);
        return {
          kind: 'group-membership-changed',
          ...base,
          change: item.change,
          group,
          user: named(item.user, name),
        };
      }
      case 'rule': {
        const { before, after } = item;
        const rule = { ...(before === '' ? {} : { before }), ...(after === '' ? {} : { after }) };
        return { kind: 'group-rule-changed', ...base, group, rule };
      }
      case 'deleted':
        return { kind: 'group-deleted', ...base, group };
      case 'finished': {
        const counts = firstTold(same, ({ change }) => readGroupLicensingResult(change));
        return {
          kind: 'group-licensing-finished',
          ...base,
          group,
          ...(counts === undefined ? {} : { counts }),
        };
      }
    }
  });
}

function happeningOf({ record }: JoinedRecord, aliases: UserAliases): Happening | undefined {
  const activity = record.activity.toLowerCase();
  const group = groupOf(record);
  if (group === undefined) return undefined;
  // The processing of a group has finished also where it failed for some.
  if (activity.startsWith(finish)) return { kind: 'finished', group };
  if (deletions.has(activity)) return record.outcome === 'failure' ? undefined : { kind: 'deleted', group };
  if (activity === 'update group') return ruleChange(record, group);
  const change = memberships.get(activity);
  const user = userOf(record, aliases);
  // Only what surely happened may explain a loss.
  if (change === undefined || user === undefined || record.outcome !== 'success') return undefined;
  return { kind: 'membership', change, group, user };
}

/** Which members a dynamic group has follows from its rule (FACTS 6.4). */
function ruleChange({ change, outcome }: AuditRecord, group: string): Happening | undefined {
  const told = change.find(({ property }) => property === 'MembershipRule');
  if (told === undefined || outcome !== 'success') return undefined;
  const [before, after] = [asText(told.before) ?? '', asText(told.after) ?? ''];
  return before === after ? undefined : { kind: 'rule', group, before, after };
}

function named(id: string, name: string | undefined): GroupReference {
  return { id, ...(name === undefined ? {} : { name }) };
}
