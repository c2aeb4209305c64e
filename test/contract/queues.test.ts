import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createOversizeBlobs } from '../../shared/adapters/oversize-blobs.ts';
import { createQueues, queueNames } from '../../shared/adapters/queues.ts';
import { maximumMessageBytes, readEnvelope } from '../../shared/envelope.ts';
import type { Envelope } from '../../shared/envelope.ts';
import type { OversizeItems, Queues } from '../../shared/ports.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';

interface Harness {
  queues: Queues;
  oversize: OversizeItems;
  /** The envelopes in the queue `collect` that can be seen now. */
  arrived: () => Promise<Envelope[]>;
}

function inMemory(): Harness {
  const queues = createMemoryQueues();
  return {
    queues,
    oversize: queues,
    arrived: () =>
      Promise.resolve(
        queues
          .messages('collect')
          .filter(({ delaySeconds }) => delaySeconds === 0)
          .map(({ envelope }) => envelope),
      ),
  };
}

function inStorage(): Harness {
  const oversize = createOversizeBlobs(storage().container(freshName()));
  const name = freshName();
  const queue = storage().queue(name);
  return {
    queues: createQueues(storage(), oversize, { ...queueNames, collect: name, verdicts: freshName() }),
    oversize,
    arrived: async () => {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: 32,
        visibilityTimeout: 30,
      });
      return receivedMessageItems.map(({ messageText }) =>
        readEnvelope(JSON.parse(Buffer.from(messageText, 'base64').toString('utf8'))),
      );
    },
  };
}

async function sentAndResolved({ queues, oversize, arrived }: Harness, items: unknown[]): Promise<unknown[]> {
  await queues.send('collect', contoso, 'records', items);
  const envelopes = await arrived();
  return (await Promise.all(envelopes.map((envelope) => oversize.resolve(envelope.items)))).flat();
}

describe.each([
  ['in memory', inMemory],
  ['in storage', inStorage],
])('queues %s', (_, createHarness) => {
  test('carry items to the reader with tenant and kind', async () => {
    const { queues, arrived } = createHarness();
    await queues.send('collect', contoso, 'records', [{ id: 4, text: 'ü\n' }, { id: 5 }]);
    expect(await arrived()).toEqual([
      { v: 1, tenantId: contoso, kind: 'records', items: [{ id: 4, text: 'ü\n' }, { id: 5 }] },
    ]);
  });

  test('send nothing for no items', async () => {
    const { queues } = createHarness();
    await queues.send('collect', contoso, 'records', []);
    expect(await queues.depth('collect')).toBe(0);
  });

  test('split what is too much for one message, and lose and repeat nothing', async () => {
    const harness = createHarness();
    const items = Array.from({ length: 40 }, (__, n) => ({ n, text: 'ä'.repeat(3000) }));
    const received = await sentAndResolved(harness, items);
    expect(received).toHaveLength(40);
    expect(received).toEqual(expect.arrayContaining(items));
    expect(await harness.queues.depth('collect')).toBeGreaterThan(4);
  });

  test('carry an item that just fits a message, and by reference one that does not', async () => {
    const frame =
      Buffer.byteLength(JSON.stringify({ v: 1, tenantId: contoso, kind: 'records', items: [''] })) + 1;
    for (const length of [maximumMessageBytes - frame, maximumMessageBytes - frame + 1, 400_000]) {
      const harness = createHarness();
      const item = 'x'.repeat(length);
      await harness.queues.send('collect', contoso, 'records', [item]);
      const [envelope] = await harness.arrived();
      expect(envelope?.items[0] === item).toBe(length === maximumMessageBytes - frame);
      expect((await harness.oversize.resolve(envelope?.items ?? []))[0] === item).toBe(true);
    }
  });

  test('keep small and large items together', async () => {
    const items = ['small', { large: 'x'.repeat(60_000) }, 7, { large: 'y'.repeat(60_000) }];
    const received = await sentAndResolved(createHarness(), items);
    expect(received).toHaveLength(4);
    expect(received).toEqual(expect.arrayContaining(items));
  });

  test('hide a delayed message, but count it', async () => {
    const { queues, arrived } = createHarness();
    await queues.send('collect', contoso, 'records', [1], { delaySeconds: 3600 });
    expect(await arrived()).toEqual([]);
    expect(await queues.depth('collect')).toBe(1);
  });

  test('keep queues apart', async () => {
    const { queues } = createHarness();
    await queues.send('verdicts', contoso, 'findings', [1]);
    expect(await queues.depth('verdicts')).toBe(1);
    expect(await queues.depth('collect')).toBe(0);
  });

  test('say so when an item that travelled by reference is not there', async () => {
    const { oversize } = createHarness();
    await expect(async () => oversize.resolve([{ oversizeBlob: 'f'.repeat(64) }])).rejects.toThrow(
      'not there',
    );
  });

  test('leave alone what only looks like a reference', async () => {
    const items = [{ oversizeBlob: 'a', more: 1 }, { oversizeBlob: 7 }, null, 'oversizeBlob'];
    expect(await createHarness().oversize.resolve(items)).toEqual(items);
  });

  test('return any items as they were sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }), async (drawn) => {
        // -0 is 0 in JSON; an object like a reference would be one.
        const items = JSON.parse(JSON.stringify(drawn)) as unknown[];
        expect(await sentAndResolved(createHarness(), items)).toEqual(items);
      }),
      { numRuns: 15 },
    );
  });
});

describe('storage queues', () => {
  test('send compact base64 that never expires', async () => {
    const name = freshName();
    const oversize = createOversizeBlobs(storage().container(freshName()));
    await createQueues(storage(), oversize, { ...queueNames, notices: name }).send(
      'notices',
      contoso,
      'k',
      [1],
    );
    const [message] = (await storage().queue(name).receiveMessages()).receivedMessageItems;
    const text = Buffer.from(message?.messageText ?? '', 'base64').toString('utf8');
    expect(text).toBe(`{"v":1,"tenantId":"${contoso}","kind":"k","items":[1]}`);
    expect(message?.expiresOn.getUTCFullYear()).toBeGreaterThan(9000);
  });

  test('wait for seven days at most, and not at all for a time that is over', async () => {
    const name = freshName();
    const oversize = createOversizeBlobs(storage().container(freshName()));
    const queues = createQueues(storage(), oversize, { ...queueNames, collect: name });
    for (const delaySeconds of [30 * 24 * 60 * 60, -5, 0.2]) {
      await queues.send('collect', contoso, 'k', [delaySeconds], { delaySeconds });
    }
    expect(await queues.depth('collect')).toBe(3);
    const { receivedMessageItems } = await storage().queue(name).receiveMessages({ numberOfMessages: 10 });
    expect(receivedMessageItems).toHaveLength(1);
  });

  test('put the same large item into the same blob', async () => {
    const blobs = createOversizeBlobs(storage().container(freshName()));
    const [first, again] = [await blobs.put({ a: 1 }), await blobs.put({ a: 1 })];
    expect(again).toEqual(first);
    expect(await blobs.put({ a: 2 })).not.toEqual(first);
  });

  test('have the names that the function app listens on', async () => {
    const { default: names } = await import('../../shared/names.json', { with: { type: 'json' } });
    expect(new Set(Object.values(queueNames))).toEqual(new Set(Object.values(names.queues)));
    for (const [name, physical] of Object.entries(queueNames)) expect(physical).toBe(name);
  });
});
