import type { Version } from '../ports.ts';
import type { SourceName, SweepName } from './coverage.ts';

/** What the row of every collected source tells of its runs, whatever is read in them. */
interface CollectedRow {
  tenantId: string;
  /** Counts up; a step of another run is dropped. */
  run: number;
  /** The step that is to be done next in this run; undefined when no run is under way. */
  step?: PendingStep;
  /** A run that has not moved until then is taken to be dead. */
  leaseUntil?: string;
  /** When the last run was begun: a request for a run from before it is served by it. */
  startedAt?: string;
  /** The time of the request that began it. */
  beganFor?: string;
  /** When the source was last asked, whatever it answered: nobody asks it more than once a second. */
  askedAt?: string;
  /** The first request that the run under way does not serve: the run that ends begins the next. */
  pending?: { requestedAt: string; byHand: boolean };
  finishedAt?: string;
  /** True until the first run has finished. */
  first: boolean;
  /** Since when nothing could be read, why the last attempt could not, and the permission that is missing where that is known. */
  failure?: { at: string; reason: string; permission?: string };
  /** Numbers of the last finished run: what was read and what was ignored. */
  counts?: { records: number; ignored: number; unreadable: number; states?: number };
}

export interface PendingStep {
  number: number;
  state: unknown;
  /** The number of the try. A message with a lower one is of a try whose place another has taken. */
  attempt?: number;
  /** How many tries in a row came to nothing. */
  failed?: number;
  /** Until then the next try waits. */
  waitsUntil?: string;
  /** The service named that time, so nothing brings the try forward. */
  told?: boolean;
}

/** What could not be read: for good, or while `content` says where it is tried again. */
export interface Gap {
  from: string;
  to: string;
  reason: string;
  content?: string;
  /** How often the content was tried, and when the run began that did so last. */
  tries?: number;
  triedAt?: string;
}

export interface ListedContent {
  content: string;
  created: string;
}

/** A log is read in windows of time. A row from before there were sweeps has no `kind`. */
export interface LogCoverageRow extends CollectedRow {
  kind?: 'log';
  source: SourceName;
  /** Windows read completely, merged, in order. */
  windows: { from: string; to: string }[];
  /** Up to where windows were read again for records that came late. */
  reread?: { short?: string; long?: string };
  gaps: Gap[];
  /**
   * Of a log that is given out from when it was asked for: since when that is known to be so. Nothing from before it counts as read,
   * whatever is listed of it.
   */
  givenSince?: string;
  /** The source was found off, and has not been seen on since: the next run begins by starting it. */
  off?: true;
  /** The newest content that was listed: as long as it is listed again, nobody has stopped and started the source in between. */
  newest?: ListedContent;
}

/** How far a sweep over all subjects of a kind has come. */
interface Sweep {
  /** When it was begun: what it read is as of then or later. */
  asOf: string;
  /** How many subjects it has read. */
  subjects: number;
  /** Whether it has read all of them; only then is absence from it a reason to look. */
  complete: boolean;
}

/** States are read in sweeps over all subjects. */
export interface SweepCoverageRow extends CollectedRow {
  kind: 'sweep';
  source: SweepName;
  /** The one under way, or the last. */
  sweep?: Sweep;
  /** The last one that read everything. */
  lastComplete?: Sweep;
}

export type CoverageRow = LogCoverageRow | SweepCoverageRow;

export interface Stored<Row extends CoverageRow> {
  row: Row;
  version: Version;
}

export interface CoverageStore {
  read(tenantId: string, source: SourceName): Promise<Stored<LogCoverageRow> | undefined>;
  readSweep(tenantId: string, source: SweepName): Promise<Stored<SweepCoverageRow> | undefined>;
  save(row: CoverageRow, version: Version | undefined): Promise<'saved' | 'changed'>;
  /** The rows of the logs, of all tenants. */
  list(): AsyncIterable<LogCoverageRow>;
  listSweeps(): AsyncIterable<SweepCoverageRow>;
}
