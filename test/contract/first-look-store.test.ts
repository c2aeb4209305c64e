import { describe, expect, test } from '@jest/globals';
import { createFirstLookTable } from '../../shared/adapters/first-look-table.ts';
import type { FirstLookStore } from '../../shared/deliver/first-look-store.ts';
import { createMemoryFirstLookStore } from '../builders/memory-first-look-store.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';
const look = { finishedAt: '2026-02-03T09:20:00.000Z', sources: ['activity-exchange'] };

const stores: [string, () => FirstLookStore][] = [
  ['in memory', createMemoryFirstLookStore],
  ['in a table', () => createFirstLookTable(storage().table(freshName()))],
];

describe.each(stores)('the first look at a tenant %s', (_, createStore) => {
  test('is absent at first and then what was saved', async () => {
    const store = createStore();
    expect(await store.readFirstLook(contoso)).toBeUndefined();
    expect(await store.saveFirstLook(contoso, look, undefined)).toBe('saved');
    const read = await store.readFirstLook(contoso);
    expect(read?.look).toEqual(look);
    const told = { ...look, sources: [], toldUntil: '2026-02-03T09:30:00.000Z' };
    expect(await store.saveFirstLook(contoso, told, read?.version)).toBe('saved');
    expect((await store.readFirstLook(contoso))?.look).toEqual(told);
    expect(await store.readFirstLook('another')).toBeUndefined();
  });

  test('is written by one of two who try at once', async () => {
    const store = createStore();
    const save = (version?: string) => store.saveFirstLook(contoso, look, version);
    expect((await Promise.all([save(), save()])).sort()).toEqual(['changed', 'saved']);
    const version = (await store.readFirstLook(contoso))?.version;
    expect((await Promise.all([save(version), save(version)])).sort()).toEqual(['changed', 'saved']);
  });
});
