import type { TableClient } from '@azure/data-tables';
import { describe, expect, test } from '@jest/globals';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { createFirstLookTable } from '../../shared/adapters/first-look-table.ts';
import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { createSnapshotTable } from '../../shared/adapters/snapshot-table.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import names from '../../shared/names.json' with { type: 'json' };
import { removalParts } from '../../shared/tenants/removal.ts';
import type { TenantData } from '../../shared/tenants/tenant-store.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryFirstLookStore } from '../builders/memory-first-look-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { type DataStores, leftOf, nothingLeft, watchedForAWhile } from '../builders/tenant-data.ts';
import { azuriteStorage, collected, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';

function inMemory(): DataStores {
  return {
    alerts: createMemoryAlertStore(),
    notices: createMemoryNoticeStore(),
    firstLooks: createMemoryFirstLookStore(),
    timeline: createMemoryTimelineStore(),
    snapshots: createMemorySnapshotStore(),
    coverage: createMemoryCoverageStore(),
    poison: createMemoryPoisonStore(),
  };
}

function inTables(
  table: (name: keyof typeof names.tables) => TableClient = () => storage().table(freshName()),
): DataStores {
  const alerts = table('alerts');
  return {
    alerts: createAlertTable(alerts),
    notices: createNoticeTable(alerts),
    firstLooks: createFirstLookTable(alerts),
    timeline: createTimelineTable(table('timeline')),
    snapshots: createSnapshotTable(table('snapshots')),
    coverage: createCoverageTable(table('coverage')),
    poison: createPoisonTable(table('poison'), storage().container(freshName())),
  };
}

async function forgetAll(store: TenantData, tenantId: string): Promise<number[]> {
  const portions: number[] = [];
  for (;;) {
    const { rows, more } = await store.forget(tenantId);
    portions.push(rows);
    if (!more) return portions;
  }
}

const kinds: [string, () => DataStores][] = [
  ['in memory', inMemory],
  ['in tables', () => inTables()],
];

describe.each(kinds)('a tenant that is forgotten %s', (_, create) => {
  test('leaves nothing, and takes nothing of another with it', async () => {
    const stores = create();
    await watchedForAWhile(contoso, stores);
    await watchedForAWhile(fabrikam, stores);
    const before = await leftOf(fabrikam, stores);
    expect(before).not.toMatchObject({ alerts: 0 });
    for (const store of Object.values(stores)) await forgetAll(store as TenantData, contoso);
    expect(await leftOf(contoso, stores)).toEqual(nothingLeft);
    expect(await leftOf(fabrikam, stores)).toEqual(before);
    // What a channel is about stays.
    expect((await stores.notices.readChannel('licences')).state.lastPostAt).toBeDefined();
  });

  test('is forgotten once: again there is nothing to do, also before there is anything at all', async () => {
    const stores = create();
    for (const store of Object.values(stores)) {
      expect(await (store as TenantData).forget(contoso)).toEqual({ rows: 0, more: false });
    }
    await watchedForAWhile(contoso, stores);
    for (const store of Object.values(stores)) {
      await forgetAll(store as TenantData, contoso);
      expect(await (store as TenantData).forget(contoso)).toEqual({ rows: 0, more: false });
    }
  });

  test('can be watched again', async () => {
    const stores = create();
    await watchedForAWhile(contoso, stores);
    const before = await leftOf(contoso, stores);
    for (const store of Object.values(stores)) await forgetAll(store as TenantData, contoso);
    await watchedForAWhile(contoso, stores);
    expect(await leftOf(contoso, stores)).toEqual(before);
  });
});

describe('every table of names.json', () => {
  /** The row of the tenant goes last, by the removal itself. */
  const tables = Object.keys(names.tables).filter(
    (name) => name !== 'tenants',
  ) as (keyof typeof names.tables)[];

  test('holds something of a tenant that was watched, and nothing once each part of the removal is done', async () => {
    const clients = new Map(tables.map((name) => [name, storage().table(freshName())]));
    const stores = inTables((name) => {
      const client = clients.get(name);
      if (client === undefined) throw new Error(`no table ${name}`);
      return client;
    });
    const withTenant = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const [name, client] of clients) {
        await client.createTable();
        const rows = await collected(client.listEntities());
        if (JSON.stringify(rows.map(({ etag: _, ...row }) => row)).includes(contoso)) found.push(name);
      }
      return found;
    };
    await watchedForAWhile(contoso, stores);
    expect(await withTenant()).toEqual(tables);
    // As the app does it: a store that is no part of the removal is left out.
    for (const part of removalParts) {
      if (part !== 'subscriptions') await forgetAll(stores[part], contoso);
    }
    expect(await withTenant()).toEqual([]);
  });
});

describe('rows of a tenant', () => {
  test('go a thousand at a time, over as many partitions as they are in', async () => {
    const table = storage().table(freshName());
    await table.createTable();
    const rows = Array.from({ length: 1150 }, (_, index) => ({
      partitionKey: `${contoso}!user!${String(index % 450)}`,
      rowKey: String(index),
      json: '{}',
    }));
    await Promise.all(rows.map((row) => table.createEntity(row)));
    const others = [`${contoso}0!user!1`, contoso, `${contoso}"`];
    for (const partitionKey of others) await table.createEntity({ partitionKey, rowKey: '1', json: '{}' });
    expect(await forgetAll(createTimelineTable(table), contoso)).toEqual([1000, 150]);
    const left = await collected(table.listEntities());
    expect(left.map(({ partitionKey }) => partitionKey).sort()).toEqual(others.sort());
  });

  test('that were kept by an older build without their tenant go by their envelope', async () => {
    const table = storage().table(freshName());
    const poison = createPoisonTable(table, storage().container(freshName()));
    const raw = JSON.stringify({ v: 1, tenantId: contoso, kind: 'k', items: [] });
    for (const [messageId, body] of [
      ['a', raw],
      ['b', Buffer.from(raw).toString('base64')],
      ['c', 'nobody can read this'],
    ] as const) {
      const row = { queue: 'collect', messageId, insertedAt: '2026-01-01T00:00:00.000Z', body, keptAt: 'x' };
      if (messageId === 'a') await table.createTable();
      await table.createEntity({
        partitionKey: 'collect',
        rowKey: messageId,
        v: 1,
        json: JSON.stringify(row),
      });
    }
    await forgetAll(poison, contoso);
    expect((await collected(poison.list())).map(({ messageId }) => messageId)).toEqual(['c']);
  });
});
