import type { CoverageRow } from '../ports.ts';
import type { SourceName } from '../timeline/coverage.ts';
import { mergeWindows } from '../timeline/coverage-windows.ts';
import { type Gap, minutes, shifted, type TimeWindow } from './collector.ts';

/**
 * The life of a run as pure changes of its coverage row. One run at a time for a tenant and source; a step of another run, or one
 * that was already done, does nothing but make sure that the step after it is on its way (a crash may have come between).
 */

/** A run that has not moved for so long is dead: its message was lost to poison. */
const lease = minutes(10);

export type RequestDecision =
  { kind: 'begin'; run: number } | { kind: 'send-again' } | { kind: 'wait' } | { kind: 'served' };

/** What a request for a collection comes to. `requestedAt` and `now` are ISO times. */
export function decideRequest(
  row: CoverageRow | undefined,
  requestedAt: string,
  now: string,
): RequestDecision {
  if (row === undefined) return { kind: 'begin', run: 1 };
  const served = row.startedAt !== undefined && row.startedAt >= requestedAt;
  if (row.step === undefined) return served ? { kind: 'served' } : { kind: 'begin', run: row.run + 1 };
  if (row.leaseUntil === undefined || row.leaseUntil <= now) return { kind: 'begin', run: row.run + 1 };
  if (!served) return { kind: 'wait' };
  return row.step.number === 0 ? { kind: 'send-again' } : { kind: 'served' };
}

export function begun(
  row: CoverageRow | undefined,
  tenantId: string,
  source: SourceName,
  run: number,
  state: unknown,
  now: string,
): CoverageRow {
  const base: CoverageRow = row ?? { tenantId, source, run, first: true, windows: [], gaps: [] };
  return {
    ...base,
    run,
    step: { number: 0, state },
    startedAt: now,
    leaseUntil: shifted(now, lease),
    counts: { records: 0, ignored: 0, unreadable: 0 },
  };
}

export type StepDecision = { kind: 'do' } | { kind: 'send-next' } | { kind: 'drop'; reason: string };

export function decideStep(row: CoverageRow | undefined, run: number, step: number): StepDecision {
  if (row === undefined) return { kind: 'drop', reason: 'no run is known for this source' };
  if (row.run !== run) return { kind: 'drop', reason: 'the step is of another run' };
  if (row.step === undefined) return { kind: 'drop', reason: 'the run is finished' };
  if (row.step.number === step) return { kind: 'do' };
  return row.step.number === step + 1 ? { kind: 'send-next' } : { kind: 'drop', reason: 'the step is done' };
}

export interface StepResult {
  covered: TimeWindow[];
  gaps: Gap[];
  settled: string[];
  counts: { records: number; ignored: number; unreadable: number };
}

export function advanced(row: CoverageRow, result: StepResult, state: unknown, now: string): CoverageRow {
  const number = (row.step?.number ?? 0) + 1;
  return { ...withResult(row, result), step: { number, state }, leaseUntil: shifted(now, lease) };
}

export function finished(
  row: CoverageRow,
  result: StepResult,
  reread: CoverageRow['reread'],
  now: string,
): CoverageRow {
  const { step: _step, leaseUntil: _lease, ...rest } = withResult(row, result);
  const unread = rest.gaps.filter(({ content }) => content !== undefined);
  const failure =
    unread[0] === undefined
      ? {}
      : {
          failure: {
            at: unread[0].from,
            reason: `${unread.length} pieces of content cannot be read: ${unread[0].reason}`,
          },
        };
  return { ...rest, first: false, finishedAt: now, ...(reread === undefined ? {} : { reread }), ...failure };
}

/** To be told to wait is the ordinary course of throttling; so many times in a row it is a failure that health shows. */
const patientAttempts = 2;

/** Waits for the service: the run stays alive as long as it waits, and where it waits long the reason can be read. */
export function waiting(
  row: CoverageRow,
  reason: string,
  attempt: number,
  seconds: number,
  now: string,
): CoverageRow {
  const failure = attempt < patientAttempts ? {} : { failure: { at: row.failure?.at ?? now, reason } };
  return { ...row, leaseUntil: shifted(now, lease + seconds * 1000), ...failure };
}

/**
 * Ends the run without moving the cursor: what it did not read stays a gap that the next run reads. A source that goes on refusing is
 * blind since the first time.
 */
export function refused(
  row: CoverageRow,
  reason: string,
  permission: string | undefined,
  now: string,
): CoverageRow {
  const { step: _step, leaseUntil: _lease, ...rest } = row;
  const at = row.failure?.at ?? now;
  return { ...rest, failure: { at, reason, ...(permission === undefined ? {} : { permission }) } };
}

function withResult(row: CoverageRow, { covered, gaps, settled, counts }: StepResult): CoverageRow {
  const { failure: _failure, ...rest } = row;
  const told = new Set([...settled, ...gaps.flatMap(({ content }) => content ?? [])]);
  const before = row.counts ?? { records: 0, ignored: 0, unreadable: 0 };
  return {
    ...rest,
    windows: mergeWindows([...row.windows, ...covered]),
    gaps: [...row.gaps.filter(({ content }) => content === undefined || !told.has(content)), ...gaps],
    counts: {
      records: before.records + counts.records,
      ignored: before.ignored + counts.ignored,
      unreadable: before.unreadable + counts.unreadable,
    },
  };
}
