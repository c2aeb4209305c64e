import type { CoverageRow, CoverageStore, Stored } from '../coverage/coverage-store.ts';
import type { SourceName, SweepName } from '../coverage/coverage.ts';
import type { ReadRecord } from '../ingest/read-record.ts';
import type { Clock } from '../ports.ts';
import type { ActivityApi } from '../services/activity-api.ts';
import type { Graph } from '../services/graph.ts';
import type { ReadState } from '../state/state.ts';

/** What a collector brings: a record as it came with what reading made of it, or a state as it was read. */
export type CollectedItem =
  { kind: 'record'; raw: unknown; read: ReadRecord } | { kind: 'state'; state: ReadState };

/**
 * What one step did. `next` and `done` carry what is to be enqueued before the step counts, and what is covered with it; `later` and
 * `refused` mean that nothing of this step counts (laws 1 and 3).
 */
export type StepOutcome<State, Progress> =
  | {
      kind: 'next';
      state: State;
      items: CollectedItem[];
      progress: Progress;
      /** Where the service asked for a pause after what was read. */
      afterSeconds?: number;
      /** What is left can as well be done by the next run: where one is asked for, this one ends here. */
      mayEnd?: true;
    }
  | { kind: 'done'; items: CollectedItem[]; progress: Progress }
  | { kind: 'later'; reason: string; afterSeconds?: number }
  | { kind: 'refused'; reason: string; permission?: string };

/** How what was read is remembered: a log by its windows, a sweep by how far it has come. */
export interface CoverageKind<Row extends CoverageRow, Progress> {
  read(store: CoverageStore, tenantId: string, source: string): Promise<Stored<Row> | undefined>;
  /** The row of a source that was never read. */
  fresh(tenantId: string, source: string): Row;
  /** With what one step covered. Its failure ends with a step, unless something stays unread. */
  withStep(row: Row, progress: Progress): Row;
  /** What the end of a run makes of it. */
  withEnd(row: Row): Row;
}

/**
 * Reads one source of one tenant in steps that each fit well within a function's time limit. `plan` decides what a run reads;
 * `step` does one read and says what comes next. The state travels through the coverage row, so it must be plain JSON.
 */
export interface Collector<State, Row extends CoverageRow, Progress> {
  source: SourceName | SweepName;
  /** How often it is asked for by the timer, at the least. */
  everyMinutes: number;
  coverage: CoverageKind<Row, Progress>;
  /** @param byHand somebody has asked for this run: nothing is put off */
  plan(row: Row | undefined, now: string, byHand: boolean): State;
  parseState(state: unknown): State;
  step(tenantId: string, state: State, sources: Sources): Promise<StepOutcome<State, Progress>>;
}

/** As whoever runs it sees it: what `plan` and `step` give is handed back through `parseState`. */
export type AnyCollector = Collector<unknown, CoverageRow, unknown>;

export interface Sources {
  graph: Graph;
  activity: ActivityApi;
  clock: Clock;
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
