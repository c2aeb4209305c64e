import { describe, expect, test } from '@jest/globals';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import { everyAlert } from '../../shared/alert/alert-store.ts';
import type { NoticeStore } from '../../shared/deliver/channel-store.ts';
import type { WaitingNotice } from '../../shared/alert/waiting-notices.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { azuriteStorage, collected, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();

function waiting(key: string, overrides: Partial<WaitingNotice> = {}): WaitingNotice {
  return {
    channel: 'ops',
    key,
    tenantId: '11111111-1111-4111-8111-111111111111',
    alertId: 'a1',
    reason: 'opened',
    at: '2026-02-03T09:20:00.000Z',
    ...overrides,
  };
}

async function keysOf(store: NoticeStore, channel: string): Promise<string[]> {
  return (await collected(store.listWaiting(channel))).map(({ key }) => key).sort();
}

const stores: [string, () => NoticeStore][] = [
  ['in memory', createMemoryNoticeStore],
  ['in a table', () => createNoticeTable(storage().table(freshName()))],
];

describe.each(stores)('waiting notices %s', (_, createStore) => {
  test('come back as they were put, also a digest', async () => {
    const store = createStore();
    const digest = {
      source: 'entra-directory-audits',
      opened: 3,
      bySeverity: { high: 3 },
      byRule: { 'licence/licence-lost': 3 },
      titles: { 'licence/licence-lost': 'Licence lost' },
    };
    const notices = [waiting('a'), waiting('b', { reason: 'digest', alertId: '', digest })];
    for (const notice of notices) await store.putWaiting(notice);
    expect(await collected(store.listWaiting('ops'))).toEqual(expect.arrayContaining(notices));
    expect(await keysOf(store, 'ops')).toEqual(['a', 'b']);
  });

  test('are one when they are put again', async () => {
    const store = createStore();
    await Promise.all([store.putWaiting(waiting('a')), store.putWaiting(waiting('a'))]);
    await store.putWaiting(waiting('a'));
    expect(await keysOf(store, 'ops')).toEqual(['a']);
  });

  test('wait for their own channel', async () => {
    const store = createStore();
    const channels = ['ops', 'ops2', 'a/b?', 'waiting', ''];
    for (const channel of channels) await store.putWaiting(waiting(`for ${channel}`, { channel }));
    for (const channel of channels) expect(await keysOf(store, channel)).toEqual([`for ${channel}`]);
    expect(await keysOf(store, 'other')).toEqual([]);
  });

  test('are gone when removed, also when some had gone before', async () => {
    const store = createStore();
    const keys = Array.from({ length: 130 }, (__, n) => `n${n}`);
    for (const key of keys) await store.putWaiting(waiting(key));
    await store.removeWaiting('ops', ['n5', 'n6']);
    await store.removeWaiting('ops', ['n7', 'n7', 'never there']);
    await store.removeWaiting('ops', []);
    expect(await keysOf(store, 'ops')).toHaveLength(127);
    await store.removeWaiting('ops', keys.slice(0, 129));
    expect(await keysOf(store, 'ops')).toEqual(['n129']);
    await store.removeWaiting('never used', ['n1']);
  });
});

describe.each(stores)('the state of a channel %s', (_, createStore) => {
  test('is empty at first and then what was saved', async () => {
    const store = createStore();
    expect(await store.readChannel('ops')).toEqual({ state: {}, version: undefined });
    const full = {
      lastPostAt: '2026-02-03T09:20:00.000Z',
      leaseUntil: '2026-02-03T09:21:00.000Z',
      brokenSince: '2026-02-03T09:22:00.000Z',
      brokenReason: '404',
      brokenUrl: '0123456789abcdef',
      failingTenants: ['t1', 't2'],
      posting: { idempotencyKey: 'k', notices: ['n'], sequences: [3], refusals: 2 },
    };
    const saved = await store.saveChannel('ops', full, undefined);
    const read = await store.readChannel('ops');
    // The version that a save tells is the one that is read: whoever goes on need not read again.
    expect(saved).toEqual({ kind: 'saved', version: read.version });
    expect(read.state).toEqual(full);
    expect(await store.saveChannel('ops', {}, read.version)).toMatchObject({ kind: 'saved' });
    expect((await store.readChannel('ops')).state).toEqual({});
    expect((await store.readChannel('other')).version).toBeUndefined();
  });

  test('is taken by one of two who try at once', async () => {
    const store = createStore();
    const lease = { leaseUntil: '2026-02-03T09:21:00.000Z' };
    const first = await Promise.all([
      store.saveChannel('ops', lease, undefined),
      store.saveChannel('ops', lease, undefined),
    ]);
    expect(first.map(({ kind }) => kind).sort()).toEqual(['changed', 'saved']);
    const { version } = await store.readChannel('ops');
    const second = await Promise.all([
      store.saveChannel('ops', {}, version),
      store.saveChannel('ops', {}, version),
    ]);
    expect(second.map(({ kind }) => kind).sort()).toEqual(['changed', 'saved']);
  });

  test('is not among what waits', async () => {
    const store = createStore();
    await store.saveChannel('ops', {}, undefined);
    expect(await keysOf(store, 'ops')).toEqual([]);
  });
});

describe('notices and alerts in one table', () => {
  test('do not see each other', async () => {
    const table = storage().table(freshName());
    const [notices, alerts] = [createNoticeTable(table), createAlertTable(table)];
    await notices.putWaiting(waiting('a'));
    await notices.saveChannel('ops', {}, undefined);
    for (const tenantId of ['waiting', 'channel', 'waiting!ops']) {
      expect(await collected(everyAlert(alerts, { tenantIds: [tenantId] }))).toEqual([]);
    }
  });
});
