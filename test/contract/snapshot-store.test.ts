import { describe, expect, test } from '@jest/globals';
import { createSnapshotTable } from '../../shared/adapters/snapshot-table.ts';
import type { SnapshotStore } from '../../shared/state/snapshot-store.ts';
import type { ReadState } from '../../shared/state/state.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';

function registration(readAt: string, methodsRegistered: string[] = []): ReadState {
  return {
    source: 'registration',
    subject: { kind: 'user', id: 'megan', name: 'megan@contoso.com' },
    readAt,
    value: { isMfaRegistered: methodsRegistered.length > 0, isMfaCapable: false, methodsRegistered },
  };
}

const stores: [string, () => SnapshotStore][] = [
  ['in memory', createMemorySnapshotStore],
  ['in a table', () => createSnapshotTable(storage().table(freshName()))],
];

describe.each(stores)('a snapshot %s', (_, createStore) => {
  const [first, second] = [
    registration('2026-02-03T09:00:00.000Z'),
    registration('2026-02-03T10:00:00.000Z', ['mobilePhone']),
  ];

  test('is not there before anything was read, and then what was read last', async () => {
    const store = createStore();
    expect(await store.read(contoso, 'registration', 'megan')).toBeUndefined();
    expect(await store.put(contoso, first)).toBe('newer');
    expect(await store.put(contoso, second)).toBe('newer');
    expect(await store.read(contoso, 'registration', 'megan')).toEqual(second);
  });

  test('never falls behind: what was read earlier and comes later is left out', async () => {
    const store = createStore();
    await store.put(contoso, second);
    expect(await store.put(contoso, first)).toBe('older');
    expect(await store.put(contoso, second)).toBe('same');
    expect(await store.read(contoso, 'registration', 'megan')).toEqual(second);
  });

  test('is that of one tenant', async () => {
    const store = createStore();
    await store.put(contoso, first);
    expect(await store.read(fabrikam, 'registration', 'megan')).toBeUndefined();
  });

  test('of two who write at once the later read stays', async () => {
    const store = createStore();
    const reads = Array.from({ length: 6 }, (__, hour) => registration(`2026-02-03T1${hour}:00:00.000Z`));
    await Promise.all(reads.toReversed().map((state) => store.put(contoso, state)));
    expect(await store.read(contoso, 'registration', 'megan')).toEqual(reads.at(-1));
  });
});
