import type { AuditRecord } from '../ingest/audit-record.ts';
import type { Version } from '../ports.ts';
import type { SubjectKind } from '../state/subject.ts';

/** Whose timeline: a user or group, or anything else that rules speak about and that only has plans (`SubjectPlan`). */
export interface TimelineOwner {
  kind: SubjectKind;
  /** In lower case. */
  id: string;
}

/** How far a timeline has been folded, so that its cost does not grow with the history: what `until` left behind, as JSON. */
export interface Checkpoint {
  /** Facts up to and including it are in `state` (ISO 8601, UTC). */
  until: string;
  state: unknown;
}

/** The records of one subject, as they are stored. */
export interface StoredTimeline {
  /** In order of time; only those later than `checkpoint.until` where there is a checkpoint. */
  records: AuditRecord[];
  /** How many rows of the subject were ever stored: its version (law 2). Neither retention nor a name that passes on lowers it. */
  rows: number;
  /** What the subject was called last; absent where no record names it. */
  name?: string;
  /** Records from before this moment may have been deleted (retention); absent where none was. */
  forgottenUntil?: string;
  /** The UPNs of a user that nobody else has had: what names only them is his. */
  names: string[];
  /** True where somebody else bears or bore a name that was the user's: what named only that is not his any more. */
  hasLostName: boolean;
  checkpoint?: Checkpoint;
  /** `until` of all checkpoints of the fold that hold, in order; the last is `checkpoint`. */
  checkpoints: readonly string[];
  /** By family: when the subject is to be looked at again, by a message that is on its way. */
  looks: Readonly<Record<string, string>>;
  /** Of everything but the records; undefined while there is nothing. */
  version: Version | undefined;
}

/** What is remembered beside the records. What is absent stays as it is. */
export interface SubjectPlan {
  /** Of one fold: those that were there and stay, by their `until`, and those that come; all others of that fold go. */
  checkpoints?: { fold: string; keep: readonly string[]; add: readonly Checkpoint[] };
  looks?: Readonly<Record<string, string>>;
}

/** What became of records that were to be stored. */
interface Inserted {
  /** Everybody of whom a record speaks, each once. */
  subjects: TimelineOwner[];
  /** Those of them who have a row that was not there before. */
  changed: TimelineOwner[];
  /** How many of the records fit into no row, and so are not stored; the others are all the same. */
  tooLarge: number;
}

export interface TimelineReader {
  /**
   * The records that speak of the subject; of a user also those that name him only by a UPN that is known to be his alone.
   * All of them, or for a fold (a family of rules) those that are later than its last checkpoint.
   */
  readSubject(tenantId: string, owner: TimelineOwner, fold?: string): Promise<StoredTimeline>;
  /** Licence changes, deletions and licence processing of all groups of the tenant within the windows (ISO; both ends included). */
  readGroupLicensing(
    tenantId: string,
    windows: readonly { from: string; to: string }[],
  ): Promise<AuditRecord[]>;
}

export interface TimelineStore extends TimelineReader {
  /**
   * Insert-only and idempotent: a record stands in the partition of each user and group that it speaks of, what is about the licences of
   * groups also in one of the tenant. A checkpoint that a record comes too late for is dropped with the insertion.
   */
  insert(tenantId: string, records: readonly AuditRecord[]): Promise<Inserted>;
  /** `changed`: somebody has written since it was read, so that a checkpoint might leave out what he wrote. */
  plan(
    tenantId: string,
    owner: TimelineOwner,
    version: Version | undefined,
    plan: SubjectPlan,
  ): Promise<'saved' | 'changed'>;
  /** The object id for an object id or UPN; the UPN itself while no record tells the id; undefined when unknown. */
  findUser(tenantId: string, idOrUpn: string): Promise<string | undefined>;
}
