import type { Actor, LogName } from '../ingest/audit-record.ts';

/** A product that somebody has, with the service plans switched off in it. Keyed by `skuId` (lower-case GUID where known). */
export interface Licence {
  skuId: string;
  partNumber?: string;
  name: string;
  disabledPlans: { id: string; name: string }[];
}

export interface GroupReference {
  id: string;
  name?: string;
}

interface FactBase {
  /** When it happened: the earliest time of the records that tell it. ISO 8601, UTC. */
  at: string;
  logs: LogName[];
  /** The providers' record ids, sorted. */
  records: string[];
  actor?: Actor;
  via?: string;
  /** False while a part of it (a slice, the twin of a bare marker) has not arrived. */
  complete: boolean;
}

export interface LicencesChanged extends FactBase {
  kind: 'licences-changed';
  /** Absent while the fact is incomplete. */
  before?: Licence[];
  after?: Licence[];
  /** The group that granted what went, where the record tells it (LicenseAssignmentDetail). */
  group?: GroupReference;
}
export interface LicenceAssignmentFailed extends FactBase {
  kind: 'licence-assignment-failed';
  sku?: { skuId: string; name: string };
  reason?: string;
}
export interface GroupMembershipChanged extends FactBase {
  kind: 'group-membership-changed';
  change: 'added' | 'removed';
  group: GroupReference;
  user: { id: string; name?: string };
}
export interface GroupLicencesChanged extends FactBase {
  kind: 'group-licences-changed';
  group: GroupReference;
  before?: Licence[];
  after?: Licence[];
}
export interface GroupDeleted extends FactBase {
  kind: 'group-deleted';
  group: GroupReference;
}
export interface GroupLicensingFinished extends FactBase {
  kind: 'group-licensing-finished';
  group: GroupReference;
  counts?: { succeeded: number; failed: number };
}
export interface AccountFact extends FactBase {
  kind: 'user-created' | 'user-deleted' | 'user-restored' | 'account-disabled' | 'account-enabled';
}

export type Fact =
  | LicencesChanged
  | LicenceAssignmentFailed
  | GroupMembershipChanged
  | GroupLicencesChanged
  | GroupDeleted
  | GroupLicensingFinished
  | AccountFact;

export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/** A user or group of one tenant. `id` is the object id, else the UPN in lower case. */
export interface TimelineSubject {
  kind: 'user' | 'group';
  id: string;
  /** UPN of a user (as last seen), display name of a group. */
  name?: string;
}

/** Everything known about one subject, in order of time, with the group facts that may explain it. */
export interface Timeline {
  tenantId: string;
  subject: TimelineSubject;
  facts: Fact[];
  /** Licence changes, deletions and processing of groups of the same tenant, in order of time. */
  groupFacts: Fact[];
  /** How many distinct records this was computed from; a verdict from fewer is older (law 2). */
  rows: number;
  /** Log and time of each record that the facts name, by its id; for `evidenceOf`. */
  origins?: ReadonlyMap<string, { log: LogName; at: string }>;
}
