import { randomUUID } from 'node:crypto';
import type { Deposit, EntraRecord, UnifiedRecord } from '../audit-logs.ts';
import { assignedLicenceOnly, includedProperties, licenceProperties } from './changed-property.ts';
import type { Doer, Person } from './contoso.ts';
import { type DirectoryEvent, entraRecord, unifiedRecord, updateUser } from './event.ts';
import type { Holding } from './products.ts';

/** A change of somebody's licences, in the encodings that the logs have for it (FACTS 6.3, 6.5.1, 6.5.2, 6.5.3). */
export interface LicenceChange {
  user: Person;
  before: readonly Holding[];
  after: readonly Holding[];
  by: Doer;
  /** Milliseconds since 1970. */
  at: number;
  correlationId?: string;
  /** `detailed`: in the record itself. `twin`: a bare marker, and the detail in "Update user". `sequence`: in slices. */
  entra?: 'detailed' | 'twin' | 'sequence';
  unified?: 'twin' | 'sequence';
}

/** What both logs say of a change that was made. */
export function licenceChange(change: LicenceChange): Required<Pick<Deposit, 'entra' | 'unified'>> {
  const { correlationId = randomUUID() } = change;
  const complete = { ...change, correlationId };
  const slices = change.entra === 'sequence' || change.unified === 'sequence' ? slicesOf(complete) : [];
  return {
    entra: entraRecords(complete, slices),
    unified: (change.unified === 'sequence' ? slices : twins(complete)).map(unifiedRecord),
  };
}

export interface FailedAssignment {
  user: Person;
  /** Named by AssignedLicense; without it only the reason may tell. */
  wanted?: Holding;
  reason: string;
  by: Doer;
  at: number;
}

/** What both logs say of an assignment that failed: in the unified log a bare marker (FACTS 6.4). */
export function failedAssignment({ user, wanted, reason, by, at }: FailedAssignment): {
  entra: EntraRecord[];
  unified: UnifiedRecord[];
} {
  const event = { ...changeEvent({ user, by, at, correlationId: randomUUID() }), failure: reason };
  const changed = wanted === undefined ? [] : assignedLicenceOnly([], [wanted]);
  return {
    entra: [entraRecord({ ...event, targets: [{ kind: 'user', user, changed }] })],
    unified: [unifiedRecord(event)],
  };
}

type Complete = LicenceChange & { correlationId: string };

function changeEvent({
  user,
  by,
  at,
  correlationId,
}: Pick<Complete, 'user' | 'by' | 'at' | 'correlationId'>): DirectoryEvent {
  return {
    activity: 'Change user license',
    category: 'UserManagement',
    operation: 'Update',
    by,
    targets: [{ kind: 'user', user }],
    at,
    correlationId,
  };
}

function entraRecords(change: Complete, slices: readonly DirectoryEvent[]): EntraRecord[] {
  const { user, before, after, at } = change;
  switch (change.entra ?? 'detailed') {
    case 'detailed': {
      const changed = licenceProperties(before, after, at);
      const target = { kind: 'user' as const, user, changed: [...changed, includedProperties(changed)] };
      return [entraRecord({ ...changeEvent(change), targets: [target] })];
    }
    case 'twin':
      return twins(change).map(entraRecord);
    case 'sequence':
      return slices.map(entraRecord);
  }
}

/** The marker that says nothing, and the "Update user" of the same correlation that says what changed. */
function twins(change: Complete): DirectoryEvent[] {
  const { user, before, after, at } = change;
  return [updateUser(change, user, licenceProperties(before, after, at)), changeEvent(change)];
}

/** Shorter than in life, as the products of the story have fewer service plans than in life. */
const sliceLength = 3_000;

/**
 * One text of JSON in JSON, cut anywhere and handed out in `additionalDetails` as id, seq, b, c, all of them strings. The later half
 * is written before the earlier one: the order of the log is not the order of the parts.
 */
function slicesOf(change: Complete): DirectoryEvent[] {
  const { user, before, after, by, at } = change;
  const changed = licenceProperties(before, after, at);
  const properties = [...changed, includedProperties(changed)].map((property) => ({
    Name: property.name,
    OldValue: property.before,
    NewValue: property.after,
  }));
  const agent = by.kind === 'person' ? { 'User-Agent': by.userAgent } : {};
  const whole = JSON.stringify({
    targetUpdatedProperties: JSON.stringify(properties),
    additionalDetails: JSON.stringify(agent),
  });
  const count = Math.ceil(whole.length / sliceLength);
  const id = randomUUID();
  const parts = Array.from({ length: count }, (_, index) => ({
    ...changeEvent({ user, by, at, correlationId: change.correlationId }),
    details: {
      id,
      seq: String(index + 1),
      b: whole.slice(index * sliceLength, (index + 1) * sliceLength),
      c: String(count),
    },
  }));
  const middle = Math.ceil(count / 2);
  return [...parts.slice(middle), ...parts.slice(0, middle)];
}
