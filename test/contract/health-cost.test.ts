import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { countingStorage, type CountingStorage } from '../../bench/counting-storage.ts';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { createPoisonQueues } from '../../shared/adapters/poison-queues.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { connectStorage } from '../../shared/adapters/storage.ts';
import { createStorageFailureNotes } from '../../shared/adapters/storage-failures.ts';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import { showHealth } from '../../shared/answer/health.ts';
import { reportPoison } from '../../shared/queues/report-poison.ts';
import { Secret } from '../../shared/secret.ts';
import { createTenants } from '../../shared/tenants/tenants.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { freshName } from './azurite-storage.ts';

jest.setTimeout(300_000);

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

test('health costs three storage transactions with 10,000 kept messages, and reads none of their bodies', async () => {
  const clients = connectStorage({
    kind: 'connection-string',
    connectionString: new Secret(storage.connectionString),
  });
  const clock = { now: () => new Date('2026-03-01T09:00:00Z') };
  const poison = createPoisonTable(clients.table(freshName()), clients.container(freshName()));
  const tenantStore = createTenantTable(clients.table(freshName()));
  await tenantStore.save({ id: contoso, name: 'Contoso', addedAt: '2026-01-01T00:00:00Z' }, undefined);
  const tenants = createTenants({ kind: 'table' }, tenantStore, clock);
  const coverage = createCoverageTable(clients.table(freshName()));
  const at = '2026-03-01T08:55:00.000Z';
  const source = 'entra-directory-audits';
  const row = {
    tenantId: contoso,
    source,
    run: 1,
    first: false,
    finishedAt: at,
    windows: [],
    gaps: [],
  } as const;
  await coverage.save({ ...row, windows: [], gaps: [] }, undefined);
  const body = Buffer.from(JSON.stringify({ v: 1, tenantId: contoso, kind: 'k', items: ['x'] }));
  for (let start = 0; start < 10_000; start += 1000) {
    const messages = Array.from({ length: 1000 }, (_, n) => ({
      queue: 'signals',
      messageId: `m${String(start + n)}`,
      insertedAt: at,
      body: body.toString('base64'),
    }));
    await poison.keepAll(messages, at);
  }
  await poison.mark('untold', 'signals');
  const ports = {
    poison,
    poisonQueues: createPoisonQueues(clients, clock, [freshName()]),
    storageFailures: createStorageFailureNotes(clients, clock, 30, freshName()),
    queues: createMemoryQueues(),
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const run = async () => reportPoison(await tenants.read(), ports, { retrySeconds: 30 });
  await run();

  storage.take();
  const watched = async () => (await tenants.read()).watched;
  const health = await showHealth('1.2.3', { watched, coverage, poison, clock });
  const asked = storage.take();
  expect(health.checks.filter(({ ok }) => !ok)).toEqual([{ name: 'poison messages', ok: false, since: at }]);
  expect(Object.values(asked).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(3);

  // Nor are they counted anew in every run while nothing happens.
  await run();
  expect(storage.take()).toEqual({ 'table read': 2, 'queue get messages': 2 });
});
