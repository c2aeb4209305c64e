import type { ActivityApi, CoverageRow, Graph } from '../ports.ts';
import type { ReadRecord } from '../ingest/read-record.ts';
import type { SourceName } from '../timeline/coverage.ts';

export interface TimeWindow {
  from: string;
  to: string;
}

/** A raw record as it came and what reading made of it. */
export interface CollectedRecord {
  raw: unknown;
  read: ReadRecord;
}

/**
 * What one step did. `next` and `done` carry what is to be enqueued before the step counts, and the windows that are complete with
 * it; `later` and `refused` mean that nothing of this step counts (laws 1 and 3).
 */
export type StepOutcome<State> =
  | {
      kind: 'next';
      state: State;
      records: CollectedRecord[];
      covered: TimeWindow[];
      gaps: Gap[];
      /** Content of known gaps that needs no further try: read at last, or gone for good. */
      settled?: string[];
      /** Where the service asked for a pause after what was read. */
      afterSeconds?: number;
    }
  | {
      kind: 'done';
      records: CollectedRecord[];
      covered: TimeWindow[];
      gaps: Gap[];
      settled?: string[];
      reread?: CoverageRow['reread'];
    }
  | { kind: 'later'; reason: string; afterSeconds?: number }
  | { kind: 'refused'; reason: string; permission?: string };

export interface Gap extends TimeWindow {
  reason: string;
  /** Where what is missing may still be read: every run tries again until it is read or gone. */
  content?: string;
}

/**
 * Reads one source of one tenant in steps that each fit well within a function's time limit. `plan` decides what a run reads;
 * `step` does one read and says what comes next. The state travels through the coverage row, so it must be plain JSON.
 */
export interface Collector<State> {
  source: SourceName;
  plan(row: CoverageRow | undefined, now: string): State;
  parseState(state: unknown): State;
  step(tenantId: string, state: State, sources: Sources): Promise<StepOutcome<State>>;
}

export interface Sources {
  graph: Graph;
  activity: ActivityApi;
}

const minute = 60_000;
export const hours = (count: number): number => count * 60 * minute;
export const minutes = (count: number): number => count * minute;
export const days = (count: number): number => count * 24 * 60 * minute;

/** `at` moved by milliseconds. */
export function shifted(at: string, milliseconds: number): string {
  return new Date(Date.parse(at) + milliseconds).toISOString();
}

export const earlier = (a: string, b: string): string => (a < b ? a : b);
export const later = (a: string, b: string): string => (a < b ? b : a);
