import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { listedIn } from '../../shared/adapters/alert-rows.ts';
import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import { type AlertStatus, alertStatuses, type StoredAlert } from '../../shared/alert/alert.ts';
import type { AlertFilter, AlertPosition, AlertStore } from '../../shared/alert/alert-store.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import { envelopeVersion } from '../../shared/envelope.ts';
import { finding, firing, rowsSeen } from '../builders/finding.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { channelSettings, storedAlert, storedNotice } from '../builders/stored-alert.ts';
import { watchedTable, type WatchedTable } from '../builders/watched-table.ts';
import { azuriteConnection, collected, freshName } from './azurite-storage.ts';

const connection = azuriteConnection();
const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const at = '2026-02-04T00:00:00.000Z';

function minute(number: number): string {
  return new Date(Date.UTC(2026, 1, 3, 9, number)).toISOString();
}

function open(...statuses: AlertStatus[]): NonNullable<AlertFilter['status']> {
  return { in: statuses.length === 0 ? ['open'] : statuses, at };
}

async function pages(store: AlertStore, filter: AlertFilter, top: number): Promise<string[][]> {
  const found: string[][] = [];
  let after: AlertPosition | undefined;
  do {
    const page = await store.list(filter, { top, ...(after === undefined ? {} : { after }) });
    found.push(page.alerts.map(({ tenantId, id }) => `${tenantId} ${id}`));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** Each alert has its own row, one in one list and one by its subject, and both show it as it is. */
async function expectRowsInOrder({ table }: WatchedTable, store: AlertStore): Promise<void> {
  const shown = new Map<string, StoredAlert>();
  const expected = new Map<string, StoredAlert>();
  for await (const row of table.listEntities()) {
    const { partitionKey = '', rowKey = '' } = row;
    const [kind = '', id = '', ...rest] = rowKey.split('!');
    if (partitionKey === 'live!tenants') continue;
    if (kind !== 'alert') {
      const listed = listedIn(row);
      if (!('alert' in listed)) throw new Error(`${rowKey} shows nothing`);
      const key = `${partitionKey} ${kind} ${listed.alert.id}`;
      expect([key, shown.has(key)]).toEqual([key, false]);
      shown.set(key, listed.alert);
    } else if (rest.length === 0) {
      const found = await store.get(partitionKey, id);
      if (found === undefined) throw new Error(`${rowKey} is not there`);
      const list = found.alert.status === 'resolved' ? 'resolved' : 'live';
      expected.set(`${partitionKey} ${list} ${id}`, found.alert);
      expected.set(`${partitionKey} subject ${id}`, found.alert);
    }
  }
  expect(shown).toEqual(expected);
}

async function save(store: AlertStore, alert: StoredAlert): Promise<void> {
  expect(await store.save(alert, await store.get(alert.tenantId, alert.id))).toBe('saved');
}

describe('lists of alerts', () => {
  const step = fc.record({
    tenantId: fc.constantFrom(contoso, fabrikam),
    id: fc.integer({ min: 0, max: 5 }).map((number) => `a${number}`),
    openedAt: fc.integer({ min: 0, max: 4 }).map(minute),
    status: fc.constantFrom(...alertStatuses),
    severity: fc.constantFrom('high' as const, 'low' as const),
    rule: fc.constantFrom('licence/licence-lost', 'licence/licence-assignment-failed'),
    snoozedUntil: fc.constantFrom(minute(10), '2026-03-01T00:00:00.000Z'),
  });
  const both = { tenantIds: [contoso, fabrikam] };
  const filters: AlertFilter[] = [
    both,
    { tenantIds: [fabrikam] },
    { ...both, status: open() },
    { ...both, status: open('snoozed', 'resolved') },
    { ...both, status: open('open', 'snoozed', 'acknowledged'), severity: ['low'] },
    { ...both, status: open('resolved'), rule: 'licence-lost' },
    { ...both, subjectId: 'USER-A1' },
    { tenantIds: [contoso], subjectId: 'user-a2', status: open(), rule: 'licence/licence-lost' },
  ];

  test('say after any sequence of saves what a slow look at everything says, on pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, top) => {
          const watched = watchedTable(connection(), freshName());
          watched.mostRows = 3;
          await watched.table.createTable();
          const [table, oracle] = [createAlertTable(watched.table), createMemoryAlertStore()];
          for (const { snoozedUntil, ...each } of steps) {
            const subject = { kind: 'user' as const, id: `User-${each.id}`, name: each.id };
            const alert = storedAlert({
              ...each,
              subject,
              ...(each.status === 'snoozed' ? { snoozedUntil } : {}),
            });
            await save(table, alert);
            await save(oracle, alert);
          }
          for (const filter of filters) {
            expect(await pages(table, filter, top)).toEqual(await pages(oracle, filter, top));
          }
          for (const tenantId of both.tenantIds) {
            const live = await collected(table.live(tenantId, 'licence/licence-lost'));
            expect(live).toEqual(await collected(oracle.live(tenantId, 'licence/licence-lost')));
          }
          await expectRowsInOrder(watched, table);
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);

  test('cost so many reads as the page has rows, also where the table answers fifty at a time', async () => {
    const watched = watchedTable(connection(), freshName());
    watched.mostRows = 50;
    const store = createAlertTable(watched.table);
    const notices = Array.from({ length: 40 }, (_, n) => storedNotice({ key: `n${n}`, sequence: n }));
    for (let index = 0; index < 140; index += 1) {
      const subject = { kind: 'user' as const, id: `user-${index % 2}`, name: 'u' };
      const alert = storedAlert({
        id: `a${index}`,
        tenantId: contoso,
        openedAt: minute(index),
        subject,
        notices,
      });
      await save(store, alert);
      if (index % 7 === 0) await save(store, { ...alert, status: 'resolved' });
    }
    watched.take();
    const filter = { tenantIds: [contoso], status: open() };
    const first = await store.list(filter, { top: 100 });
    expect([first.alerts.length, watched.take()]).toEqual([100, { GET: 3 }]);
    const second = await store.list(filter, { top: 100, ...(first.next ? { after: first.next } : {}) });
    expect([second.alerts.length, watched.take()]).toEqual([20, { GET: 1 }]);
    const ofSubject = await store.list({ tenantIds: [contoso], subjectId: 'user-1' }, { top: 100 });
    expect([ofSubject.alerts.length, watched.take()]).toEqual([70, { GET: 2 }]);
    expect((await store.get(contoso, 'a3'))?.alert.notices).toHaveLength(40);
    expect(watched.take()).toEqual({ GET: 1 });
  });

  test('of many tenants read those alone in which something is live', async () => {
    const watched = watchedTable(connection(), freshName());
    const store = createAlertTable(watched.table);
    const tenantIds = Array.from(
      { length: 40 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    const [one = '', two = ''] = tenantIds;
    await save(store, storedAlert({ id: 'a1', tenantId: one, openedAt: minute(1) }));
    await save(store, storedAlert({ id: 'a2', tenantId: two, openedAt: minute(2) }));
    watched.take();
    const { alerts } = await store.list({ tenantIds, status: open() }, { top: 100 });
    expect(alerts.map(({ id }) => id)).toEqual(['a2', 'a1']);
    expect(watched.take()).toEqual({ GET: 3 });
  });

  test('an alert that is too large for a list stands there whole all the same', async () => {
    const watched = watchedTable(connection(), freshName());
    const store = createAlertTable(watched.table);
    const noise = Array.from({ length: 20_000 }, (_, n) => Math.imul(n, 2_654_435_761).toString(36));
    const large = storedAlert({ id: 'large', tenantId: contoso, facts: { noise } });
    await save(store, large);
    await save(store, storedAlert({ id: 'small', tenantId: contoso }));
    const { alerts } = await store.list({ tenantIds: [contoso], status: open() }, { top: 10 });
    expect(alerts.map(({ id }) => id).sort()).toEqual(['large', 'small']);
    expect(alerts.find(({ id }) => id === 'large')).toEqual(large);
    let bytes = 0;
    for await (const row of watched.table.listEntities()) {
      if (row.rowKey?.startsWith('live!') === true) bytes += JSON.stringify(row).length;
    }
    expect(bytes).toBeLessThan(10_000);
  });

  test('a row that is missing in a list comes back with the next save', async () => {
    const watched = watchedTable(connection(), freshName());
    const store = createAlertTable(watched.table);
    const alert = storedAlert({ id: 'a1', tenantId: contoso });
    await save(store, alert);
    for await (const { partitionKey = '', rowKey = '' } of watched.table.listEntities()) {
      if (/^(?:live|subject)!/.test(rowKey)) await watched.table.deleteEntity(partitionKey, rowKey);
    }
    await save(store, { ...alert, status: 'resolved' });
    await expectRowsInOrder(watched, store);
  });
});

describe('the mark of a tenant in which something may be live', () => {
  const filter = { tenantIds: [contoso, fabrikam], status: open() };
  const marks = async ({ table }: WatchedTable): Promise<number> =>
    (await collected(table.listEntities())).filter(({ partitionKey }) => partitionKey === 'live!tenants')
      .length;
  const later = (minutes: number): void => {
    const now = Date.now() + minutes * 60_000;
    jest.spyOn(Date, 'now').mockReturnValue(now);
  };

  test('goes when it is old and nothing is live, and comes again with the next alert', async () => {
    const watched = watchedTable(connection(), freshName());
    const store = createAlertTable(watched.table);
    const alert = storedAlert({ id: 'a1', tenantId: contoso });
    await save(store, alert);
    await save(store, { ...alert, status: 'resolved' });
    try {
      await store.list(filter, { top: 10 });
      expect(await marks(watched)).toBe(1);
      later(11);
      await store.list(filter, { top: 10 });
      expect(await marks(watched)).toBe(0);
      watched.take();
      await store.list(filter, { top: 10 });
      expect(watched.take()).toEqual({ GET: 1 });
      await save(store, alert);
      expect((await store.list(filter, { top: 10 })).alerts).toEqual([alert]);
    } finally {
      jest.restoreAllMocks();
    }
  });

  test('stays while something is live that the list does not show', async () => {
    const watched = watchedTable(connection(), freshName());
    const store = createAlertTable(watched.table);
    await save(store, storedAlert({ id: 'a1', tenantId: contoso, status: 'acknowledged' }));
    try {
      later(11);
      expect((await store.list(filter, { top: 10 })).alerts).toEqual([]);
      expect(await marks(watched)).toBe(1);
    } finally {
      jest.restoreAllMocks();
    }
  });

  test('is there before its alert: a worker that dies in between hides nothing', async () => {
    const watched = watchedTable(connection(), freshName());
    const store = createAlertTable(watched.table);
    await watched.table.createTable();
    const alert = storedAlert({ id: 'a1', tenantId: contoso });
    watched.failWrite(2, 'after');
    await expect(store.save(alert, undefined)).rejects.toThrow('after a write');
    expect((await store.list(filter, { top: 10 })).alerts).toEqual([alert]);
  });
});

describe('wherever a write to the table fails', () => {
  const settings = {
    channels: [
      channelSettings(),
      ...Array.from({ length: 60 }, (_, n) => channelSettings({ id: `more-${n}` })),
    ],
    groupSeconds: 60,
  };
  const messages = [
    finding({ basis: rowsSeen(1) }),
    finding({ basis: rowsSeen(2), firing: firing({ extent: ['a', 'b'] }) }),
    finding({ basis: rowsSeen(3), state: 'clear', resolvedAt: at }),
    finding({ basis: rowsSeen(4), episode: 2, openedAt: at }),
  ].map((item) => ({ v: envelopeVersion, tenantId: item.tenantId, kind: 'findings', items: [item] }));

  async function run(write: number, when: 'before' | 'after') {
    const watched = watchedTable(connection(), freshName());
    await watched.table.createTable();
    const alerts = createAlertTable(watched.table);
    const queues = createMemoryQueues();
    const silent = () => undefined;
    const ports = {
      alerts,
      notices: createMemoryNoticeStore(),
      queues,
      oversize: queues,
      clock: { now: () => new Date(at) },
      log: { info: silent, warn: silent, error: silent },
    };
    let failed = false;
    watched.failWrite(write, when);
    for (const message of messages) {
      try {
        await recordAlerts(message, ports, settings);
      } catch {
        failed = true;
        await recordAlerts(message, ports, settings);
      }
    }
    await expectRowsInOrder(watched, alerts);
    const tenantId = finding().tenantId;
    const stored = (await alerts.get(tenantId, finding().fingerprint))?.alert;
    const told = stored?.notices
      .map(({ channel, reason, outcome }) => `${channel} ${reason} ${outcome}`)
      .sort();
    const keys = stored?.notices.map(({ key }) => key) ?? [];
    expect(new Set(keys).size).toBe(keys.length);
    const { status, episode } = stored ?? {};
    return { failed, outcome: { status, episode, told } };
  }

  test('handling the message again gives the same alert, the same notices and the same lists', async () => {
    const undisturbed = await run(0, 'before');
    // Sixty-one channels and four reasons: every save is written in portions.
    expect(undisturbed.outcome).toMatchObject({ status: 'open', episode: 2 });
    expect(undisturbed.outcome.told).toHaveLength(4 * 61);
    for (const when of ['before', 'after'] as const) {
      let write = 1;
      for (; ; write += 1) {
        const { failed, outcome } = await run(write, when);
        if (!failed) break;
        expect({ write, when, ...outcome }).toEqual({ write, when, ...undisturbed.outcome });
      }
      expect(write).toBeGreaterThan(8);
    }
  }, 120_000);
});

test('recording an alert that opens costs four transactions of tables, and the next in its tenant three', async () => {
  const watched = watchedTable(connection(), freshName());
  await watched.table.createTable();
  const queues = createMemoryQueues();
  const silent = () => undefined;
  const ports = {
    alerts: createAlertTable(watched.table),
    notices: createNoticeTable(watched.table),
    queues,
    oversize: queues,
    clock: { now: () => new Date(at) },
    log: { info: silent, warn: silent, error: silent },
  };
  const settings = { channels: [channelSettings()], groupSeconds: 60 };
  const record = async (item: ReturnType<typeof finding>) => {
    watched.take();
    const message = { v: envelopeVersion, tenantId: item.tenantId, kind: 'findings', items: [item] };
    await recordAlerts(message, ports, settings);
    return watched.take();
  };
  // The alert is read; written are the mark of the tenant (once a minute), the alert with its rows, and what waits.
  expect(await record(finding({ basis: rowsSeen(1) }))).toEqual({ GET: 1, PUT: 1, POST: 2 });
  const other = { kind: 'user' as const, id: 'other', name: 'other@contoso.com' };
  expect(await record(finding({ subject: other }))).toEqual({ GET: 1, POST: 2 });
});
