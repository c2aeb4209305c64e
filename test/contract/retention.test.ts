import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { countingStorage, type CountingStorage } from '../../bench/counting-storage.ts';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { createRetentionTables } from '../../shared/adapters/retention-tables.ts';
import { connectStorage, type StorageClients } from '../../shared/adapters/storage.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import { everyAlert } from '../../shared/alert/alert-store.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { Secret } from '../../shared/secret.ts';
import { beginRetention, isRetentionMessage, retain } from '../../shared/tenants/retention.ts';
import { auditRecord } from '../builders/audit-record.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { storedAlert, storedNotice } from '../builders/stored-alert.ts';
import { collected, freshName } from './azurite-storage.ts';

jest.setTimeout(300_000);

const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const now = '2026-03-01T09:00:00.000Z';
const old = '2025-01-10T09:00:00.000Z';
const recent = '2026-01-10T09:00:00.000Z';
const person = (n: number) => `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`;
const user = (n: number) => ({ kind: 'user' as const, id: person(n) });

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

let watching: ReturnType<typeof watch>;
beforeEach(() => {
  const connectionString = new Secret(storage.connectionString);
  watching = watch(connectStorage({ kind: 'connection-string', connectionString }));
});

function watch(clients: StorageClients) {
  const tables = {
    timeline: clients.table(freshName()),
    alerts: clients.table(freshName()),
    poison: clients.table(freshName()),
  };
  const poison = createPoisonTable(tables.poison, clients.container(freshName()));
  const ports = {
    retention: createRetentionTables({ ...tables, poisonStore: poison }),
    queues: createMemoryQueues(),
    clock: { now: () => new Date(now) },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  return {
    ...ports,
    tables,
    poison,
    alerts: createAlertTable(tables.alerts),
    timeline: createTimelineTable(tables.timeline),
    /** All steps, to the end. @returns how many there were */
    retain: async (byHand = true, tenants = [contoso, fabrikam]): Promise<number> => {
      await beginRetention(
        tenants.map((id) => ({ id })),
        ports,
        { retentionDays: 400, byHand },
      );
      let steps = 0;
      for (
        let messages = ports.queues.take('collect');
        messages.length > 0;
        messages = ports.queues.take('collect')
      ) {
        for (const { envelope } of messages) {
          expect(isRetentionMessage(envelope)).toBe(true);
          await retain(envelope, ports);
          steps += 1;
        }
      }
      return steps;
    },
  };
}

let serial = 0;
function record(at: string, target: AuditRecord['target'], tenantId = contoso): AuditRecord {
  serial += 1;
  return auditRecord({ id: `Directory_${String(serial)}`, tenantId, at, target });
}

describe('records past their retention', () => {
  test('go, with the version of their timeline and its checkpoints as they were; later ones stay', async () => {
    const { timeline, retain } = watching;
    const target = { user: { id: person(1), upn: 'megan@contoso.com' }, group: { id: 'g1', name: 'G' } };
    await timeline.insert(contoso, [record(old, target), record(old, target), record(recent, target)]);
    const before = await timeline.readSubject(contoso, user(1));
    const checkpoints = { fold: 'licence', keep: [], add: [{ until: old, state: { seen: 2 } }] };
    await timeline.plan(contoso, user(1), before.version, { checkpoints });
    await retain();
    const after = await timeline.readSubject(contoso, user(1));
    expect(after.records.map(({ at }) => at)).toEqual([recent]);
    expect(after).toMatchObject({
      rows: 3,
      names: ['megan@contoso.com'],
      forgottenUntil: '2025-01-25T09:00:00.000Z',
    });
    expect(await timeline.readSubject(contoso, user(1), 'licence')).toMatchObject({
      rows: 3,
      checkpoint: { until: old, state: { seen: 2 } },
      records: [{ at: recent }],
    });
    expect((await timeline.readSubject(contoso, { kind: 'group', id: 'g1' })).records).toHaveLength(1);
    expect(await timeline.findUser(contoso, 'megan@contoso.com')).toBe(person(1));
    // What comes after that goes on counting, and the head keeps what it knows.
    await timeline.insert(contoso, [record(now, target)]);
    expect(await timeline.readSubject(contoso, user(1))).toMatchObject({
      rows: 4,
      forgottenUntil: '2025-01-25T09:00:00.000Z',
    });
  });

  test('of a subject with an alert that is not resolved stay, and so does what explains it', async () => {
    const { timeline, alerts, retain } = watching;
    const openedAt = '2025-01-15T09:00:00.000Z';
    const open = storedAlert({
      tenantId: contoso,
      id: '1'.padStart(64, '0'),
      subject: { ...user(1), name: 'm' },
      status: 'acknowledged',
      openedAt,
    });
    await alerts.save(open, undefined);
    await timeline.insert(
      contoso,
      [1, 2].map((n) => record(old, { user: { id: person(n) } })),
    );
    const group = { group: { id: 'g1', name: 'G' } };
    await timeline.insert(contoso, [record('2024-01-01T09:00:00.000Z', group), record(old, group)]);
    await retain();
    expect((await timeline.readSubject(contoso, user(1))).records).toHaveLength(1);
    expect((await timeline.readSubject(contoso, user(2))).records).toHaveLength(0);
    const always = [{ from: '2020-01-01T00:00:00.000Z', to: now }];
    expect((await timeline.readGroupLicensing(contoso, always)).map(({ at }) => at)).toEqual([old]);
    await alerts.save({ ...open, status: 'resolved', resolvedAt: now }, await alerts.get(contoso, open.id));
    await retain();
    expect((await timeline.readSubject(contoso, user(1))).records).toHaveLength(0);
    expect(await timeline.readGroupLicensing(contoso, always)).toEqual([]);
  });
});

test('alerts that were resolved before go with all their rows; live ones and later ones stay', async () => {
  const { alerts, retain, tables } = watching;
  const alert = (n: number, changes: Parameters<typeof storedAlert>[0]) => {
    const id = String(n).padStart(64, '0');
    const notices = Array.from({ length: 3 }, (_, index) =>
      storedNotice({ key: `${String(n)} ${String(index)}` }),
    );
    return storedAlert({
      tenantId: contoso,
      id,
      subject: { ...user(n), name: 'm' },
      openedAt: old,
      notices,
      ...changes,
    });
  };
  await alerts.save(alert(1, { status: 'resolved', resolvedAt: old }), undefined);
  await alerts.save(alert(2, { status: 'resolved', resolvedAt: recent }), undefined);
  await alerts.save(alert(3, { status: 'open' }), undefined);
  await alerts.save(alert(4, { status: 'resolved', openedAt: recent, resolvedAt: recent }), undefined);
  await alerts.save({ ...alert(5, { status: 'resolved', resolvedAt: old }), tenantId: fabrikam }, undefined);
  await retain(true, [contoso]);
  const left = await collected(everyAlert(alerts, { tenantIds: [contoso, fabrikam] }));
  expect(left.map(({ id }) => Number(id)).sort()).toEqual([2, 3, 4, 5]);
  const rows = await collected(tables.alerts.listEntities());
  expect(rows.filter(({ rowKey = '' }) => rowKey.includes('1'.padStart(64, '0')))).toEqual([]);
});

test('poison goes after its days, and its queue is counted anew', async () => {
  const { poison, retain } = watching;
  const message = { queue: 'signals', insertedAt: old, body: 'x' };
  await poison.keep({ ...message, messageId: 'old' }, old);
  await poison.keep({ ...message, messageId: 'recent' }, recent);
  await retain();
  expect((await collected(poison.listKept())).map(({ messageId }) => messageId)).toEqual(['recent']);
  expect((await poison.readNotes()).untold).toEqual(['signals']);
});

test('it is begun once a day, and whenever somebody asks', async () => {
  const { retain } = watching;
  expect(await retain(false)).toBe(9);
  expect(await retain(false)).toBe(0);
  expect(await retain(true)).toBe(9);
});

test('very many rows go in bounded steps, at about one transaction for each of their timelines', async () => {
  const { timeline, retain, queues, retention } = watching;
  const users = 120;
  const each = 25;
  const records = Array.from({ length: users * each }, (_, n) =>
    record(new Date(Date.parse(old) + n * 1000).toISOString(), { user: { id: person(n % users) } }),
  );
  for (let start = 0; start < records.length; start += 600)
    await timeline.insert(contoso, records.slice(start, start + 600));
  storage.take();
  const step = await retention.step(contoso, 'users', '2025-01-25T09:00:00.000Z', undefined);
  expect(step.deleted).toBeLessThanOrEqual(1000);
  expect(step.next).toBeDefined();
  const steps = await retain(true, [contoso]);
  const asked = Object.values(storage.take()).reduce((sum, count) => sum + count, 0);
  expect((await timeline.readSubject(contoso, user(1))).records).toEqual([]);
  expect(queues.messages('collect')).toEqual([]);
  expect(steps).toBeLessThanOrEqual(5 + 3);
  // A partition may be cut by the end of a page; the rest are looks.
  expect(asked).toBeLessThanOrEqual(users + 3 + steps * 4);
});
