import { z } from 'zod';
import { readEnvelope } from '../envelope.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import type { Clock, CoverageRow, CoverageStore, Log, PoisonStore, Queues, Version } from '../ports.ts';
import { type SourceName, sourceNames } from '../timeline/coverage.ts';
import type { CollectedRecord, Collector, Sources, StepOutcome } from './collector.ts';
import { collectorOf } from './collectors.ts';
import { unreadableRecord } from './unreadable.ts';
import { advanced, begun, decideRequest, decideStep, finished, refused, waiting } from './run.ts';

export interface CollectPorts extends Sources {
  coverage: CoverageStore;
  queues: Queues;
  poison: PoisonStore;
  clock: Clock;
  log: Log;
}

export interface CollectSettings {
  retrySeconds: number;
}

const requestSchema = z.object({ source: z.enum(sourceNames), requestedAt: z.iso.datetime() });
const stepSchema = z.object({
  source: z.enum(sourceNames),
  run: z.number().int(),
  step: z.number().int(),
  attempt: z.number().int().default(0),
});
type Step = z.infer<typeof stepSchema>;

/** So few that a message is evaluated quickly: one that is cut off again and again would be taken for poison. */
const recordsInAMessage = 15;
/** Longest wait between two attempts at a source that does not answer. */
const longestWaitSeconds = 900;

/**
 * Handles one message of the queue `collect`: a request for a run, or one step of a run.
 * Returning means that the message is done with; what must go on is on its way as another message.
 * @throws when the message is none of these, or storage fails: the queue brings it again
 */
export async function collect(
  message: unknown,
  ports: CollectPorts,
  settings: CollectSettings,
): Promise<void> {
  const { tenantId, kind, items } = readEnvelope(message);
  for (const item of items) {
    switch (kind) {
      case 'collection-request':
        await request(tenantId, requestSchema.parse(item), ports, settings);
        break;
      case 'collection-step':
        await step(tenantId, stepSchema.parse(item), ports, settings);
        break;
      default:
        throw new Error(
          `the queue collect does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`,
        );
    }
  }
}

async function request(
  tenantId: string,
  { source, requestedAt }: z.infer<typeof requestSchema>,
  ports: CollectPorts,
  settings: CollectSettings,
): Promise<void> {
  const { coverage, queues, clock, log } = ports;
  const now = clock.now().toISOString();
  const stored = await coverage.read(tenantId, source);
  const decision = decideRequest(stored?.row, requestedAt, now);
  const fields = { stage: 'collect', tenantId, source };
  switch (decision.kind) {
    case 'served':
      log.info('collection request is served by a run that began after it', fields);
      return;
    case 'wait':
      await queues.send('collect', tenantId, 'collection-request', [{ source, requestedAt }], {
        delaySeconds: settings.retrySeconds,
      });
      return;
    case 'send-again':
      if (stored !== undefined) await sendStep(ports, stored.row);
      return;
    case 'begin': {
      const state = collectorOf(source).plan(stored?.row, now);
      const row = begun(stored?.row, tenantId, source, decision.run, state, now);
      if ((await coverage.save(row, stored?.version)) === 'changed') {
        throw new Error('another worker changed the coverage row; the queue brings the request again');
      }
      await sendStep(ports, row);
      log.info('collection begun', { ...fields, run: row.run });
    }
  }
}

async function step(
  tenantId: string,
  message: Step,
  ports: CollectPorts,
  settings: CollectSettings,
): Promise<void> {
  const { source, run } = message;
  const stored = await ports.coverage.read(tenantId, source);
  const decision = decideStep(stored?.row, run, message.step);
  const fields = { stage: 'collect', tenantId, source, run, step: message.step };
  if (decision.kind === 'drop' || stored === undefined) {
    ports.log.info('collection step dropped', {
      ...fields,
      reason: decision.kind === 'drop' ? decision.reason : '',
    });
    return;
  }
  if (decision.kind === 'send-next') {
    await sendStep(ports, stored.row);
    return;
  }
  const collector: Collector<unknown> = collectorOf(source);
  const outcome = await collector.step(tenantId, collector.parseState(stored.row.step?.state), ports);
  const now = ports.clock.now().toISOString();
  switch (outcome.kind) {
    case 'later': {
      const seconds = outcome.afterSeconds ?? backOff(settings.retrySeconds, message.attempt);
      ports.log.warn('source answers later', { ...fields, reason: outcome.reason, seconds });
      if (
        (await save(
          ports,
          waiting(stored.row, outcome.reason, message.attempt, seconds, now),
          stored.version,
        )) === 'saved'
      ) {
        const again = { source, run, step: message.step, attempt: message.attempt + 1 };
        await ports.queues.send('collect', tenantId, 'collection-step', [again], { delaySeconds: seconds });
      }
      return;
    }
    case 'refused':
      ports.log.error('source refuses to be read', {
        ...fields,
        reason: outcome.reason,
        permission: outcome.permission,
      });
      await save(ports, refused(stored.row, outcome.reason, outcome.permission, now), stored.version);
      return;
    case 'next':
    case 'done':
      await finishStep(tenantId, stored, outcome, ports, now);
  }
}

/** Law 1: records are enqueued, unreadable ones kept, before the row says that they are read. */
async function finishStep(
  tenantId: string,
  { row, version }: { row: CoverageRow; version: Version },
  outcome: Extract<StepOutcome<unknown>, { kind: 'next' | 'done' }>,
  ports: CollectPorts,
  now: string,
): Promise<void> {
  const counts = await enqueueRecords(tenantId, row, outcome.records, ports, now);
  const result = { covered: outcome.covered, gaps: outcome.gaps, settled: outcome.settled ?? [], counts };
  if (outcome.kind === 'next') {
    const next = advanced(row, result, outcome.state, now);
    if ((await save(ports, next, version)) === 'saved') await sendStep(ports, next, outcome.afterSeconds);
    return;
  }
  if (row.first) await announceFirstCollection(tenantId, row.source, ports);
  await save(ports, finished(row, result, outcome.reread, now), version);
  ports.log.info('collection finished', { stage: 'collect', tenantId, source: row.source, run: row.run });
}

async function enqueueRecords(
  tenantId: string,
  row: CoverageRow,
  collected: readonly CollectedRecord[],
  { queues, poison, log }: CollectPorts,
  now: string,
): Promise<{ records: number; ignored: number; unreadable: number }> {
  const records: AuditRecord[] = [];
  let ignored = 0;
  let unreadable = 0;
  for (const [index, { raw, read }] of collected.entries()) {
    switch (read.kind) {
      case 'record':
        records.push(read.record);
        break;
      case 'ignored':
        ignored += 1;
        break;
      case 'unreadable': {
        unreadable += 1;
        await poison.keep(unreadableRecord(tenantId, row.source, raw, now), now);
        log.warn('a record cannot be read and is kept', {
          stage: 'collect',
          tenantId,
          source: row.source,
          position: index + 1,
          reason: read.reason,
        });
      }
    }
  }
  const kind = row.first ? 'audit-records-of-first-collection' : 'audit-records';
  if (records.length > 0) {
    await queues.send('evaluate-licence', tenantId, kind, records, { mostItems: recordsInAMessage });
  }
  return { records: records.length, ignored, unreadable };
}

/** Sent before the row is saved: said twice it is the same digest, never said it would be lost. */
async function announceFirstCollection(
  tenantId: string,
  source: SourceName,
  { queues }: CollectPorts,
): Promise<void> {
  await queues.send('notices', tenantId, 'first-collection-finished', [{ source }]);
}

async function sendStep({ queues }: CollectPorts, row: CoverageRow, delaySeconds = 0): Promise<void> {
  if (row.step === undefined) return;
  const item: Step = { source: row.source, run: row.run, step: row.step.number, attempt: 0 };
  await queues.send('collect', row.tenantId, 'collection-step', [item], { delaySeconds });
}

/** `changed`: another worker did the same step at the same time and sends what follows. */
async function save(
  { coverage, log }: CollectPorts,
  row: CoverageRow,
  version: Version,
): Promise<'saved' | 'changed'> {
  const outcome = await coverage.save(row, version);
  if (outcome === 'changed') {
    log.info('another worker did this step', {
      stage: 'collect',
      tenantId: row.tenantId,
      source: row.source,
    });
  }
  return outcome;
}

function backOff(retrySeconds: number, attempt: number): number {
  return Math.min(longestWaitSeconds, retrySeconds * 2 ** Math.min(attempt, 10));
}
