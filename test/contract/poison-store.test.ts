import { describe, expect, test } from '@jest/globals';
import { createPoisonQueues } from '../../shared/adapters/poison-queues.ts';
import { createPoisonTable } from '../../shared/adapters/poison-table.ts';
import type { PoisonMessage, PoisonQueues, PoisonStore } from '../../shared/ports.ts';
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

const keptAt = '2026-02-03T09:30:00.000Z';

const stores: [string, () => PoisonStore][] = [
  ['in memory', createMemoryPoisonStore],
  ['in a table', () => createPoisonTable(storage().table(freshName()))],
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
  });

  test('holds nothing of a received message but what is to be kept', async () => {
    const store = createStore();
    const received = { ...poisoned(), popReceipt: 'AgAAAA' };
    await store.keep(received, keptAt);
    expect(await collected(store.list())).toEqual([{ ...poisoned(), keptAt }]);
  });
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
  return { queues: createPoisonQueues(storage(), names), names };
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
