import { describe, expect, test } from '@jest/globals';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import type { AlertStatus, StoredAlert, StoredNotice } from '../../shared/alert/alert.ts';
import { type AlertFilter, type AlertStore, everyAlert } from '../../shared/alert/alert-store.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { azuriteStorage, collected, freshName } from './azurite-storage.ts';
import { rowsSeen } from '../builders/finding.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';

function alert(overrides: Partial<StoredAlert> = {}): StoredAlert {
  return {
    id: 'a1',
    tenantId: contoso,
    rule: 'licence/licence-lost',
    severity: 'high',
    status: 'open',
    episode: 1,
    subject: { kind: 'user', id: 'megan', name: 'Megan' },
    title: 'Megan lost Office 365 E3',
    summary: 'The licence was removed.',
    happenedAt: '2026-02-03T09:15:00.000Z',
    openedAt: '2026-02-03T09:20:00.000Z',
    updatedAt: '2026-02-03T09:20:00.000Z',
    about: { title: 'Licence lost', doer: true },
    facts: {},
    details: [],
    evidence: [],
    runbook: ['Look', 'Assign'],
    qualifiers: {},
    basis: rowsSeen(1),
    extent: [],
    notices: [],
    ...overrides,
  };
}

const now = (...statuses: AlertStatus[]) => ({ in: statuses, at: '2026-02-04T00:00:00.000Z' });

function notice(key: string, overrides: Partial<StoredNotice> = {}): StoredNotice {
  return {
    key,
    sequence: 1,
    channel: 'ops',
    reason: 'opened',
    at: '2026-02-03T09:20:00.000Z',
    outcome: 'waiting',
    ...overrides,
  };
}

const withEverything = alert({
  subject: { kind: 'user', id: 'megan', name: 'Megan “<b>” Bowen' },
  cause: {
    kind: 'group-licence-edited',
    at: '2026-02-03T09:15:00.000Z',
    between: ['2026-02-03T09:00:00.000Z', '2026-02-03T09:30:00.000Z'],
    actor: { kind: 'user', id: 'cccc', name: 'admin@contoso.com', ip: '2001:db8::1' },
    via: 'Graph PowerShell',
    group: { id: 'bbbb', name: 'Labs', rule: 'user.department -eq "Labs"' },
    evidence: [{ record: 'r1', log: 'entra', at: '2026-02-03T09:15:00.000Z' }],
    confidence: 'likely',
    settledBy: '2026-02-04T09:15:00.000Z',
    text: 'The group was edited.',
  },
  due: '2026-03-05T00:00:00.000Z',
  resolvedAt: '2026-02-03T10:00:00.000Z',
  actor: { kind: 'application', name: 'Script' },
  mutedBy: 'a2',
  facts: { before: [{ name: 'Office 365 E3' }], count: 2, none: null },
  evidence: [{ record: 'r1', log: 'unified', at: '2026-02-03T09:15:00.000Z' }],
  qualifiers: { skuId: 's', groupId: 'g', errorCode: 'CountViolation' },
  extent: ['s'],
  attributedEpisode: 1,
  firstSight: true,
  commands: [
    {
      kind: 'snooze',
      at: '2026-02-04T00:00:00.000Z',
      by: { id: 'a1', name: 'Ada', userName: 'ada@contoso.com' },
      until: '2026-02-05T00:00:00.000Z',
      note: 'known',
    },
  ],
  snoozedUntil: '2026-02-05T00:00:00.000Z',
  notices: [
    notice('z'),
    notice('b', { sequence: 2, reason: 'worse', outcome: 'sent' }),
    notice('a', { sequence: 3, outcome: 'refused' }),
  ],
});

async function change(
  store: AlertStore,
  id: string,
  edit: (alert: StoredAlert) => StoredAlert,
): Promise<string> {
  const found = await store.get(contoso, id);
  return found === undefined ? 'not there' : store.save(edit(found.alert), found);
}

async function idsOf(store: AlertStore, filter: AlertFilter): Promise<string[]> {
  return (await collected(everyAlert(store, filter))).map(({ id }) => id).sort();
}

const stores: [string, () => AlertStore][] = [
  ['in memory', createMemoryAlertStore],
  ['in a table', () => createAlertTable(storage().table(freshName()))],
];

describe.each(stores)('alerts %s', (_, createStore) => {
  test.each([
    ['only what every alert has', alert()],
    ['everything an alert can have, notices in their order', withEverything],
    [
      'text that no single property could hold',
      alert({ facts: { names: Array.from({ length: 9000 }, (__, n) => `Ä${n}`) } }),
    ],
  ])('come back as they were saved: %s', async (___, saved) => {
    const store = createStore();
    expect(await store.save(saved, undefined)).toBe('saved');
    expect((await store.get(contoso, 'a1'))?.alert).toEqual(saved);
    expect(await collected(everyAlert(store, { tenantIds: [contoso] }))).toEqual([saved]);
  });

  test('are absent where nothing was saved', async () => {
    const store = createStore();
    expect(await store.get(contoso, 'a1')).toBeUndefined();
    expect(await collected(everyAlert(store, { tenantIds: [contoso] }))).toEqual([]);
    await store.save(alert(), undefined);
    expect(await store.get(fabrikam, 'a1')).toBeUndefined();
    expect(await store.get(contoso, 'a')).toBeUndefined();
  });

  test('are opened by one of two who try at once', async () => {
    const store = createStore();
    const outcomes = await Promise.all(
      ['one', 'two'].map((title) => store.save(alert({ title }), undefined)),
    );
    expect(outcomes.sort()).toEqual(['changed', 'saved']);
  });

  test('are not overwritten by somebody who read them before another wrote', async () => {
    const store = createStore();
    await store.save(alert(), undefined);
    const [mine, theirs] = [await store.get(contoso, 'a1'), await store.get(contoso, 'a1')];
    expect(await store.save(alert({ status: 'acknowledged', notices: [notice('n')] }), mine)).toBe('saved');
    expect(await store.save(alert({ status: 'resolved', notices: [notice('m')] }), theirs)).toBe('changed');
    const stored = (await store.get(contoso, 'a1'))?.alert;
    expect(stored?.status).toBe('acknowledged');
    expect(stored?.notices.map(({ key }) => key)).toEqual(['n']);
  });

  test('are not saved with a version when they are not there', async () => {
    const store = createStore();
    await store.save(alert({ id: 'other' }), undefined);
    const read = await store.get(contoso, 'other');
    expect(await store.save(alert(), read && { ...read, alert: alert() })).toBe('changed');
  });

  test('keep their notices: added, changed, taken away', async () => {
    const store = createStore();
    await store.save(alert({ notices: [notice('n1'), notice('n2', { sequence: 2 })] }), undefined);
    const notices = [
      notice('n2', { sequence: 2, outcome: 'sent', at: '2026-02-03T09:21:00.000Z' }),
      notice('n0', { sequence: 3 }),
    ];
    expect(await change(store, 'a1', (found) => ({ ...found, notices }))).toBe('saved');
    expect((await store.get(contoso, 'a1'))?.alert.notices).toEqual(notices);
  });

  test('take more new and changed notices in one save than a transaction holds', async () => {
    const store = createStore();
    const many = Array.from({ length: 230 }, (__, n) => notice(`n${n}`, { sequence: n }));
    expect(await store.save(alert({ notices: many }), undefined)).toBe('saved');
    expect((await store.get(contoso, 'a1'))?.alert.notices).toEqual(many);
    const sent = many.map((each) => ({ ...each, outcome: 'sent' as const }));
    const edit = (found: StoredAlert) => ({ ...found, status: 'resolved' as const, notices: sent });
    expect(await change(store, 'a1', edit)).toBe('saved');
    const changed = (await store.get(contoso, 'a1'))?.alert;
    expect(changed).toMatchObject({ status: 'resolved', notices: sent });
    expect(await collected(everyAlert(store, { tenantIds: [contoso] }))).toEqual([changed]);
  });

  test('may have more notices than a transaction holds', async () => {
    const store = createStore();
    await store.save(alert(), undefined);
    for (let year = 0; year < 5; year += 1) {
      const more = Array.from({ length: 90 }, (__, day) =>
        notice(`n${year}-${day}`, { sequence: year * 90 + day, reason: 'reminder' }),
      );
      const saved = await change(store, 'a1', (found) => ({
        ...found,
        notices: [...found.notices, ...more],
      }));
      expect(saved).toBe('saved');
    }
    const stored = (await store.get(contoso, 'a1'))?.alert;
    expect(stored?.notices).toHaveLength(450);
    expect(stored?.notices.at(-1)?.key).toBe('n4-89');
  });

  test('keep the notices of one out of another, also where one id begins like the other', async () => {
    const store = createStore();
    const ids = ['a', 'a1', 'a1!n', 'A', 'a-', 'ü', 'f'.repeat(64)];
    for (const id of ids) await store.save(alert({ id, notices: [notice(`of ${id}`)] }), undefined);
    for (const id of ids) {
      expect((await store.get(contoso, id))?.alert.notices.map(({ key }) => key)).toEqual([`of ${id}`]);
    }
    const listed = await collected(everyAlert(store, { tenantIds: [contoso] }));
    expect(listed.map(({ id, notices }) => [id, notices[0]?.key, notices.length])).toEqual(
      expect.arrayContaining(ids.map((id) => [id, `of ${id}`, 1])),
    );
  });

  test('are listed by tenant, status, rule, severity and subject', async () => {
    const store = createStore();
    const notices = [notice('n')];
    await store.save(alert({ id: 'a1', notices }), undefined);
    await store.save(alert({ id: 'a2', status: 'resolved', severity: 'low', notices }), undefined);
    await store.save(alert({ id: 'a3', rule: 'licence/licence-assignment-failed', notices }), undefined);
    await store.save(
      alert({ id: 'a4', subject: { kind: 'user', id: "o'neil", name: 'O' }, notices }),
      undefined,
    );
    await store.save(alert({ id: 'b1', tenantId: fabrikam }), undefined);
    const tenantIds = [contoso];
    expect(await idsOf(store, { tenantIds })).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(await idsOf(store, { tenantIds: [contoso, fabrikam, contoso] })).toEqual([
      'a1',
      'a2',
      'a3',
      'a4',
      'b1',
    ]);
    expect(await idsOf(store, { tenantIds: [] })).toEqual([]);
    expect(await idsOf(store, { tenantIds, status: now('resolved', 'snoozed') })).toEqual(['a2']);
    expect(await idsOf(store, { tenantIds, status: now() })).toEqual([]);
    expect(await idsOf(store, { tenantIds, severity: ['low', 'critical'] })).toEqual(['a2']);
    expect(await idsOf(store, { tenantIds, rule: 'licence/licence-lost' })).toEqual(['a1', 'a2', 'a4']);
    expect(await idsOf(store, { tenantIds, rule: 'licence-assignment-failed' })).toEqual(['a3']);
    expect(await idsOf(store, { tenantIds, rule: 'lost' })).toEqual([]);
    expect(await idsOf(store, { tenantIds, subjectId: "o'neil" })).toEqual(['a4']);
    const all = {
      status: now('open', 'acknowledged', 'snoozed', 'resolved'),
      severity: ['low', 'medium', 'high', 'critical'],
    } as const;
    expect(await idsOf(store, { tenantIds, ...all, rule: 'licence-lost', subjectId: 'megan' })).toEqual([
      'a1',
      'a2',
    ]);
  });

  test('are listed with their notices, also where the filter leaves others out', async () => {
    const store = createStore();
    await store.save(alert({ id: 'a1', notices: [notice('n1'), notice('n2', { sequence: 2 })] }), undefined);
    await store.save(alert({ id: 'a2', status: 'resolved', notices: [notice('n3')] }), undefined);
    await store.save(alert({ id: 'a3', notices: [notice('n4')] }), undefined);
    const open = await collected(everyAlert(store, { tenantIds: [contoso], status: now('open') }));
    expect(open.map(({ id, notices }) => [id, notices.map(({ key }) => key)])).toEqual([
      ['a1', ['n1', 'n2']],
      ['a3', ['n4']],
    ]);
  });

  test('stay as they were when the object that was saved is changed afterwards', async () => {
    const store = createStore();
    const saved = alert({ extent: ['s1'] });
    await store.save(saved, undefined);
    saved.extent.push('s2');
    expect((await store.get(contoso, 'a1'))?.alert.extent).toEqual(['s1']);
  });
});

describe('an alert table', () => {
  test('reads a row of an older build, in which later fields are missing', async () => {
    const table = storage().table(freshName());
    const store = createAlertTable(table);
    await table.createTable();
    const { qualifiers: _q, basis: _b, extent: _e, evidence: _v, notices: _n, ...older } = alert();
    await table.createEntity({
      partitionKey: contoso,
      rowKey: 'alert!a1',
      json: JSON.stringify(older),
    });
    await table.createEntity({
      partitionKey: contoso,
      rowKey: 'alert!a1!n',
      json: JSON.stringify(notice('n')),
    });
    const found = await store.get(contoso, 'a1');
    expect(found?.alert).toEqual(alert({ basis: { names: [], versions: {} }, notices: [notice('n')] }));
    expect(await change(store, 'a1', (read) => ({ ...read, status: 'resolved' }))).toBe('saved');
    expect(await idsOf(store, { tenantIds: [contoso], status: now('resolved') })).toEqual(['a1']);
  });

  test('keeps fields that only a newer build knows', async () => {
    const store = createAlertTable(storage().table(freshName()));
    const newer = { ...alert(), flapping: { reads: 2 } };
    await store.save(newer, undefined);
    await change(store, 'a1', (read) => ({ ...read, status: 'acknowledged' }));
    expect((await store.get(contoso, 'a1'))?.alert).toMatchObject({
      flapping: { reads: 2 },
      status: 'acknowledged',
    });
  });

  test('does not take an alert of a newer layout for a missing one', async () => {
    const table = storage().table(freshName());
    const store = createAlertTable(table);
    await store.save(alert(), undefined);
    for await (const { partitionKey = '', rowKey = '' } of table.listEntities()) {
      if (partitionKey === contoso) await table.updateEntity({ partitionKey, rowKey, v: 2 }, 'Merge');
    }
    await expect(store.get(contoso, 'a1')).rejects.toThrow(RowUnreadable);
    await expect(store.get(contoso, 'a1')).rejects.toThrow(/row alert!a1 .*deploy the newer build/);
    await expect(collected(everyAlert(store, { tenantIds: [contoso] }))).rejects.toThrow(RowUnreadable);
  });
});
