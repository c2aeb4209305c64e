import { collect, type CollectPorts } from '../../shared/collect/collect.ts';
import { scheduleCollection } from '../../shared/collect/schedule.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import { licenceSourceOf, type SourceName } from '../../shared/coverage/coverage.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues, type SentMessage } from '../builders/memory-queues.ts';
import { simulatedActivity, simulatedGraph, type RawAudit } from './simulated-sources.ts';

export const tenantId = '11111111-2222-4333-8444-555555555555';
export const entra = licenceSourceOf.entra;
export const unified = licenceSourceOf.unified;

/** One tenant's collection with everything in memory, driven by hand: time passes only when the test says so. */
export function collection(audits: RawAudit[] = [], start = '2026-03-01T12:00:00.000Z') {
  let now = new Date(start);
  const logged: string[] = [];
  const write =
    (level: string) =>
    (message: string, fields: object = {}) => {
      logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const graph = simulatedGraph([...audits]);
  const activity = simulatedActivity(() => now.toISOString());
  const queues = createMemoryQueues();
  const coverage = createMemoryCoverageStore();
  const poison = createMemoryPoisonStore();
  const ports: CollectPorts = {
    graph,
    activity,
    queues,
    coverage,
    poison,
    clock: { now: () => new Date(now) },
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  };
  const delivered: { kind: string; record: AuditRecord }[] = [];
  const regained: unknown[] = [];

  const self = {
    ports,
    graph,
    activity,
    queues,
    poison,
    logged,
    delivered,
    at: (time: string) => (now = new Date(time)),
    /** Seconds that delayed messages asked for, in order. */
    delays: [] as number[],
    async request(source: SourceName = entra, byHand = true) {
      const requestedAt = now.toISOString();
      await queues.send('collect', tenantId, 'collection-request', [{ source, requestedAt, byHand }]);
    },
    schedule: (byHand = true) =>
      scheduleCollection([{ id: tenantId, name: 'Contoso' }], { ...ports }, { byHand }),
    handle: ({ envelope }: SentMessage) => collect(envelope, ports, { retrySeconds: 30 }),
    /** Handles what waits until nothing does; a delayed message lets its time pass. */
    async settle(limit = 500) {
      for (let count = 0; count < limit; count += 1) {
        const [first, ...rest] = queues.take('collect');
        if (first === undefined) {
          self.receiveRecords();
          return;
        }
        for (const { envelope, delaySeconds } of rest) {
          await queues.send('collect', envelope.tenantId, envelope.kind, envelope.items, { delaySeconds });
        }
        if (first.delaySeconds > 0) {
          self.delays.push(first.delaySeconds);
          now = new Date(now.getTime() + first.delaySeconds * 1000);
        }
        await self.handle(first);
      }
      throw new Error('the collection does not come to rest');
    },
    /** What was said to have been read at last. */
    regained,
    receiveRecords() {
      for (const { envelope } of queues.take('signals')) {
        if (envelope.kind === 'coverage-regained') {
          regained.push(...envelope.items);
          continue;
        }
        for (const item of envelope.items)
          delivered.push({ kind: envelope.kind, record: item as AuditRecord });
      }
    },
    ids: () => [...new Set(delivered.map(({ record }) => record.id))].sort(),
    async row(source: SourceName = entra): Promise<LogCoverageRow> {
      const stored = await coverage.read(tenantId, source);
      if (stored === undefined) throw new Error(`no row of coverage for ${source}`);
      return stored.row;
    },
  };
  return self;
}
