import { describe, expect, test } from '@jest/globals';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import type { TenantRow, TenantStore } from '../../shared/tenants/tenant-store.ts';
import { createMemoryTenantStore } from '../builders/memory-tenant-store.ts';
import { azuriteStorage, collected, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso: TenantRow = {
  id: '11111111-1111-4111-8111-111111111111',
  name: 'Contoso “<b>” GmbH',
  domain: 'contoso.com',
  addedAt: '2026-02-03T09:20:00.000Z',
};
const fabrikam: TenantRow = {
  id: '22222222-2222-4222-8222-222222222222',
  name: 'Fabrikam',
  addedAt: '2026-02-01T09:20:00.000Z',
};
const requestedAt = '2026-03-01T08:00:00.000Z';
const removals: TenantRow['removal'][] = [
  { requestedAt },
  {
    requestedAt,
    stage: { kind: 'delete', round: 2, part: 'timeline', leaseUntil: requestedAt, attempt: 1 },
  },
  { requestedAt, stage: { kind: 'wait', until: '2026-03-02T09:00:00.000Z' } },
];

const stores: [string, () => TenantStore][] = [
  ['in memory', createMemoryTenantStore],
  ['in a table', () => createTenantTable(storage().table(freshName()))],
];

describe.each(stores)('tenants %s', (_, createStore) => {
  test('come back as they were put, in order of their ids', async () => {
    const store = createStore();
    expect(await store.save(fabrikam, undefined)).toBe('saved');
    expect(await store.save(contoso, undefined)).toBe('saved');
    expect(await collected(store.list())).toEqual([contoso, fabrikam]);
    expect((await store.get(contoso.id))?.row).toEqual(contoso);
  });

  test('are none before one was put', async () => {
    const store = createStore();
    expect(await collected(store.list())).toEqual([]);
    expect(await store.get(contoso.id)).toBeUndefined();
  });

  test.each(removals)('keep how far their removal is: %j', async (removal) => {
    const store = createStore();
    const row = { ...contoso, ...(removal === undefined ? {} : { removal }) };
    await store.save(row, undefined);
    expect((await store.get(contoso.id))?.row).toEqual(row);
  });

  test('are changed and removed only by whoever saw them as they are', async () => {
    const store = createStore();
    await store.save(contoso, undefined);
    expect(await store.save(contoso, undefined)).toBe('changed');
    const seen = (await store.get(contoso.id))?.version ?? '';
    expect(await store.save({ ...contoso, name: 'New' }, seen)).toBe('saved');
    expect(await store.save({ ...contoso, name: 'Newer' }, seen)).toBe('changed');
    expect(await store.remove(contoso.id, seen)).toBe('changed');
    expect(await store.remove(contoso.id, (await store.get(contoso.id))?.version ?? '')).toBe('removed');
    expect(await store.get(contoso.id)).toBeUndefined();
    expect(await store.remove(contoso.id, seen)).toBe('changed');
  });
});

test('a row that this build does not understand is an error, and not a tenant less', async () => {
  const table = storage().table(freshName());
  const store = createTenantTable(table);
  await store.save(contoso, undefined);
  await table.updateEntity({ partitionKey: 'tenants', rowKey: contoso.id, v: 2 }, 'Merge');
  await expect(collected(store.list())).rejects.toThrow(RowUnreadable);
});
