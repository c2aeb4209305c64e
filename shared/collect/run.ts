import type { CoverageRow, PendingStep } from '../coverage/coverage-store.ts';
import { later, minutes, shifted } from './collector.ts';

/**
 * The life of a run as pure decisions about its coverage row. One run at a time for a tenant and source; a step of another run, or one
 * that was already done, does nothing but make sure that the step after it is on its way (a crash may have come between). A request
 * that cannot be served now is remembered in the row, and the run that ends begins the next: nothing else waits for it.
 */

/** A run that has not moved for so long is dead: its message was lost to poison. */
const lease = minutes(10);
/** A source is asked no more often than this, whoever asks. */
const closestTries = 1000;

export interface CollectionRequest {
  /** ISO 8601, UTC. */
  requestedAt: string;
  /** Somebody asked, and not the timer. */
  byHand: boolean;
}

export type RequestDecision =
  | { kind: 'begin'; byHand: boolean }
  /** Nothing runs, but the source was asked a moment ago: the request comes again; others until then need do nothing. */
  | { kind: 'come-again'; pending: CollectionRequest; seconds: number }
  /** The run waits by its own choice: its step is tried at once, and the try that was on its way is void. */
  | { kind: 'try-now'; pending: CollectionRequest }
  /** A run is under way that does not serve it, and goes on by itself. */
  | { kind: 'remember'; pending: CollectionRequest }
  /** What was to be sent after the row was saved may not have been: it is sent again. */
  | { kind: 'send-step' }
  | { kind: 'served' };

/** What a request for a collection comes to. @param now ISO 8601, UTC */
export function decideRequest(
  row: CoverageRow | undefined,
  request: CollectionRequest,
  now: string,
): RequestDecision {
  const { requestedAt, byHand } = request;
  if (row === undefined) return { kind: 'begin', byHand };
  const { step, startedAt } = row;
  const isServed = startedAt !== undefined && startedAt >= requestedAt;
  const waiting = pendingOf(row);
  // Who came first counts for all, so that it is known by its time when it comes again.
  const pending = { requestedAt: waiting?.requestedAt ?? requestedAt, byHand: byHand || isByHand(waiting) };
  const isRemembered = waiting !== undefined && waiting.byHand === pending.byHand;
  const mayBeAsked = row.askedAt === undefined || shifted(row.askedAt, closestTries) <= now;

  if (step === undefined) {
    if (isServed) return { kind: 'served' };
    if (mayBeAsked) return { kind: 'begin', byHand: pending.byHand };
    return isRemembered && waiting.requestedAt !== requestedAt
      ? { kind: 'served' }
      : { kind: 'come-again', pending, seconds: closestTries / 1000 };
  }
  if (row.leaseUntil === undefined || row.leaseUntil <= now) return { kind: 'begin', byHand: pending.byHand };
  if (isServed) {
    const isFirstStep = step.number === 0 && isUntried(step);
    return isFirstStep && row.beganFor === requestedAt ? { kind: 'send-step' } : { kind: 'served' };
  }
  const waits = step.waitsUntil !== undefined && step.waitsUntil > now;
  if (waits && step.told !== true && mayBeAsked) {
    return { kind: 'try-now', pending: { requestedAt, byHand: pending.byHand } };
  }
  if (!isRemembered) return { kind: 'remember', pending };
  // Only the request that brought the step forward has to see to it that it is on its way.
  return waiting.requestedAt === requestedAt && isBroughtForward(step)
    ? { kind: 'send-step' }
    : { kind: 'served' };
}

/** The request that the last run does not serve. */
function pendingOf({ pending, startedAt }: CoverageRow): CollectionRequest | undefined {
  return pending !== undefined && (startedAt === undefined || startedAt < pending.requestedAt)
    ? pending
    : undefined;
}

function isByHand(request: CollectionRequest | undefined): boolean {
  return request?.byHand === true;
}

function isUntried({ attempt = 0 }: PendingStep): boolean {
  return attempt === 0;
}

function isBroughtForward({ attempt = 0, waitsUntil }: PendingStep): boolean {
  return attempt > 0 && waitsUntil === undefined;
}

/** The row with a new run, which serves every request until now. */
export function begun(row: CoverageRow, state: unknown, requestedAt: string, now: string): CoverageRow {
  const { pending: _pending, ...rest } = row;
  return {
    ...rest,
    run: row.run + 1,
    step: { number: 0, state },
    startedAt: now,
    beganFor: requestedAt,
    leaseUntil: shifted(now, lease),
    counts: { records: 0, ignored: 0, unreadable: 0 },
  };
}

export function remembered(row: CoverageRow, pending: CollectionRequest): CoverageRow {
  return { ...row, pending };
}

/** The same with its waiting step tried at once. */
export function broughtForward(row: CoverageRow, pending: CollectionRequest, now: string): CoverageRow {
  if (row.step === undefined) return row;
  const { waitsUntil: _until, told: _told, ...rest } = row.step;
  const step = { ...rest, attempt: (rest.attempt ?? 0) + 1 };
  return { ...row, pending, step, leaseUntil: shifted(now, lease) };
}

export interface StepMessage {
  run: number;
  step: number;
  attempt: number;
}

export type StepDecision = { kind: 'do' } | { kind: 'send-next' } | { kind: 'drop'; reason: string };

export function decideStep(row: CoverageRow | undefined, message: StepMessage): StepDecision {
  if (row === undefined) return { kind: 'drop', reason: 'no run is known for this source' };
  const { step } = row;
  const { run, attempt } = message;
  // The run that ended began the next one in the same write.
  if (row.run === run + 1 && step?.number === 0 && isUntried(step)) return { kind: 'send-next' };
  if (row.run !== run) return { kind: 'drop', reason: 'the step is of another run' };
  if (step === undefined) return { kind: 'drop', reason: 'the run is finished' };
  if (step.number === message.step) {
    // One that is ahead of the row was sent before the row could say so.
    return attempt >= (step.attempt ?? 0)
      ? { kind: 'do' }
      : { kind: 'drop', reason: 'another try has taken its place' };
  }
  return step.number === message.step + 1 && isUntried(step)
    ? { kind: 'send-next' }
    : { kind: 'drop', reason: 'the step is done' };
}

export interface Counts {
  records: number;
  ignored: number;
  unreadable: number;
  states: number;
}

/** The row after a step, with the next one to be done; `waitSeconds` where the service asked for a pause. */
export function advanced(
  row: CoverageRow,
  state: unknown,
  counts: Counts,
  now: string,
  waitSeconds: number,
): CoverageRow {
  const pause = waitSeconds > 0 ? { waitsUntil: shifted(now, waitSeconds * 1000), told: true } : {};
  return {
    ...counted(row, counts),
    step: { number: (row.step?.number ?? 0) + 1, state, ...pause },
    askedAt: now,
    leaseUntil: shifted(now, lease + waitSeconds * 1000),
  };
}

/** The row after the last step of a run. */
export function finished(row: CoverageRow, counts: Counts, now: string): CoverageRow {
  const { step: _step, leaseUntil: _lease, ...rest } = counted(row, counts);
  return { ...rest, first: false, askedAt: now, finishedAt: now };
}

function counted(row: CoverageRow, counts: Counts): CoverageRow {
  const before = row.counts ?? { records: 0, ignored: 0, unreadable: 0 };
  const states = (before.states ?? 0) + counts.states;
  return {
    ...row,
    counts: {
      records: before.records + counts.records,
      ignored: before.ignored + counts.ignored,
      unreadable: before.unreadable + counts.unreadable,
      ...(states === 0 ? {} : { states }),
    },
  };
}

/** To be told to wait is the ordinary course of throttling; so many times in a row it is a failure that health shows. */
const patientTries = 2;

/** Waits for the service: the run stays alive as long as it waits, and where it waits long the reason can be read. */
export function waiting(
  row: CoverageRow,
  reason: string,
  wait: { attempt: number; seconds: number; told: boolean },
  now: string,
): CoverageRow {
  if (row.step === undefined) return row;
  const { number, state, failed = 0 } = row.step;
  const until = shifted(now, wait.seconds * 1000);
  const step = {
    number,
    state,
    attempt: wait.attempt,
    failed: failed + 1,
    waitsUntil: until,
    ...(wait.told ? { told: true } : {}),
  };
  const failure = failed < patientTries ? {} : { failure: { at: row.failure?.at ?? now, reason } };
  return { ...row, step, askedAt: now, leaseUntil: shifted(until, lease), ...failure };
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
  return {
    ...rest,
    askedAt: now,
    failure: { at, reason, ...(permission === undefined ? {} : { permission }) },
  };
}

/** The row of a run that has ended, with the next one begun where a request waits that it did not serve. */
export function goneOn(
  row: CoverageRow,
  plan: (row: CoverageRow, byHand: boolean) => unknown,
  now: string,
): CoverageRow {
  const pending = pendingOf(row);
  if (pending === undefined) {
    const { pending: _served, ...rest } = row;
    return rest;
  }
  const next = begun(row, plan(row, pending.byHand), pending.requestedAt, later(now, pending.requestedAt));
  if (next.step === undefined || row.askedAt === undefined) return next;
  // Not told, so that a request need not wait for it longer than for any other try.
  return { ...next, step: { ...next.step, waitsUntil: shifted(row.askedAt, closestTries) } };
}

/** Whether the run could end here for another to begin. */
export function isAskedForAgain(row: CoverageRow): boolean {
  return pendingOf(row) !== undefined;
}

/** Seconds until the step may be done. */
export function delayOf({ waitsUntil }: PendingStep, now: string): number {
  const milliseconds = waitsUntil === undefined ? 0 : Date.parse(waitsUntil) - Date.parse(now);
  return Math.ceil(Math.max(0, milliseconds) / 1000);
}
