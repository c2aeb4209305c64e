import { rules } from '#rules';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { countingStorage, type CountingStorage } from '../../bench/counting-storage.ts';
import { createOpenAlerts } from '../../shared/alert/alert-looks.ts';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import { createOversizeBlobs } from '../../shared/adapters/oversize-blobs.ts';
import { createPoisonQueues } from '../../shared/adapters/poison-queues.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { createQueues } from '../../shared/adapters/queues.ts';
import { createSnapshotTable } from '../../shared/adapters/snapshot-table.ts';
import { connectStorage } from '../../shared/adapters/storage.ts';
import { createStorageFailureNotes } from '../../shared/adapters/storage-failures.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import { evaluateSubjects } from '../../shared/evaluate/evaluate-subjects.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import type { QueueName } from '../../shared/ports.ts';
import { reportPoison } from '../../shared/queues/report-poison.ts';
import { recordSignals } from '../../shared/remember/record-signals.ts';
import { Secret } from '../../shared/secret.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { channelSettings } from '../builders/stored-alert.ts';
import { freshName } from './azurite-storage.ts';

jest.setTimeout(120_000);

/**
 * What a burst of poison costs in storage transactions, from the poison queue to the alert with its notice. Each message once made a
 * finding of its own, and each finding read and wrote an alert that grew with every message: 200 messages cost 40,700.
 */
const contoso = '7a1c0e52-0000-4000-8000-00000000c0c0';
let azurite: Azurite;
let storage: CountingStorage;
beforeAll(async () => {
  azurite = await startAzurite();
  storage = await countingStorage(azurite.connectionString);
}, 60_000);
afterAll(async () => {
  await storage.close();
  await azurite.stop();
});

async function burst(count: number): Promise<{ transactions: number; kept: unknown }> {
  const clients = connectStorage({
    kind: 'connection-string',
    connectionString: new Secret(storage.connectionString),
  });
  const physical: Record<QueueName, string> = {
    collect: freshName(),
    signals: freshName(),
    'evaluate-licence': freshName(),
    'evaluate-operations': freshName(),
    verdicts: freshName(),
    notices: freshName(),
  };
  const oversize = createOversizeBlobs(clients.container(freshName()));
  const alerts = createAlertTable(clients.table(freshName()));
  const queues = createQueues(clients, oversize, physical);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = { now: () => new Date('2026-03-01T09:00:00Z') };
  const timeline = createTimelineTable(clients.table(freshName()));
  const ports = {
    poisonQueues: createPoisonQueues(clients, clock, Object.values(physical)),
    poison: createPoisonTable(clients.table(freshName()), clients.container(freshName())),
    storageFailures: createStorageFailureNotes(clients, clock, 30, freshName()),
    snapshots: createSnapshotTable(clients.table(freshName())),
    coverage: createCoverageTable(clients.table(freshName())),
    notices: createNoticeTable(clients.table(freshName())),
    openAlerts: createOpenAlerts(alerts),
    awaitingCause: { list: nobody },
    alerts,
    timeline,
    queues,
    oversize,
    clock,
    log: silent,
  };
  const { settingsOf } = ruleSettings(rules, {});
  const handlers: [QueueName, (message: unknown) => Promise<void>][] = [
    ['signals', (message) => recordSignals(message, false, ports, { rules })],
    [
      'evaluate-operations',
      (message) =>
        evaluateSubjects('operations', message, false, ports, {
          rules,
          settingsOf,
          latestArrivalMinutes: 1440,
          program: 'test',
        }),
    ],
    [
      'verdicts',
      (message) => recordAlerts(message, ports, { channels: [channelSettings()], groupSeconds: 0 }),
    ],
  ];

  const failed = clients.queue(`${physical['evaluate-licence']}-poison`);
  await failed.create();
  const body = Buffer.from(JSON.stringify({ v: 1, tenantId: contoso, kind: 'k', items: [] })).toString(
    'base64',
  );
  for (let n = 0; n < count; n += 1) await failed.sendMessage(body);

  storage.take();
  await reportPoison({ watched: [{ id: contoso }], removed: [] }, ports, { retrySeconds: 30 });
  for (const [queue, handle] of handlers) {
    const client = clients.queue(physical[queue]);
    for (;;) {
      const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
      if (receivedMessageItems.length === 0) break;
      for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
        await handle(JSON.parse(Buffer.from(messageText, 'base64').toString('utf8')));
        await client.deleteMessage(messageId, popReceipt);
      }
    }
  }
  const transactions = Object.values(storage.take()).reduce((sum, each) => sum + each, 0);
  const found = [];
  for await (const alert of alerts.live(contoso)) found.push(alert);
  expect(found).toMatchObject([
    { rule: 'operations/poison-message', status: 'open', notices: [{ reason: 'opened' }] },
  ]);
  return { transactions, kept: found[0]?.facts['kept'] };
}

async function* nobody(): AsyncGenerator<never> {
  // Nobody waits for a cause.
}

test('a burst of poison costs at most six transactions a message, and twice as many messages twice as much', async () => {
  const [small, large] = [await burst(200), await burst(400)];
  expect([small.kept, large.kept]).toEqual([200, 400]);
  expect(small.transactions / 200).toBeLessThan(6);
  const ratio = large.transactions / small.transactions;
  expect(ratio).toBeGreaterThan(1.2);
  expect(ratio).toBeLessThan(2.2);
});
