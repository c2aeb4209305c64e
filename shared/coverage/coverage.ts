import type { LogName } from '../ingest/audit-record.ts';

/** What is read, each with its own row of coverage, lease and cursor. */
export const sourceNames = [
  'entra-directory-audits',
  'activity-azure-active-directory',
  'activity-exchange',
] as const;
export type SourceName = (typeof sourceNames)[number];

/** What is swept, such as `sweep-users`: all subjects of a kind, each with its state of now. */
export type SweepName = `sweep-${string}`;

/** A window of a source that was read completely. Both ends ISO 8601 UTC; `from` included, `to` excluded. */
export interface CoverageWindow {
  source: SourceName;
  from: string;
  to: string;
}

/** What has been read, and how long after the event a record may still arrive before its absence counts. */
export interface Coverage {
  windows: CoverageWindow[];
  latestArrivalMinutes: number;
  /** What a source could not read although its windows were; by the time of arrival in the log where that is how it is read. */
  gaps?: CoverageWindow[];
}

/** The source that must be covered before "no record exists" may be said of a log. */
export const licenceSourceOf: Record<LogName, SourceName> = {
  entra: 'entra-directory-audits',
  unified: 'activity-azure-active-directory',
};
