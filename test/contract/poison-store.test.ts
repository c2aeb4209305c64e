import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createPoisonQueues } from '../../shared/adapters/poison-queues.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import { createStorageFailureNotes } from '../../shared/adapters/storage-failures.ts';
import type { PoisonMessage, PoisonQueues, PoisonStore } from '../../shared/queues/poison-store.ts';
import { createMemoryPoisonQueues, createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { azuriteStorage, collected, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();

function poisoned(overrides: Partial<PoisonMessage> = {}): PoisonMessage {
  return {
    queue: 'collect',
    messageId: '33333333-3333-4333-8333-333333333333',
    insertedAt: '2026-02-03T09:20:00.000Z',
    body: 'eyJ2IjoxfQ==',
    ...overrides,
  };
}

const nothingNoted = { untold: [], automatic: [], told: [], counted: [], failing: [] };
const keptAt = '2026-02-03T09:30:00.000Z';

const stores: [string, () => PoisonStore][] = [
  ['in memory', createMemoryPoisonStore],
  ['in a table', () => createPoisonTable(storage().table(freshName()), storage().container(freshName()))],
];

describe.each(stores)('kept poison %s', (_, createStore) => {
  test('comes back as it was, whatever its body', async () => {
    const store = createStore();
    const bodies = ['', '{bad json', 'ü\r\n\u0000 😀', 'x'.repeat(65_536), 'A'.repeat(31_001)];
    const messages = bodies.map((body, n) => poisoned({ messageId: `m${n}/#?`, body }));
    for (const message of messages) await store.keep(message, keptAt);
    const listed = await collected(store.list());
    expect(listed).toHaveLength(bodies.length);
    expect(listed).toEqual(expect.arrayContaining(messages.map((message) => ({ ...message, keptAt }))));
  });

  test('is kept once, since the first time', async () => {
    const store = createStore();
    await store.keep(poisoned(), keptAt);
    await store.keep(poisoned(), '2026-02-04T00:00:00.000Z');
    await store.keep(poisoned({ queue: 'verdicts' }), keptAt);
    const listed = await collected(store.list());
    expect(listed.map((message) => [message.queue, message.keptAt]).sort()).toEqual([
      ['collect', keptAt],
      ['verdicts', keptAt],
    ]);
  });

  test('is nothing before anything was kept', async () => {
    expect(await collected(createStore().list())).toEqual([]);
    expect(await collected(createStore().listKept())).toEqual([]);
    expect(await createStore().readNotes()).toEqual(nothingNoted);
    expect(await createStore().readCounted()).toEqual([]);
  });

  test('many at once are kept once each, also where some are there already', async () => {
    const store = createStore();
    const messages = Array.from({ length: 130 }, (__, n) =>
      poisoned({ queue: n % 2 === 0 ? 'collect' : 'verdicts', messageId: `m${n}` }),
    );
    await store.keep(messages[3] ?? poisoned(), keptAt);
    await store.keepAll([...messages, ...messages.slice(0, 5)], '2026-02-04T00:00:00.000Z');
    await store.keepAll([], keptAt);
    const listed = await collected(store.list());
    expect(listed).toHaveLength(130);
    expect(listed.filter((message) => message.keptAt === keptAt)).toEqual([{ ...messages[3], keptAt }]);
  });

  test('is listed without its body, with the tenant that it names, of one queue or of all', async () => {
    const store = createStore();
    const envelope = JSON.stringify({ v: 1, tenantId: 'contoso', kind: 'k', items: [] });
    const large = Buffer.from(
      JSON.stringify({ v: 1, tenantId: 'contoso', kind: 'k', items: ['x'.repeat(40_000)] }),
    );
    await store.keep(poisoned({ messageId: 'a', body: envelope }), keptAt);
    await store.keep(poisoned({ messageId: 'b', body: large.toString('base64') }), keptAt);
    await store.keep(poisoned({ messageId: 'd', body: 'nobody' }), keptAt);
    await store.keep(
      poisoned({ queue: 'verdicts', messageId: 'c', body: 'nobody', tenantId: 'fabrikam' }),
      keptAt,
    );
    await store.mark('untold', 'collect');
    const { body: _, ...bare } = { ...poisoned(), keptAt };
    const ofCollect = [
      { ...bare, messageId: 'a', tenantId: 'contoso', kind: 'k', items: 0, bytes: envelope.length },
      { ...bare, messageId: 'b', tenantId: 'contoso', kind: 'k', items: 1, bytes: 53_404 },
      { ...bare, messageId: 'd', bytes: 6 },
    ];
    expect(await collected(store.listKept({ queue: 'collect' }))).toEqual(ofCollect);
    expect(await collected(store.listKept())).toEqual([
      ...ofCollect,
      { ...bare, queue: 'verdicts', messageId: 'c', tenantId: 'fabrikam', bytes: 6 },
    ]);
  });

  test('tells which of it is to be put back without a person, and how often that was done', async () => {
    const store = createStore();
    const body = JSON.stringify({
      v: 1,
      tenantId: 'contoso',
      kind: 'k',
      items: [],
      replayed: true,
      replays: 2,
    });
    await store.keep(poisoned({ messageId: 'a', body, storageFailed: true }), keptAt);
    await store.keep(poisoned({ messageId: 'b' }), keptAt);
    const which = { queue: 'collect', storageFailed: true as const };
    expect(await collected(store.listKept(which))).toMatchObject([
      { messageId: 'a', storageFailed: true, replays: 2 },
    ]);
    expect(await collected(store.list(which))).toEqual([
      { ...poisoned({ messageId: 'a', body }), storageFailed: true, keptAt },
    ]);
    expect(await collected(store.list({ ...which, queue: 'verdicts' }))).toEqual([]);
  });

  test('is read one by one, and gone when it is removed', async () => {
    const store = createStore();
    const messages = ['a', 'b/#?', 'c'].map((messageId) => poisoned({ messageId }));
    await store.keepAll(messages, keptAt);
    expect(await store.read('collect', 'b/#?')).toEqual({ ...messages[1], keptAt });
    expect(await store.read('collect', 'z')).toBeUndefined();
    await store.remove('collect', ['a', 'b/#?', 'z']);
    await store.remove('collect', []);
    expect((await collected(store.list())).map(({ messageId }) => messageId)).toEqual(['c']);
  });

  test('remembers how much was counted, and when storage failed', async () => {
    const store = createStore();
    const counted = { queue: 'collect', kept: 2, since: keptAt, latest: keptAt };
    const failing = [{ from: keptAt, to: keptAt }];
    await store.saveCounted({ ...counted, queue: 'verdicts' });
    await store.saveCounted({ ...counted, kept: 1 });
    await store.saveCounted(counted);
    await store.saveFailing(failing);
    await store.mark('automatic', 'collect');
    expect(await store.readNotes()).toMatchObject({ failing, automatic: ['collect'] });
    expect(await store.readCounted()).toEqual(
      expect.arrayContaining([counted, { ...counted, queue: 'verdicts' }]),
    );
    await store.saveCounted({ ...counted, kept: 0 });
    await store.unmark('automatic', 'collect');
    expect(await store.readCounted()).toEqual([{ ...counted, queue: 'verdicts' }]);
    expect((await store.readNotes()).automatic).toEqual([]);
  });

  test('remembers what was told, by queue and tenant, and what is not', async () => {
    const store = createStore();
    const newest = { messageId: 'm', insertedAt: keptAt };
    const told = { queue: 'collect', tenantId: 'contoso', kept: 3, newest, toldAt: keptAt };
    await store.mark('untold', 'verdicts');
    await store.mark('untold', 'verdicts');
    await store.saveTold(told);
    await store.saveTold({ ...told, kept: 4 });
    await store.saveTold({ ...told, tenantId: 'fabrikam' });
    const { untold, told: rows } = await store.readNotes();
    expect(untold).toEqual(['verdicts']);
    expect(rows).toEqual([
      { ...told, kept: 4 },
      { ...told, tenantId: 'fabrikam' },
    ]);
    expect(await collected(store.list())).toEqual([]);
    await store.unmark('untold', 'verdicts');
    await store.unmark('untold', 'verdicts');
    await store.removeTold(told);
    await store.removeTold(told);
    expect(await store.readNotes()).toEqual({ ...nothingNoted, told: [{ ...told, tenantId: 'fabrikam' }] });
  });

  test('holds nothing of a received message but what is to be kept', async () => {
    const store = createStore();
    const received = { ...poisoned(), popReceipt: 'AgAAAA' };
    await store.keep(received, keptAt);
    expect(await collected(store.list())).toEqual([{ ...poisoned(), keptAt }]);
  });
});

test('a row of the first version is listed without its body, too', async () => {
  const table = storage().table(freshName());
  const store = createPoisonTable(table, storage().container(freshName()));
  await store.keep(poisoned({ messageId: 'new' }), keptAt);
  const body = JSON.stringify({ v: 1, tenantId: 'contoso', kind: 'k', items: [] });
  const old = { ...poisoned({ messageId: 'old', body }), keptAt };
  await table.createEntity({ partitionKey: 'collect', rowKey: 'old', v: 1, json: JSON.stringify(old) });
  const { body: _, ...bare } = old;
  expect(await collected(store.listKept({ queue: 'collect' }))).toEqual([
    { ...bare, messageId: 'new', bytes: 12 },
    { ...bare, tenantId: 'contoso' },
  ]);
});

describe('a record that is too large for a row', () => {
  /** Nothing that compresses. */
  const noise = randomBytes(1_200_000).toString('base64');
  const huge = poisoned({ queue: 'unreadable-x', messageId: 'huge', body: noise, tenantId: 'contoso' });

  test('lies in a blob, is listed like any other, and takes the blob with it when it goes', async () => {
    const container = storage().container(freshName());
    const store = createPoisonTable(storage().table(freshName()), container);
    const blobs = async () => (await collected(container.listBlobsFlat())).length;
    const small = poisoned({ queue: 'unreadable-x', messageId: 'small' });
    await store.keepAll([small, huge], keptAt);
    expect(await store.read('unreadable-x', 'huge')).toEqual({ ...huge, keptAt });
    expect((await collected(store.listKept())).map(({ messageId, bytes }) => [messageId, bytes])).toEqual([
      ['huge', 1_600_000],
      ['small', 12],
    ]);
    expect(await blobs()).toBe(1);
    await store.remove('unreadable-x', ['huge', 'small']);
    expect(await blobs()).toBe(0);
    await store.keep(huge, keptAt);
    expect(await store.forget('contoso')).toEqual({ rows: 1, more: false });
    expect(await blobs()).toBe(0);
    expect(await collected(store.list())).toEqual([]);
  }, 30_000);
});

interface Filled {
  queues: PoisonQueues;
  /** The two source queues. */
  names: [string, string];
}

async function filledInStorage(bodies: [string[], string[]]): Promise<Filled> {
  const names: [string, string] = [freshName(), freshName()];
  for (const [index, name] of names.entries()) {
    const queue = storage().queue(`${name}-poison`);
    if (bodies[index]?.length !== 0) await queue.create();
    for (const body of bodies[index] ?? []) await queue.sendMessage(body);
  }
  return { queues: createPoisonQueues(storage(), { now: () => new Date() }, names), names };
}

function filledInMemory(bodies: [string[], string[]]): Promise<Filled> {
  const names: [string, string] = ['one', 'two'];
  const messages = names.flatMap((queue, index) =>
    (bodies[index] ?? []).map((body, n) => poisoned({ queue, messageId: `${queue} ${n}`, body })),
  );
  return Promise.resolve({ queues: createMemoryPoisonQueues(messages), names });
}

describe.each([
  ['in memory', filledInMemory],
  ['in storage', filledInStorage],
])('poison queues %s', (_, filled) => {
  test('give what is in them with the queue where it failed, base64 or not', async () => {
    const bodies = ['eyJ2IjoxfQ==', '{bad json', '  <a> & "ü" 😀\n ', '007'];
    const { queues, names } = await filled([bodies, ['other']]);
    const received = await queues.receive(10);
    expect(received.map(({ queue, body }) => [queue, body])).toEqual([
      ...bodies.map((body) => [names[0], body]),
      [names[1], 'other'],
    ]);
    expect(received.every(({ insertedAt }) => new Date(insertedAt).toISOString() === insertedAt)).toBe(true);
    expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(5);
  });

  test('give at most so many of each, the next ones at the next time', async () => {
    const many = Array.from({ length: 40 }, (__, n) => `m${n}`);
    const { queues, names } = await filled([many, ['other']]);
    const first = await queues.receive(35);
    expect(first.filter(({ queue }) => queue === names[0])).toHaveLength(35);
    expect(first.filter(({ queue }) => queue === names[1])).toHaveLength(1);
    expect((await queues.receive(35)).map(({ body }) => body)).toEqual(many.slice(35));
  });

  test('give nothing where no message was ever poisoned', async () => {
    const { queues } = await filled([[], []]);
    expect(await queues.receive(10)).toEqual([]);
  });

  test('lose a message when it is removed, and do not mind removing it again', async () => {
    const { queues } = await filled([['a'], []]);
    const [message] = await queues.receive(1);
    if (message === undefined) throw new Error('nothing was received');
    await queues.remove(message);
    await queues.remove(message);
    expect(await queues.receive(1)).toEqual([]);
  });
});

test('a message is put back as it was given, and never expires', async () => {
  const { queues, names } = await filledInStorage([[], []]);
  await queues.putBack(names[0], 'eyJ2IjoxfQ==');
  const { receivedMessageItems } = await storage().queue(names[0]).receiveMessages();
  expect(receivedMessageItems.map(({ messageText }) => messageText)).toEqual(['eyJ2IjoxfQ==']);
  expect(receivedMessageItems[0]?.expiresOn.getFullYear()).toBeGreaterThan(2100);
});

describe('notes that storage failed', () => {
  const inAnHour = { now: () => new Date(Date.now() + 3_600_000) };

  test('are left once in a while, read with their time on the product’s clock, and gone when they are removed', async () => {
    const notes = createStorageFailureNotes(storage(), inAnHour, 3600, freshName());
    expect(await notes.receive()).toEqual([]);
    await notes.note();
    await notes.note();
    const received = await notes.receive();
    expect(received).toHaveLength(1);
    const ahead = Date.parse(received[0]?.at ?? '') - Date.now();
    expect(Math.abs(ahead - 3_600_000)).toBeLessThan(60_000);
    await notes.remove(received);
    await notes.remove(received);
    expect(await notes.receive()).toEqual([]);
  });

  test('are left again after their time, and by every process', async () => {
    const name = freshName();
    const notes = createStorageFailureNotes(storage(), inAnHour, 0, name);
    await notes.note();
    await notes.note();
    await createStorageFailureNotes(storage(), inAnHour, 60, name).note();
    expect(await notes.receive()).toHaveLength(3);
  });
});

test('a message that somebody else has received since is left to him', async () => {
  const { queues, names } = await filledInStorage([['a'], []]);
  const [message] = await queues.receive(1);
  if (message === undefined) throw new Error('nothing was received');
  const queue = storage().queue(`${names[0]}-poison`);
  const shown = await queue.updateMessage(message.messageId, message.popReceipt, 'a', 0);
  expect(shown.popReceipt).not.toBe(message.popReceipt);
  await queues.remove(message);
  expect((await queues.receive(1)).map(({ messageId }) => messageId)).toEqual([message.messageId]);
});
