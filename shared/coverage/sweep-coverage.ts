import type { SweepCoverageRow } from './coverage-store.ts';

/** What one step adds to a sweep. */
export interface SweepProgress {
  /** How many subjects the step read. */
  subjects: number;
}

/** The coverage with what one step of the run read; a sweep is as of the begin of its run. */
export function withSweepStep(row: SweepCoverageRow, { subjects }: SweepProgress): SweepCoverageRow {
  const { failure: _failure, ...rest } = row;
  const asOf = row.startedAt ?? '';
  const before = row.sweep?.asOf === asOf ? row.sweep.subjects : 0;
  return { ...rest, sweep: { asOf, subjects: before + subjects, complete: false } };
}

/** The run has read all subjects: only what is done to the end is complete. */
export function withSweepEnd(row: SweepCoverageRow): SweepCoverageRow {
  const { sweep } = row;
  if (sweep === undefined) return row;
  const complete = { ...sweep, complete: true };
  return { ...row, sweep: complete, lastComplete: complete };
}
