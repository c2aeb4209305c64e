import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { hostApp, quickQueues, stopHostedApps } from '../../builders/function-app.ts';

jest.setTimeout(120_000);

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterEach(stopHostedApps);
afterAll(() => azurite.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** An app with one queue function over a queue of its own. */
async function hostQueue(
  handler: string,
  {
    queues,
    timing,
    suffix = '',
    created = true,
  }: { queues?: object; timing?: object; suffix?: string; created?: boolean } = {},
) {
  const name = `q-${randomUUID()}${suffix}`;
  const queue = new QueueClient(azurite.connectionString, name);
  if (created) {
    await queue.create();
  }
  const settings = {
    AzureWebJobsStorage: azurite.connectionString,
    QUEUE: name,
    ...(timing === undefined ? {} : { GRACEWATCH_TIMING: JSON.stringify(timing) }),
  };
  const app = await hostApp(
    `app.storageQueue('work', { queueName: '%QUEUE%', connection: 'AzureWebJobsStorage', handler: ${handler} });`,
    settings,
    { ...quickQueues, ...queues },
  );
  return {
    ...app,
    queue,
    poison: new QueueClient(azurite.connectionString, `${name}-poison`),
  };
}

/** All messages that lie in a queue, seen or hidden; waits until there are so many. */
async function untilMessages(queue: QueueClient, count: number) {
  for (;;) {
    const peeked = await queue.peekMessages({ numberOfMessages: 32 }).catch(() => undefined);
    if (peeked !== undefined && peeked.peekedMessageItems.length >= count) {
      return peeked.peekedMessageItems;
    }
    await sleep(50);
  }
}

async function untilEmpty(queue: QueueClient) {
  while (((await queue.getProperties()).approximateMessagesCount ?? 0) > 0) {
    await sleep(50);
  }
}

describe('a message', () => {
  test('arrives parsed where it is JSON, as text where it is not, and is deleted when its function succeeds', async () => {
    const app = await hostQueue('(message) => note({ message })');
    const bodies = [
      '{"a":1}',
      '[1]',
      '4',
      'true',
      'null',
      '"text"',
      '{bad json',
      '',
      '9007199254740993',
      '"2026-02-03"',
    ];
    for (const body of bodies) {
      await app.queue.sendMessage(base64(body));
    }
    const notes = (await app.untilNotes(bodies.length)) as { message: unknown }[];
    await untilEmpty(app.queue);
    const byText = (left: unknown, right: unknown) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
    expect(notes.map(({ message }) => message).sort(byText)).toEqual(
      [{ a: 1 }, [1], 4, true, null, 'text', '{bad json', '', 9007199254740992, '2026-02-03'].sort(byText),
    );
  });

  test('brings its metadata, which its own properties overwrite', async () => {
    const app = await hostQueue('(message, context) => note(context.triggerMetadata)');
    await app.queue.sendMessage(base64('plain'));
    const [plain] = await app.untilNotes(1);
    expect(plain).toEqual({
      queueTrigger: 'plain',
      dequeueCount: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      popReceipt: expect.any(String),
      insertionTime: expect.stringMatching(/^\d{4}-/),
      expirationTime: expect.stringMatching(/^\d{4}-/),
      nextVisibleTime: expect.stringMatching(/^\d{4}-/),
    });
    await app.queue.sendMessage(base64('{"id":4,"dequeueCount":9,"at":"2026-02-03T10:00:00Z","on":true}'));
    const [, rewritten] = await app.untilNotes(2);
    expect(rewritten).toMatchObject({ id: 4, dequeueCount: 9, at: '02/03/2026 10:00:00', on: 'True' });
  });

  test('that fails comes again with a higher count, then lies in the poison queue as it was for seven days', async () => {
    const app = await hostQueue(
      `(message, context) => { note(context.triggerMetadata.dequeueCount); throw new Error('no') }`,
    );
    await app.queue.sendMessage(base64('{"bad":true}'));
    const [poison] = await untilMessages(app.poison, 1);
    expect(app.notes()).toEqual([1, 2, 3]);
    expect(poison?.messageText).toBe(base64('{"bad":true}'));
    expect(poison?.dequeueCount).toBe(0);
    const life = (poison?.expiresOn.getTime() ?? 0) - (poison?.insertedOn.getTime() ?? 0);
    expect(life).toBe(7 * 24 * 60 * 60 * 1000);
    await untilEmpty(app.queue);
    const received = await app.poison.receiveMessages();
    expect(received.receivedMessageItems[0]?.dequeueCount).toBe(1);
  });

  test('that failed stays hidden for the visibilityTimeout of host.json', async () => {
    const app = await hostQueue(`() => { note(1); throw new Error('no') }`, {
      queues: { visibilityTimeout: '01:00:00' },
    });
    await app.queue.sendMessage(base64('x'));
    await app.untilNotes(1);
    await sleep(500);
    expect(app.notes()).toHaveLength(1);
    expect((await app.queue.receiveMessages()).receivedMessageItems).toEqual([]);
  });

  test('that failed comes again sooner where retrySeconds says so', async () => {
    const app = await hostQueue(`() => { note(1); throw new Error('no') }`, {
      queues: { visibilityTimeout: '01:00:00' },
      timing: { retrySeconds: 0 },
    });
    await app.queue.sendMessage(base64('x'));
    await untilMessages(app.poison, 1);
    expect(app.notes()).toHaveLength(3);
  });

  test('that is not base64 never reaches the function: at its first reading it goes to poison as it was', async () => {
    const app = await hostQueue('() => note(1)', { queues: { visibilityTimeout: '01:00:00' } });
    await app.queue.sendMessage('{"not":"base64 of contoso"}');
    const [poison] = await untilMessages(app.poison, 1);
    expect(poison?.messageText).toBe('{"not":"base64 of contoso"}');
    expect(app.notes()).toEqual([]);
    expect(app.lines.filter((line) => line.endsWith('is not base64'))).toHaveLength(1);
    expect(app.lines.join()).not.toContain('contoso');
  });

  test('that is base64 and not UTF-8 never reaches the function: it is tried and goes to poison as it was', async () => {
    const app = await hostQueue('() => note(1)');
    const text = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('base64');
    await app.queue.sendMessage(text);
    const [poison] = await untilMessages(app.poison, 1);
    expect(poison?.messageText).toBe(text);
    expect(app.notes()).toEqual([]);
    expect(app.lines.filter((line) => line.endsWith('is not UTF-8'))).toHaveLength(3);
  });

  test('in a poison queue that fails is not moved on: it stays and comes again', async () => {
    const app = await hostQueue(
      `(message, context) => {
        note(context.triggerMetadata.dequeueCount); throw new Error('no') }`,
      {
        suffix: '-poison',
        queues: { maxDequeueCount: 1 },
        timing: { lockSeconds: 1 },
      },
    );
    await app.queue.sendMessage(base64('x'));
    expect(await app.untilNotes(3)).toEqual([1, 2, 3]);
    expect((await app.queue.getProperties()).approximateMessagesCount).toBe(1);
    await app.stop();
    const further = new QueueClient(azurite.connectionString, `${app.queue.name}-poison`);
    expect(await further.exists()).toBe(false);
  });

  test('in work stays hidden however long it takes', async () => {
    const app = await hostQueue('async () => { note("begin"); await sleep(3500); note("end") }', {
      timing: { lockSeconds: 1 },
    });
    await app.queue.sendMessage(base64('x'));
    expect(await app.untilNotes(2)).toEqual(['begin', 'end']);
    await untilEmpty(app.queue);
    expect(app.notes()).toHaveLength(2);
  });

  test('may travel without base64 where host.json says so', async () => {
    const app = await hostQueue('(message) => note(message)', { queues: { messageEncoding: 'none' } });
    await app.queue.sendMessage('{"a":1}');
    expect(await app.untilNotes(1)).toEqual([{ a: 1 }]);
  });
});

describe('a queue', () => {
  test('has at most batchSize + newBatchThreshold messages in work', async () => {
    const app = await hostQueue(
      `async () => { globalThis.now = (globalThis.now ?? 0) + 1; note(globalThis.now); await sleep(150); globalThis.now -= 1 }`,
      { queues: { batchSize: 4, newBatchThreshold: 2 } },
    );
    for (let index = 0; index < 30; index += 1) {
      await app.queue.sendMessage(base64('x'));
    }
    const inWork = (await app.untilNotes(30)) as number[];
    expect(Math.max(...inWork)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...inWork)).toBeLessThanOrEqual(6);
  });

  test('loses nothing when the host stops: what is in work is finished, the rest stays', async () => {
    const app = await hostQueue('async (message) => { note("begin"); await sleep(700); note("end") }');
    for (let index = 0; index < 40; index += 1) {
      await app.queue.sendMessage(base64('x'));
    }
    await app.untilNotes(1);
    await app.host.stop();
    const ends = app.notes().filter((note) => note === 'end').length;
    expect(app.notes().filter((note) => note === 'begin')).toHaveLength(ends);
    expect((await app.queue.getProperties()).approximateMessagesCount).toBe(40 - ends);
    // None of the rest was taken and dropped: all can be seen at once.
    const left = await app.queue.receiveMessages({ numberOfMessages: 32 });
    expect(left.receivedMessageItems).toHaveLength(Math.min(32, 40 - ends));
  });

  test('is not created by the host; when somebody has made it, it is listened to', async () => {
    const app = await hostQueue('(message) => note(message)', { created: false });
    while (!app.lines.some((line) => line.includes('QueueNotFound (404)'))) {
      await sleep(20);
    }
    expect(await app.queue.exists()).toBe(false);
    await app.queue.create();
    await app.queue.sendMessage(base64('made'));
    expect(await app.untilNotes(1)).toEqual(['made']);
  });

  test('that is deleted and made again goes on', async () => {
    const app = await hostQueue('(message) => note(message)');
    await app.queue.delete();
    while (!app.lines.some((line) => line.includes('no messages can be received'))) {
      await sleep(20);
    }
    expect(await app.queue.exists()).toBe(false);
    await app.queue.create();
    await app.queue.sendMessage(base64('after'));
    expect(await app.untilNotes(1)).toEqual(['after']);
  });
});
