import { rules } from '#rules';
import { createCoverageTable } from '../shared/adapters/coverage-table.ts';
import { createSnapshotTable } from '../shared/adapters/snapshot-table.ts';
import { connectStorage } from '../shared/adapters/storage.ts';
import { createTimelineTable } from '../shared/adapters/timeline-table.ts';
import { evaluateSubjects } from '../shared/evaluate/evaluate-subjects.ts';
import { ruleSettings } from '../shared/evaluate/rule-set.ts';
import { recordSignals } from '../shared/remember/record-signals.ts';
import { Secret } from '../shared/secret.ts';
import { contoso } from '../test/builders/audit-event.ts';
import { createMemoryQueues } from '../test/builders/memory-queues.ts';
import { total } from './counted.ts';
import { countingStorage } from './counting-storage.ts';
import { toggles } from './fold-cost.ts';

export interface StoredHistoryCost {
  /** Of one more record: stored, and its user evaluated; medians of several. */
  transactions: number;
  cpuMilliseconds: number;
  /** Of the first evaluation, when all records had been stored at once. */
  firstTransactions: number;
  firstCpuMilliseconds: number;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const none = {
  async *list(): AsyncGenerator<never> {
    // Nobody waits for a cause here.
  },
};
const repetitions = 9;

/** What one more record of a user costs in real tables when he has had `count` before it. */
export async function storedHistoryCost(connectionString: string, count: number): Promise<StoredHistoryCost> {
  const counting = await countingStorage(connectionString);
  try {
    const storage = connectStorage({
      kind: 'connection-string',
      connectionString: new Secret(counting.connectionString),
    });
    const name = (of: string): string => `${of}${String(count)}`;
    const queues = createMemoryQueues();
    const ports = {
      timeline: createTimelineTable(storage.table(name('timeline'))),
      snapshots: createSnapshotTable(storage.table(name('snapshots'))),
      coverage: createCoverageTable(storage.table(name('coverage'))),
      openAlerts: { ofSubject: () => Promise.resolve([]) },
      awaitingCause: none,
      queues,
      oversize: queues,
      clock: { now: () => new Date('2026-12-01T00:00:00.000Z') },
      log: silent,
    };
    const { settingsOf } = ruleSettings(rules, {});
    const settings = { rules, settingsOf, latestArrivalMinutes: 2880, program: 'bench' };
    const receive = async (items: readonly unknown[]): Promise<void> => {
      const message = { v: 1, tenantId: contoso, kind: 'audit-records', items };
      await recordSignals(message, false, ports, settings);
      for (const { envelope } of queues.take('evaluate-licence')) {
        await evaluateSubjects('licence', envelope, false, ports, settings);
      }
      if (queues.take('verdicts').length === 0) throw new Error('nothing was found');
    };
    const measured = async (work: () => Promise<void>): Promise<[transactions: number, cpu: number]> => {
      counting.take();
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      return [total(counting.take()), (user + system) / 1000];
    };

    const records = toggles(count + repetitions);
    const history = records.slice(0, count - 1);
    for (let start = 0; start < history.length; start += 500) {
      await ports.timeline.insert(contoso, history.slice(start, start + 500));
    }
    const first = await measured(() => receive(records.slice(count - 1, count)));
    const next: [number, number][] = [];
    for (const record of records.slice(count)) next.push(await measured(() => receive([record])));
    const median = (values: number[]): number =>
      values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    return {
      transactions: median(next.map(([transactions]) => transactions)),
      cpuMilliseconds: median(next.map(([, cpu]) => cpu)),
      firstTransactions: first[0],
      firstCpuMilliseconds: first[1],
    };
  } finally {
    await counting.close();
  }
}
