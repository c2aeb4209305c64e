import { z } from 'zod';
import type { CoverageRow, CoverageStore, LogCoverageRow, Stored } from '../coverage/coverage-store.ts';
import { readEnvelope } from '../envelope.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import type { Log, Queues } from '../ports.ts';
import type { PoisonStore } from '../queues/poison-store.ts';
import { unreadableRecord } from '../queues/unreadable.ts';
import type { ReadState } from '../state/state.ts';
import {
  type AnyCollector,
  type CollectedItem,
  minutes,
  shifted,
  type Sources,
  type StepOutcome,
} from './collector.ts';
import { collectors as standardCollectors } from './collectors.ts';
import { route } from './route.ts';
import {
  advanced,
  begun,
  broughtForward,
  type CollectionRequest,
  type Counts,
  decideRequest,
  decideStep,
  delayOf,
  finished,
  goneOn,
  isAskedForAgain,
  refused,
  remembered,
  waiting,
} from './run.ts';

export interface CollectPorts extends Sources {
  coverage: CoverageStore;
  queues: Queues;
  poison: PoisonStore;
  log: Log;
}

export interface CollectSettings {
  retrySeconds: number;
}

const requestSchema = z.object({
  source: z.string(),
  requestedAt: z.iso.datetime(),
  byHand: z.boolean().default(true),
});
const stepSchema = z.object({
  source: z.string(),
  run: z.number().int(),
  step: z.number().int(),
  attempt: z.number().int().default(0),
});
type Step = z.infer<typeof stepSchema>;

/** Longest wait between two attempts at a source that does not answer. */
const longestWaitSeconds = 900;
/** So often a row may change under somebody's hands before the queue brings the message again. */
const mostSaves = 5;

/**
 * Handles one message of the queue `collect`: a request for a run, or one step of a run.
 * Returning means that the message is done with; what must go on is on its way as another message, or stands in the coverage row.
 * @throws when the message is none of these, or storage fails: the queue brings it again
 */
export async function collect(
  message: unknown,
  ports: CollectPorts,
  settings: CollectSettings,
  collectors: readonly AnyCollector[] = standardCollectors,
): Promise<void> {
  const { tenantId, kind, items } = readEnvelope(message);
  for (const item of items) {
    switch (kind) {
      case 'collection-request': {
        const { source, ...asked } = requestSchema.parse(item);
        await request(tenantId, asked, collectorOf(source, collectors), ports);
        break;
      }
      case 'collection-step': {
        const parsed = stepSchema.parse(item);
        await step(tenantId, parsed, collectorOf(parsed.source, collectors), ports, settings);
        break;
      }
      default:
        throw new Error(
          `the queue collect does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`,
        );
    }
  }
}

function collectorOf(source: string, collectors: readonly AnyCollector[]): AnyCollector {
  const collector = collectors.find((one) => one.source === source);
  if (collector === undefined) {
    throw new Error(`there is no collector for the source ${JSON.stringify(source.slice(0, 40))}`);
  }
  return collector;
}

async function request(
  tenantId: string,
  asked: CollectionRequest,
  collector: AnyCollector,
  ports: CollectPorts,
): Promise<void> {
  const { coverage, queues, clock, log } = ports;
  const { source } = collector;
  const fields = { stage: 'collect', tenantId, source };
  for (let attempt = 0; attempt < mostSaves; attempt += 1) {
    const now = clock.now().toISOString();
    const stored = await collector.coverage.read(coverage, tenantId, source);
    const row = stored?.row ?? collector.coverage.fresh(tenantId, source);
    const save = async (changed: CoverageRow) => (await coverage.save(changed, stored?.version)) === 'saved';
    const decision = decideRequest(stored?.row, asked, now);
    switch (decision.kind) {
      case 'served':
        log.info('collection request is served by a run that began after it, or will', fields);
        return;
      case 'send-step':
        await sendStep(ports, row, now);
        return;
      case 'come-again':
        if (!(await save(remembered(row, decision.pending)))) continue;
        await queues.send('collect', tenantId, 'collection-request', [{ source, ...asked }], {
          delaySeconds: decision.seconds,
        });
        return;
      case 'remember':
        if (!(await save(remembered(row, decision.pending)))) continue;
        log.info('collection request waits for the run that is under way', fields);
        return;
      case 'try-now': {
        const next = broughtForward(row, decision.pending, now);
        if (!(await save(next))) continue;
        await sendStep(ports, next, now);
        return;
      }
      case 'begin': {
        const state = collector.plan(stored?.row, now, decision.byHand);
        const next = begun(row, state, asked.requestedAt, now);
        if (!(await save(next))) continue;
        await sendStep(ports, next, now);
        log.info('collection begun', { ...fields, run: next.run });
        return;
      }
    }
  }
  throw new Error('others change the coverage row all the time; the queue brings the request again');
}

async function step(
  tenantId: string,
  message: Step,
  collector: AnyCollector,
  ports: CollectPorts,
  settings: CollectSettings,
): Promise<void> {
  const { source, run } = message;
  const stored = await collector.coverage.read(ports.coverage, tenantId, source);
  const decision = decideStep(stored?.row, message);
  const fields = { stage: 'collect', tenantId, source, run, step: message.step };
  if (decision.kind === 'drop' || stored === undefined) {
    const reason = decision.kind === 'drop' ? decision.reason : '';
    ports.log.info('collection step dropped', { ...fields, reason });
    return;
  }
  if (decision.kind === 'send-next') {
    await sendStep(ports, stored.row, ports.clock.now().toISOString());
    return;
  }
  const outcome = await collector.step(tenantId, collector.parseState(stored.row.step?.state), ports);
  const now = ports.clock.now().toISOString();
  const done: DoneStep = { message, collector, stored, now };
  switch (outcome.kind) {
    case 'later': {
      const { reason, afterSeconds } = outcome;
      const failed = stored.row.step?.failed ?? 0;
      const seconds = Math.max(1, afterSeconds ?? backOff(settings.retrySeconds, failed));
      ports.log.warn('source answers later', { ...fields, reason, seconds });
      // Sent before the row says so: it is ahead of the row for a moment, and never lost.
      const again: Step = { ...message, attempt: message.attempt + 1 };
      await ports.queues.send('collect', tenantId, 'collection-step', [again], { delaySeconds: seconds });
      const wait = { attempt: again.attempt, seconds, told: afterSeconds !== undefined };
      await commit(ports, done, (row) => waiting(row, reason, wait, now));
      return;
    }
    case 'refused': {
      const { reason, permission } = outcome;
      ports.log.error('source refuses to be read', { ...fields, reason, permission });
      await end(ports, done, (row) => refused(row, reason, permission, now));
      return;
    }
    case 'next':
    case 'done':
      await finishStep(tenantId, done, outcome, ports);
  }
}

/** A step that was done, and the row for which it was. */
interface DoneStep {
  message: Step;
  collector: AnyCollector;
  stored: Stored<CoverageRow>;
  now: string;
}

/** Law 1: what was read is enqueued, what is unreadable kept, before the row says that it is read. */
async function finishStep(
  tenantId: string,
  done: DoneStep,
  outcome: Extract<StepOutcome<unknown, unknown>, { kind: 'next' | 'done' }>,
  ports: CollectPorts,
): Promise<void> {
  const { collector, stored, now } = done;
  const { first, source, run } = stored.row;
  const counts = await enqueue(tenantId, stored.row, outcome.items, ports, now);
  const { progress } = outcome;
  const withStep = (row: CoverageRow): CoverageRow => collector.coverage.withStep(row, progress);
  if (outcome.kind === 'next' && !(outcome.mayEnd === true && isAskedForAgain(stored.row))) {
    const { state, afterSeconds = 0 } = outcome;
    const next = await commit(ports, done, (row) =>
      advanced(withStep(row), state, counts, now, afterSeconds),
    );
    if (next !== undefined) await sendStep(ports, next, now);
    return;
  }
  if (first) await announceFirstCollection(tenantId, source, ports);
  if (wasAway(stored.row, now) || fillsGap(stored.row, withStep(stored.row))) {
    await announceRegained(tenantId, source, ports);
  }
  await end(ports, done, (row) => finished(collector.coverage.withEnd(withStep(row)), counts, now));
  ports.log.info('collection finished', { stage: 'collect', tenantId, source, run });
}

/** Ends the run, and begins the next in the same write where one is asked for. */
async function end(
  ports: CollectPorts,
  done: DoneStep,
  ended: (row: CoverageRow) => CoverageRow,
): Promise<void> {
  const { collector, now } = done;
  const plan = (row: CoverageRow, byHand: boolean): unknown => collector.plan(row, now, byHand);
  const next = await commit(ports, done, (row) => goneOn(ended(row), plan, now));
  if (next !== undefined) await sendStep(ports, next, now);
}

/**
 * Saves what a step makes of the row. A request may have been remembered in it meanwhile, so the change is made again to the row as it
 * is now, as long as the step is still to be done.
 * @returns undefined where another worker did the same step at the same time and sends what follows
 */
async function commit(
  ports: CollectPorts,
  { message, collector, stored }: DoneStep,
  change: (row: CoverageRow) => CoverageRow,
): Promise<CoverageRow | undefined> {
  const { coverage, log, clock } = ports;
  const { tenantId, source } = stored.row;
  let current: Stored<CoverageRow> | undefined = stored;
  for (let attempt = 0; attempt < mostSaves; attempt += 1) {
    const decision = current === undefined ? undefined : decideStep(current.row, message);
    if (current === undefined || decision?.kind !== 'do') {
      log.info('another worker did this step', { stage: 'collect', tenantId, source });
      // Or this one did, and the answer to its save was lost: then nobody else sends what follows.
      if (current !== undefined && decision?.kind === 'send-next') {
        await sendStep(ports, current.row, clock.now().toISOString());
      }
      return undefined;
    }
    const next = change(current.row);
    if ((await coverage.save(next, current.version)) === 'saved') return next;
    current = await collector.coverage.read(coverage, tenantId, source);
  }
  throw new Error('others change the coverage row all the time; the queue brings the step again');
}

async function enqueue(
  tenantId: string,
  row: CoverageRow,
  items: readonly CollectedItem[],
  { queues, poison, log }: CollectPorts,
  now: string,
): Promise<Counts> {
  const { source, first } = row;
  const records: AuditRecord[] = [];
  const states: ReadState[] = [];
  let ignored = 0;
  let unreadable = 0;
  for (const [index, item] of items.entries()) {
    if (item.kind === 'state') {
      states.push(item.state);
      continue;
    }
    const { raw, read } = item;
    switch (read.kind) {
      case 'record':
        records.push(read.record);
        break;
      case 'ignored':
        ignored += 1;
        break;
      case 'unreadable': {
        unreadable += 1;
        await poison.keep(unreadableRecord(tenantId, source, raw, now), now);
        const position = index + 1;
        const fields = { stage: 'collect', tenantId, source, position, reason: read.reason };
        log.warn('a record cannot be read and is kept', fields);
      }
    }
  }
  for (const { queue, kind, items: routed, mostItems } of route({ records, states, first })) {
    await queues.send(queue, tenantId, kind, routed, { mostItems });
  }
  return { records: records.length, ignored, unreadable, states: states.length };
}

/** Sent before the row is saved: said twice it is the same digest, never said it would be lost. */
async function announceFirstCollection(
  tenantId: string,
  source: CoverageRow['source'],
  { queues }: CollectPorts,
): Promise<void> {
  await queues.send('notices', tenantId, 'first-collection-finished', [{ source }]);
}

/** As long as a pending cause is given after its time for the log to be read; a source that is read as usual finishes within it. */
const usuallyFinishedWithin = minutes(15);

/** Also a source that has only now been read for the first time: what others had told may have waited for it. */
function wasAway({ kind, finishedAt = '' }: CoverageRow, now: string): boolean {
  return kind !== 'sweep' && finishedAt < shifted(now, -usuallyFinishedWithin);
}

/** Content that was missing has been read at last. */
function fillsGap(before: CoverageRow, after: CoverageRow): boolean {
  return before.kind !== 'sweep' && after.kind !== 'sweep' && unread(after) < unread(before);
}

function unread({ gaps }: LogCoverageRow): number {
  return gaps.filter(({ content }) => content !== undefined).length;
}

/** What waited for this log is to be looked at once it stands as read. Sent before that is saved, so that it is never forgotten. */
async function announceRegained(
  tenantId: string,
  source: CoverageRow['source'],
  { queues }: CollectPorts,
): Promise<void> {
  await queues.send('signals', tenantId, 'coverage-regained', [{ source }], { delaySeconds: 60 });
}

/** Nothing where no run is under way. */
async function sendStep({ queues }: CollectPorts, row: CoverageRow, now: string): Promise<void> {
  if (row.step === undefined) return;
  const { number, attempt = 0 } = row.step;
  const item: Step = { source: row.source, run: row.run, step: number, attempt };
  await queues.send('collect', row.tenantId, 'collection-step', [item], {
    delaySeconds: delayOf(row.step, now),
  });
}

function backOff(retrySeconds: number, failed: number): number {
  return Math.min(longestWaitSeconds, retrySeconds * 2 ** Math.min(failed, 10));
}
