import { randomUUID } from 'node:crypto';
import type { Deposit } from '../audit-logs.ts';
import { assignedLicenceOnly, includedProperties } from './changed-property.ts';
import { type Doer, doers, type Group, type Person } from './contoso.ts';
import { type DirectoryEvent, entraRecord, unifiedRecord, updateUser } from './event.ts';
import type { Holding } from './products.ts';

type Records = Required<Pick<Deposit, 'entra' | 'unified'>>;

interface Happened {
  by: Doer;
  /** Milliseconds since 1970. */
  at: number;
}

/** Somebody joined or left a group. Joining is told by new values, leaving by old ones (FACTS 6.4). */
export function membershipChange(
  change: 'added' | 'removed',
  user: Person,
  group: Group,
  happened: Happened,
): Records {
  const value = (text: string | null): { before: unknown; after: unknown } =>
    change === 'added' ? { before: null, after: text } : { before: text, after: null };
  return both({
    ...happened,
    activity: change === 'added' ? 'Add member to group' : 'Remove member from group',
    category: 'GroupManagement',
    operation: change === 'added' ? 'Assign' : 'Unassign',
    targets: [
      {
        kind: 'user',
        user,
        changed: [
          { name: 'Group.ObjectID', ...value(group.id) },
          { name: 'Group.DisplayName', ...value(group.name) },
          { name: 'Group.WellKnownObjectName', ...value(null) },
        ],
      },
      { kind: 'group', group },
    ],
    correlationId: randomUUID(),
  });
}

/** Somebody changed what a group grants. */
export function groupLicenceChange(
  group: Group,
  before: readonly Holding[],
  after: readonly Holding[],
  happened: Happened,
): Records {
  const changed = assignedLicenceOnly(before, after);
  return both({
    ...groupEvent('Set group license', 'Update', group, happened),
    targets: [{ kind: 'group', group, changed: [...changed, includedProperties(changed)] }],
  });
}

export function groupDeletion(group: Group, happened: Happened): Records {
  return both(groupEvent('Delete group', 'Delete', group, happened));
}

/** What the licensing service writes when it is through with a group: two counters in a sentence (FACTS 5.3). */
export function groupLicensingFinished(group: Group, succeeded: number, failed: number, at: number): Records {
  const sentence = `[Users successfully assigned licenses: ${succeeded}, Users for whom license assignment failed: ${failed}.];`;
  return both({
    ...groupEvent('Finish applying group based license to users', 'Update', group, {
      by: doers.groupLicensing,
      at,
    }),
    targets: [{ kind: 'group', group, changed: [{ name: 'Result', before: [], after: sentence }] }],
  });
}

/** An account that may sign in no longer, or again: its own activity and the "Update user" of the same correlation. */
export function accountChange(to: 'enabled' | 'disabled', user: Person, happened: Happened): Records {
  const correlationId = randomUUID();
  const changed = [{ name: 'AccountEnabled', before: [to === 'disabled'], after: [to === 'enabled'] }];
  const events: DirectoryEvent[] = [
    updateUser({ ...happened, correlationId }, user, changed),
    {
      ...happened,
      activity: to === 'disabled' ? 'Disable account' : 'Enable account',
      category: 'UserManagement',
      operation: 'Update',
      targets: [{ kind: 'user', user }],
      correlationId,
    },
  ];
  return { entra: events.map(entraRecord), unified: events.map(unifiedRecord) };
}

function groupEvent(
  activity: string,
  operation: DirectoryEvent['operation'],
  group: Group,
  happened: Happened,
): DirectoryEvent {
  return {
    ...happened,
    activity,
    category: 'GroupManagement',
    operation,
    targets: [{ kind: 'group', group }],
    correlationId: randomUUID(),
  };
}

function both(event: DirectoryEvent): Records {
  return { entra: [entraRecord(event)], unified: [unifiedRecord(event)] };
}
