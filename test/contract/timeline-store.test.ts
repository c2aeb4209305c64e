import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RowTooLarge, RowUnreadable } from '../../shared/adapters/table-rows.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { TimelineStore } from '../../shared/ports.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const megan = { id: 'aaaaaaaa-0000-4000-8000-000000000001', upn: 'megan@contoso.com' };
const successor = { id: 'aaaaaaaa-0000-4000-8000-000000000002', upn: 'megan@contoso.com' };
const labs = { id: 'bbbbbbbb-0000-4000-8000-000000000001', name: 'Labs_O365_E3_Base' };

let lastNumber = 0;

function record(overrides: Partial<AuditRecord> = {}): AuditRecord {
  lastNumber += 1;
  return {
    id: `Directory_${lastNumber}`,
    log: 'entra',
    tenantId: contoso,
    at: '2026-02-03T09:15:00.000Z',
    activity: 'Change user license',
    outcome: 'success',
    target: { user: megan },
    change: [],
    ...overrides,
  };
}

function ids(records: readonly AuditRecord[]): string[] {
  return records.map(({ id }) => id);
}

const stores: [string, () => TimelineStore][] = [
  ['in memory', createMemoryTimelineStore],
  ['in a table', () => createTimelineTable(storage().table(freshName()))],
];

describe.each(stores)('a timeline %s', (_, createStore) => {
  test('gives back what was inserted, field by field, in order of time', async () => {
    const store = createStore();
    const first = record({
      at: '2026-02-01T00:00:00.000Z',
      outcome: 'failure',
      reason: 'No seats left',
      actor: { kind: 'user', id: 'cccc', name: 'admin@contoso.com', ip: '192.0.2.7' },
      via: 'Graph PowerShell',
      correlationId: 'dddd',
      change: [{ property: 'AssignedLicense', before: null, after: [{ SkuName: 'ENTERPRISEPACK' }] }],
      slice: { id: 'eeee', seq: 2, of: 6, text: '{"targetUpdated' },
      details: { 'User-Agent': 'curl' },
    });
    const second = record({ at: '2026-02-02T00:00:00.000Z', log: 'unified' });
    await store.insert(contoso, [second, first]);
    expect(await store.readUser(contoso, megan.id)).toEqual([first, second]);
  });

  test('is empty for somebody of whom nothing is known, and before anything was stored', async () => {
    const store = createStore();
    expect(await store.readUser(contoso, megan.id)).toEqual([]);
    expect(await store.readGroup(contoso, labs.id)).toEqual([]);
    expect(await store.readGroupLicensing(contoso, '2026-01-01T00:00:00.000Z')).toEqual([]);
    expect(await store.findUser(contoso, megan.upn)).toBeUndefined();
  });

  test('is the same when a record comes again, alone or among new ones', async () => {
    const store = createStore();
    const [first, second, third] = [record(), record(), record()];
    await store.insert(contoso, [first, first]);
    await store.insert(contoso, [first]);
    await store.insert(contoso, [second, first, third]);
    await store.insert(contoso, [first, second, third]);
    expect(ids(await store.readUser(contoso, megan.id))).toEqual(ids([first, second, third]));
  });

  test('keeps a record of one user in more than one transaction holds', async () => {
    const store = createStore();
    const records = Array.from({ length: 230 }, () => record());
    await store.insert(contoso, records);
    await store.insert(contoso, records);
    expect(await store.readUser(contoso, megan.id)).toHaveLength(230);
  });

  test('keeps tenants apart, also where ids are the same', async () => {
    const store = createStore();
    const [here, there] = [record({ id: 'same' }), record({ id: 'same', tenantId: fabrikam })];
    await store.insert(contoso, [here]);
    await store.insert(fabrikam, [there]);
    expect(await store.readUser(contoso, megan.id)).toEqual([here]);
    expect(await store.readUser(fabrikam, megan.id)).toEqual([there]);
  });

  test('has a membership with the user and with the group, and a change of group licences with the group alone', async () => {
    const store = createStore();
    const joined = record({ activity: 'Add member to group', target: { user: megan, group: labs } });
    const licensed = record({ activity: 'Set group license', target: { group: labs } });
    await store.insert(contoso, [joined, licensed]);
    expect(ids(await store.readUser(contoso, megan.id))).toEqual([joined.id]);
    expect(ids(await store.readGroup(contoso, labs.id))).toEqual(ids([joined, licensed]));
    expect(ids(await store.readGroupLicensing(contoso, '2026-01-01T00:00:00Z'))).toEqual([licensed.id]);
  });

  test('reads group licensing from a time on, that time included', async () => {
    const store = createStore();
    const times = ['2026-02-01T00:00:00.000Z', '2026-02-01T00:00:00.001Z', '2026-02-02T00:00:00.000Z'];
    await store.insert(
      contoso,
      times.map((at) => record({ id: at, at, target: { group: labs } })),
    );
    expect(ids(await store.readGroupLicensing(contoso, '2026-02-01T00:00:00Z'))).toEqual(times);
    expect(ids(await store.readGroupLicensing(contoso, '2026-02-01T00:00:00.001Z'))).toEqual(times.slice(1));
  });

  test('gives a user the records that name only his UPN, whichever came first', async () => {
    const store = createStore();
    const byUpn = record({ log: 'unified', target: { user: { upn: megan.upn } } });
    await store.insert(contoso, [byUpn]);
    expect(await store.findUser(contoso, 'Megan@Contoso.com')).toBe(megan.upn);
    expect(ids(await store.readUser(contoso, megan.upn))).toEqual([byUpn.id]);
    const byBoth = record();
    await store.insert(contoso, [byBoth]);
    expect(await store.findUser(contoso, 'Megan@Contoso.com')).toBe(megan.id);
    expect(await store.findUser(contoso, megan.id.toUpperCase())).toBe(megan.id);
    expect(new Set(ids(await store.readUser(contoso, megan.id)))).toEqual(new Set([byUpn.id, byBoth.id]));
  });

  test('leaves records that name only a UPN with it when two accounts have had it', async () => {
    const store = createStore();
    const byUpn = record({ log: 'unified', target: { user: { upn: megan.upn } } });
    const his = record({ at: '2026-02-01T00:00:00.000Z' });
    const hers = record({ at: '2026-03-01T00:00:00.000Z', target: { user: successor } });
    await store.insert(contoso, [hers, byUpn, his]);
    expect(ids(await store.readUser(contoso, megan.id))).toEqual([his.id]);
    expect(ids(await store.readUser(contoso, successor.id))).toEqual([hers.id]);
    expect(ids(await store.readUser(contoso, megan.upn))).toEqual([byUpn.id]);
    expect(await store.findUser(contoso, megan.upn)).toBe(successor.id);
  });

  test('follows a user through a change of his UPN', async () => {
    const store = createStore();
    const old = record({ at: '2026-02-01T00:00:00.000Z', target: { user: { upn: 'm.bowen@contoso.com' } } });
    const before = record({
      at: '2026-02-02T00:00:00.000Z',
      target: { user: { id: megan.id, upn: 'm.bowen@contoso.com' } },
    });
    const after = record({ at: '2026-02-03T00:00:00.000Z' });
    await store.insert(contoso, [old, before, after]);
    expect(ids(await store.readUser(contoso, megan.id))).toEqual(ids([old, before, after]));
  });

  test('keeps parts of a sequence that contradict each other under one id', async () => {
    const store = createStore();
    const part = (text: string): AuditRecord =>
      record({ id: 'same', slice: { id: 'eeee', seq: 1, of: 2, text } });
    await store.insert(contoso, [part('a'), part('b')]);
    await store.insert(contoso, [part('b'), part('a')]);
    const texts = (await store.readUser(contoso, megan.id)).map(({ slice }) => slice?.text);
    expect(texts.sort()).toEqual(['a', 'b']);
  });

  test('takes any characters in ids and names', async () => {
    const store = createStore();
    const awkward = [
      '/ \\ # ? % + & \' "',
      'tab\tline\n\u0000\u007f\u0085',
      'ü 用户 😀',
      'x'.repeat(3000),
      '!',
      '~',
      '',
    ];
    for (const text of awkward) {
      const upn = `${text}#ext#@contoso.com`.toLowerCase();
      const odd = record({ id: `id ${text}`, target: { user: { id: `user ${text}`, upn } } });
      await store.insert(contoso, [odd]);
      await store.insert(contoso, [odd]);
      expect(await store.readUser(contoso, `user ${text}`)).toEqual([odd]);
      expect(await store.findUser(contoso, upn)).toBe(`user ${text}`);
    }
  });

  test('keeps a long record whole', async () => {
    const store = createStore();
    const text = Array.from({ length: 12_000 }, (_, index) => `„${(index * 7919) % 10_007}“`).join('');
    const long = record({ slice: { id: 'eeee', seq: 1, of: 1, text } });
    await store.insert(contoso, [long, record()]);
    expect(await store.readUser(contoso, megan.id)).toContainEqual(long);
  });

  test('is the same in whatever order and portions records come', async () => {
    await fc.assert(
      fc.asyncProperty(recordsInPortions, async ({ records, portions }) => {
        const [inOrder, shuffled] = [createStore(), createStore()];
        await inOrder.insert(contoso, records);
        for (const portion of portions) await shuffled.insert(contoso, portion);
        for (const { id, upn } of people) {
          expect(await shuffled.readUser(contoso, id)).toEqual(await inOrder.readUser(contoso, id));
          expect(await shuffled.findUser(contoso, upn)).toBe(await inOrder.findUser(contoso, upn));
        }
      }),
      { numRuns: 12 },
    );
  });
});

const people = [megan, successor, { id: 'aaaaaaaa-0000-4000-8000-000000000003', upn: 'lee@contoso.com' }];

const recordsInPortions = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 0, max: 99 }),
      person: fc.constantFrom(...people),
      named: fc.constantFrom('id', 'upn', 'both'),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 12 },
  )
  .map((drawn) =>
    drawn.map(({ id, person, named }) =>
      record({
        id: `r${id}`,
        at: new Date(Date.UTC(2026, 1, 1, 0, id)).toISOString(),
        target: {
          user: named === 'both' ? person : named === 'id' ? { id: person.id } : { upn: person.upn },
        },
      }),
    ),
  )
  .chain((records) =>
    fc
      .array(fc.subarray(records, { minLength: 1 }), { maxLength: 3 })
      .map((again) => ({ records, portions: [...again, records.toReversed()] })),
  );

describe('a timeline table', () => {
  test('reads a row of an older build and says which row is of a newer one', async () => {
    const table = storage().table(freshName());
    const store = createTimelineTable(table);
    const stored = record();
    await store.insert(contoso, [stored]);
    const partitionKey = `${contoso}!user!${megan.id}`;
    const rowKey = `${stored.at}!entra!${stored.id}`;

    await table.upsertEntity({ partitionKey, rowKey, json: JSON.stringify(stored) }, 'Replace');
    expect(await store.readUser(contoso, megan.id)).toEqual([stored]);

    await table.upsertEntity({ partitionKey, rowKey, v: 2, json: '{}' }, 'Replace');
    await expect(store.readUser(contoso, megan.id)).rejects.toThrow(RowUnreadable);
    await expect(store.readUser(contoso, megan.id)).rejects.toThrow(
      /Directory_\d+ .*newer version.*deploy the newer build/,
    );
  });

  test('says which row is damaged, and nothing of what stands in it', async () => {
    const table = storage().table(freshName());
    const store = createTimelineTable(table);
    for (const damaged of [
      { json: '{"secret' },
      { json: '{"id":"secret"}' },
      {},
      { parts: 2, json0: new Uint8Array([1]) },
    ]) {
      await table.createTable();
      await table.upsertEntity(
        { partitionKey: `${contoso}!user!${megan.id}`, rowKey: 'row', v: 1, ...damaged },
        'Replace',
      );
      const reading = store.readUser(contoso, megan.id);
      await expect(reading).rejects.toThrow(RowUnreadable);
      await expect(reading).rejects.not.toThrow(/secret/);
    }
  });

  test('refuses a record that no row can hold instead of cutting it', async () => {
    const store = createTimelineTable(storage().table(freshName()));
    // Characters that do not repeat cannot be compressed much.
    let seed = 1;
    const text = Array.from({ length: 700_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(0x4e00 + (seed % 20_000));
    }).join('');
    const tooLong = record({ slice: { id: 'eeee', seq: 1, of: 1, text } });
    await expect(store.insert(contoso, [tooLong])).rejects.toThrow(RowTooLarge);
  });
});
