import { describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { TimelineStore } from '../../shared/timeline/timeline-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

jest.setTimeout(120_000);

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

const since = (from: string) => [{ from, to: '2027-01-01T00:00:00.000Z' }];

async function readUser(store: TimelineStore, tenantId: string, id: string): Promise<AuditRecord[]> {
  return (await store.readSubject(tenantId, { kind: 'user', id })).records;
}

async function readGroup(store: TimelineStore, tenantId: string, id: string): Promise<AuditRecord[]> {
  return (await store.readSubject(tenantId, { kind: 'group', id })).records;
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
    expect(await readUser(store, contoso, megan.id)).toEqual([first, second]);
  });

  test('is empty for somebody of whom nothing is known, and before anything was stored', async () => {
    const store = createStore();
    expect(await readUser(store, contoso, megan.id)).toEqual([]);
    expect(await readGroup(store, contoso, labs.id)).toEqual([]);
    expect(await store.readGroupLicensing(contoso, since('2026-01-01T00:00:00.000Z'))).toEqual([]);
    expect(await store.findUser(contoso, megan.upn)).toBeUndefined();
  });

  test('is the same when a record comes again, alone or among new ones', async () => {
    const store = createStore();
    const [first, second, third] = [record(), record(), record()];
    await store.insert(contoso, [first, first]);
    await store.insert(contoso, [first]);
    await store.insert(contoso, [second, first, third]);
    await store.insert(contoso, [first, second, third]);
    expect(ids(await readUser(store, contoso, megan.id))).toEqual(ids([first, second, third]));
  });

  test('keeps a record of one user in more than one transaction holds', async () => {
    const store = createStore();
    const records = Array.from({ length: 230 }, () => record());
    await store.insert(contoso, records);
    await store.insert(contoso, records);
    expect(await readUser(store, contoso, megan.id)).toHaveLength(230);
  });

  test('keeps tenants apart, also where ids are the same', async () => {
    const store = createStore();
    const [here, there] = [record({ id: 'same' }), record({ id: 'same', tenantId: fabrikam })];
    await store.insert(contoso, [here]);
    await store.insert(fabrikam, [there]);
    expect(await readUser(store, contoso, megan.id)).toEqual([here]);
    expect(await readUser(store, fabrikam, megan.id)).toEqual([there]);
  });

  test('has a membership with the user and with the group, and a change of group licences with the group alone', async () => {
    const store = createStore();
    const joined = record({ activity: 'Add member to group', target: { user: megan, group: labs } });
    const licensed = record({ activity: 'Set group license', target: { group: labs } });
    await store.insert(contoso, [joined, licensed]);
    expect(ids(await readUser(store, contoso, megan.id))).toEqual([joined.id]);
    expect(ids(await readGroup(store, contoso, labs.id))).toEqual(ids([joined, licensed]));
    expect(ids(await store.readGroupLicensing(contoso, since('2026-01-01T00:00:00Z')))).toEqual([
      licensed.id,
    ]);
  });

  test('reads group licensing from a time on, that time included', async () => {
    const store = createStore();
    const times = ['2026-02-01T00:00:00.000Z', '2026-02-01T00:00:00.001Z', '2026-02-02T00:00:00.000Z'];
    await store.insert(
      contoso,
      times.map((at) => record({ id: at, at, target: { group: labs } })),
    );
    expect(ids(await store.readGroupLicensing(contoso, since('2026-02-01T00:00:00Z')))).toEqual(times);
    expect(ids(await store.readGroupLicensing(contoso, since('2026-02-01T00:00:00.001Z')))).toEqual(
      times.slice(1),
    );
  });

  test('gives a user the records that name only his UPN, whichever came first', async () => {
    const store = createStore();
    const byUpn = record({ log: 'unified', target: { user: { upn: megan.upn } } });
    await store.insert(contoso, [byUpn]);
    expect(await store.findUser(contoso, 'Megan@Contoso.com')).toBe(megan.upn);
    expect(ids(await readUser(store, contoso, megan.upn))).toEqual([byUpn.id]);
    const byBoth = record();
    await store.insert(contoso, [byBoth]);
    expect(await store.findUser(contoso, 'Megan@Contoso.com')).toBe(megan.id);
    expect(await store.findUser(contoso, megan.id.toUpperCase())).toBe(megan.id);
    expect(new Set(ids(await readUser(store, contoso, megan.id)))).toEqual(new Set([byUpn.id, byBoth.id]));
  });

  test('leaves records that name only a UPN with it when two accounts have had it', async () => {
    const store = createStore();
    const byUpn = record({ log: 'unified', target: { user: { upn: megan.upn } } });
    const his = record({ at: '2026-02-01T00:00:00.000Z' });
    const hers = record({ at: '2026-03-01T00:00:00.000Z', target: { user: successor } });
    await store.insert(contoso, [hers, byUpn, his]);
    expect(ids(await readUser(store, contoso, megan.id))).toEqual([his.id]);
    expect(ids(await readUser(store, contoso, successor.id))).toEqual([hers.id]);
    expect(ids(await readUser(store, contoso, megan.upn))).toEqual([byUpn.id]);
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
    expect(ids(await readUser(store, contoso, megan.id))).toEqual(ids([old, before, after]));
  });

  test('keeps parts of a sequence that contradict each other under one id', async () => {
    const store = createStore();
    const part = (text: string): AuditRecord =>
      record({ id: 'same', slice: { id: 'eeee', seq: 1, of: 2, text } });
    await store.insert(contoso, [part('a'), part('b')]);
    await store.insert(contoso, [part('b'), part('a')]);
    const texts = (await readUser(store, contoso, megan.id)).map(({ slice }) => slice?.text);
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
      expect(await readUser(store, contoso, `user ${text}`)).toEqual([odd]);
      expect(await store.findUser(contoso, upn)).toBe(`user ${text}`);
    }
  });

  test('keeps a long record whole', async () => {
    const store = createStore();
    const text = Array.from({ length: 12_000 }, (_, index) => `„${(index * 7919) % 10_007}“`).join('');
    const long = record({ slice: { id: 'eeee', seq: 1, of: 1, text } });
    await store.insert(contoso, [long, record()]);
    expect(await readUser(store, contoso, megan.id)).toContainEqual(long);
  });

  test('is the same in whatever order and portions records come', async () => {
    await fc.assert(
      fc.asyncProperty(recordsInPortions, async ({ records, portions }) => {
        const [inOrder, shuffled] = [createStore(), createStore()];
        await inOrder.insert(contoso, records);
        for (const portion of portions) await shuffled.insert(contoso, portion);
        for (const { id, upn } of people) {
          expect(await readUser(shuffled, contoso, id)).toEqual(await readUser(inOrder, contoso, id));
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
    expect(await readUser(store, contoso, megan.id)).toEqual([stored]);

    await table.upsertEntity({ partitionKey, rowKey, v: 2, json: '{}' }, 'Replace');
    await expect(readUser(store, contoso, megan.id)).rejects.toThrow(RowUnreadable);
    await expect(readUser(store, contoso, megan.id)).rejects.toThrow(
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
      const reading = readUser(store, contoso, megan.id);
      await expect(reading).rejects.toThrow(RowUnreadable);
      await expect(reading).rejects.not.toThrow(/secret/);
    }
  });
});

describe.each(stores)('what a timeline %s says of an insertion', (_, createStore) => {
  const keys = (owners: readonly { kind: string; id: string }[]): string[] =>
    owners.map(({ kind, id }) => `${kind} ${id}`).sort();

  test('is everybody of whom the records speak, and who of them has something new', async () => {
    const store = createStore();
    const joined = record({ target: { user: megan, group: labs } });
    expect(await store.insert(contoso, [joined])).toMatchObject({
      subjects: expect.arrayContaining([
        { kind: 'user', id: megan.id },
        { kind: 'group', id: labs.id },
      ]),
      changed: expect.arrayContaining([
        { kind: 'user', id: megan.id },
        { kind: 'group', id: labs.id },
      ]),
    });
    const other = record({ target: { user: { id: people[2]?.id ?? '' } } });
    const again = await store.insert(contoso, [joined, other]);
    expect(keys(again.subjects)).toEqual(
      [`group ${labs.id}`, `user ${megan.id}`, `user ${other.target.user?.id ?? ''}`].sort(),
    );
    expect(keys(again.changed)).toEqual([`user ${other.target.user?.id ?? ''}`]);
  });

  test('names who bears the UPN where the record names only that', async () => {
    const store = createStore();
    await store.insert(contoso, [record()]);
    const { changed } = await store.insert(contoso, [record({ target: { user: { upn: megan.upn } } })]);
    expect(keys(changed)).toEqual([`user ${megan.id}`]);
  });

  test('names everybody for whom it changes that a name passes to another account, and counts no row less', async () => {
    const store = createStore();
    const his = [record(), record({ target: { user: { upn: megan.upn } } })];
    await store.insert(contoso, his);
    const before = await store.readSubject(contoso, { kind: 'user', id: megan.id });
    expect(before).toMatchObject({ rows: 2, names: [megan.upn] });
    const { changed } = await store.insert(contoso, [record({ target: { user: successor } })]);
    expect(keys(changed)).toEqual([`user ${megan.id}`, `user ${successor.id}`, `user ${megan.upn}`].sort());
    const after = await store.readSubject(contoso, { kind: 'user', id: megan.id });
    expect(after).toMatchObject({ rows: 2, names: [] });
    expect(after.records).toHaveLength(1);
  });
});

describe.each(stores)('what is remembered beside a timeline %s', (_, createStore) => {
  const owner = { kind: 'user' as const, id: megan.id };
  const atHour = (hour: number): string => new Date(Date.UTC(2026, 1, 3, hour)).toISOString();

  async function folded(store: TimelineStore, ...hours: number[]): Promise<void> {
    const { version } = await read(store);
    const checkpoints = {
      fold: 'licence',
      keep: [],
      add: hours.map((hour) => ({ until: atHour(hour), state: { hour } })),
    };
    expect(await store.plan(contoso, owner, version, { checkpoints })).toBe('saved');
  }
  const read = (store: TimelineStore) => store.readSubject(contoso, owner, 'licence');

  test('a checkpoint stands for what lies before it', async () => {
    const store = createStore();
    await store.insert(
      contoso,
      [1, 2, 3, 4].map((hour) => record({ id: `h${hour}`, at: atHour(hour) })),
    );
    await folded(store, 1, 2);
    expect(await read(store)).toMatchObject({
      checkpoint: { until: atHour(2), state: { hour: 2 } },
      records: [{ id: 'h3' }, { id: 'h4' }],
      rows: 4,
      name: megan.upn,
    });
    const whole = await store.readSubject(contoso, owner);
    expect(ids(whole.records)).toEqual(['h1', 'h2', 'h3', 'h4']);
    expect(whole).not.toHaveProperty('checkpoint');
  });

  test('a record that comes late for a checkpoint drops it, and the one before it stands', async () => {
    const store = createStore();
    await store.insert(
      contoso,
      [1, 3, 5, 7].map((hour) => record({ id: `h${hour}`, at: atHour(hour) })),
    );
    await folded(store, 1, 3, 5);
    await store.insert(contoso, [record({ id: 'late', at: '2026-02-03T05:09:00.000Z' })]);
    expect(await read(store)).toMatchObject({ checkpoint: { until: atHour(3) }, rows: 5 });
    expect(ids((await read(store)).records)).toEqual(['h5', 'late', 'h7']);
    await store.insert(contoso, [record({ id: 'very late', at: '2026-02-02T00:00:00.000Z' })]);
    expect(await read(store)).not.toHaveProperty('checkpoint');
    expect((await read(store)).records).toHaveLength(6);
  });

  test('of several those that are to stay stay beside a new one', async () => {
    const store = createStore();
    await store.insert(
      contoso,
      [1, 3, 5].map((hour) => record({ id: `h${hour}`, at: atHour(hour) })),
    );
    await folded(store, 1, 2, 3);
    const { version } = await read(store);
    const checkpoints = {
      fold: 'licence',
      keep: [atHour(1)],
      add: [{ until: atHour(4), state: { hour: 4 } }],
    };
    await store.plan(contoso, owner, version, { checkpoints });
    expect(await read(store)).toMatchObject({
      checkpoint: { until: atHour(4), state: { hour: 4 } },
      checkpoints: [atHour(1), atHour(4)],
    });
  });

  test('is that of one fold: another reads from the beginning', async () => {
    const store = createStore();
    await store.insert(
      contoso,
      [1, 3].map((hour) => record({ id: `h${hour}`, at: atHour(hour) })),
    );
    await folded(store, 1);
    const other = await store.readSubject(contoso, owner, 'mfa-registration');
    expect(other).not.toHaveProperty('checkpoint');
    expect(ids(other.records)).toEqual(['h1', 'h3']);
    const checkpoints = { fold: 'mfa-registration', keep: [], add: [{ until: atHour(2), state: {} }] };
    await store.plan(contoso, owner, other.version, { checkpoints });
    expect(await read(store)).toMatchObject({ checkpoint: { until: atHour(1) } });
  });

  test('a record that is read again drops none', async () => {
    const store = createStore();
    const first = record({ at: atHour(1) });
    await store.insert(contoso, [first, record({ at: atHour(3) })]);
    await folded(store, 1);
    await store.insert(contoso, [first]);
    expect(await read(store)).toMatchObject({ checkpoint: { until: atHour(1) } });
  });

  test('no checkpoint outlives that a name passes on', async () => {
    const store = createStore();
    await store.insert(contoso, [record({ at: atHour(1) }), record({ at: atHour(3) })]);
    await folded(store, 1);
    await store.insert(contoso, [record({ at: atHour(9), target: { user: successor } })]);
    expect(await read(store)).not.toHaveProperty('checkpoint');
  });

  test('who has read before somebody wrote writes no checkpoint', async () => {
    const store = createStore();
    await store.insert(contoso, [record({ at: atHour(1) })]);
    const { version } = await read(store);
    await store.insert(contoso, [record({ at: atHour(2) })]);
    const checkpoints = { fold: 'licence', keep: [], add: [{ until: atHour(1), state: {} }] };
    expect(await store.plan(contoso, owner, version, { checkpoints })).toBe('changed');
    expect(await read(store)).not.toHaveProperty('checkpoint');
  });

  test('the next look of each family is kept, also of what has no records', async () => {
    const store = createStore();
    const queue = { kind: 'queue' as const, id: 'signals' };
    expect(await store.plan(contoso, queue, undefined, { looks: { operations: atHour(1) } })).toBe('saved');
    const { version, looks } = await store.readSubject(contoso, queue);
    expect(looks).toEqual({ operations: atHour(1) });
    await store.plan(contoso, queue, version, { looks: { licence: atHour(2) } });
    expect((await store.readSubject(contoso, queue)).looks).toEqual({
      operations: atHour(1),
      licence: atHour(2),
    });
  });
});

describe('a long timeline in a table', () => {
  test('is read whole, over several pages', async () => {
    const store = createTimelineTable(storage().table(freshName()));
    const many = Array.from({ length: 450 }, (_, index) =>
      record({ id: `m${index}`, at: new Date(Date.UTC(2026, 1, 3, 0, index)).toISOString() }),
    );
    await store.insert(contoso, many);
    expect(ids(await readUser(store, contoso, megan.id))).toEqual(ids(many));
  });
});

test('a record that fits into no row holds up no neighbour', async () => {
  const store = createTimelineTable(storage().table(freshName()));
  const huge = record({ id: 'huge', activity: randomBytes(1_200_000).toString('base64') });
  const [first, last] = [record({ id: 'first' }), record({ id: 'last', at: '2026-02-03T10:15:00.000Z' })];
  expect(await store.insert(contoso, [first, huge, last])).toMatchObject({
    changed: [{ kind: 'user', id: megan.id }],
    tooLarge: 1,
  });
  expect(ids(await readUser(store, contoso, megan.id))).toEqual(ids([first, last]));
});
