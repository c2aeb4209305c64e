import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOversizeBlobs } from '../../shared/adapters/oversize-blobs.ts';
import { createQueueWatch } from '../../shared/adapters/queue-watch.ts';
import { createQueues, queueNames } from '../../shared/adapters/queues.ts';
import { maximumMessageBytes } from '../../shared/envelope.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';

function freshQueues() {
  const physical = {
    ...queueNames,
    collect: freshName(),
    verdicts: freshName(),
    'evaluate-licence': freshName(),
    notices: freshName(),
  };
  const oversize = createOversizeBlobs(storage().container(freshName()));
  return {
    physical,
    queues: createQueues(storage(), oversize, physical),
    watch: createQueueWatch(storage(), physical),
  };
}

const seen = async ({ watch }: ReturnType<typeof freshQueues>, queue: string) =>
  (await watch.look()).find((look) => look.queue === queue);

test('queues that nobody has sent to yet hold nothing', async () => {
  const looks = await freshQueues().watch.look();
  expect(looks.map(({ depth, waitingSeconds }) => depth + waitingSeconds)).toEqual(looks.map(() => 0));
  expect(looks.map(({ queue }) => queue).sort()).toEqual(Object.keys(queueNames).sort());
});

test('a message waits from its insertion', async () => {
  const fresh = freshQueues();
  await fresh.queues.send('collect', contoso, 'collection-request', [{ source: 'x' }]);
  await sleep(2500);
  const look = await seen(fresh, 'collect');
  expect(look?.depth).toBe(1);
  expect(look?.waitingSeconds).toBeGreaterThanOrEqual(1);
});

test('a message that was delayed on purpose does not wait before its time, and waits from then on', async () => {
  const fresh = freshQueues();
  await fresh.queues.send('verdicts', contoso, 'look-again', [{ user: 'x' }], { delaySeconds: 3 });
  expect(await seen(fresh, 'verdicts')).toEqual({ queue: 'verdicts', depth: 1, waitingSeconds: 0 });
  await sleep(4000);
  expect((await seen(fresh, 'verdicts'))?.waitingSeconds).toBeLessThanOrEqual(2);
});

test('a message that nobody can read counts from its insertion and hides no other', async () => {
  const fresh = freshQueues();
  const client = storage().queue(fresh.physical.notices);
  await client.create();
  await client.sendMessage('not base64 {');
  await sleep(2500);
  await fresh.queues.send('notices', contoso, 'wake', [{ channel: 'x' }]);
  const look = await seen(fresh, 'notices');
  expect(look?.depth).toBe(2);
  expect(look?.waitingSeconds).toBeGreaterThanOrEqual(1);
});

test('a storage that refuses is an error and not an empty queue', async () => {
  const broken = { queue: () => storage().queue('no_such_name!') };
  await expect(createQueueWatch(broken).look()).rejects.toThrow();
});

test('a delayed message keeps within the limit of a queue, whatever its items leave free', async () => {
  const fresh = freshQueues();
  const free =
    maximumMessageBytes - JSON.stringify({ v: 1, tenantId: contoso, kind: 'k', items: [''] }).length;
  for (let length = free - 60; length <= free; length += 10) {
    await fresh.queues.send('collect', contoso, 'k', ['x'.repeat(length)], { delaySeconds: 1 });
  }
  await sleep(2500);
  const { receivedMessageItems } = await storage()
    .queue(fresh.physical.collect)
    .receiveMessages({ numberOfMessages: 32 });
  const sizes = receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').length);
  expect(sizes).toHaveLength(7);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(maximumMessageBytes);
});
