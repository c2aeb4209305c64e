import { randomUUID } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { type HostedApp, hostApp, stopHostedApps } from '../../builders/function-app.ts';

jest.setTimeout(120_000);

const queueName = `q-${randomUUID()}`;
let azurite: Azurite;
let app: HostedApp;
beforeAll(async () => {
  azurite = await startAzurite();
  app = await hostApp(
    `
    app.storageQueue('Work', { queueName: '${queueName}', connection: 'AzureWebJobsStorage', handler: (message, context) => {
      note({ message, metadata: context.triggerMetadata });
      if (message?.fail) throw new Error('no');
    } });
    app.timer('tick', { schedule: '0 0 0 1 1 *', handler: (timer) => note({ timer }) });
    app.http('web', { methods: ['GET', 'POST'], handler: async (request) => note({ method: request.method, body: await request.text() }) });
    `,
    { AzureWebJobsStorage: azurite.connectionString },
  );
});
afterAll(async () => {
  await stopHostedApps();
  await azurite.stop();
});

const json = { 'content-type': 'application/json' };
const order = (name: string, body: string | undefined, headers: Record<string, string> = json) =>
  fetch(`${app.url}/admin/functions/${name}`, {
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body }),
  });

async function noted(count: number): Promise<unknown> {
  return (await app.untilNotes(count))[count - 1];
}

describe('POST /admin/functions/{name}', () => {
  test('answers 415 without a JSON type, 400 for bad JSON, 404 for an unknown name', async () => {
    expect((await order('work', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await order('work', undefined, {})).status).toBe(415);
    expect((await order('work', '{')).status).toBe(400);
    expect((await order('work', '')).status).toBe(400);
    expect((await order('work', '{"input":{}}')).status).toBe(400);
    expect((await order('unknown', '{}')).status).toBe(404);
    expect((await fetch(`${app.url}/admin/functions/work`)).status).toBe(404);
    expect(app.notes()).toEqual([]);
  });

  test('runs a queue function with the input as its message: parsed, count 0, no message id', async () => {
    const before = app.notes().length;
    const response = await order('work', '{"input":"{\\"a\\":1}"}');
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(await noted(before + 1)).toEqual({
      message: { a: 1 },
      metadata: { queueTrigger: { a: 1 }, dequeueCount: 0, a: 1 },
    });
  });

  test('takes the name in any case, with a charset, and no input for an empty one', async () => {
    const before = app.notes().length;
    const response = await fetch(`${app.url}/Admin/Functions/WORK`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: '{}',
    });
    expect(response.status).toBe(202);
    expect(await noted(before + 1)).toMatchObject({ message: '' });
  });

  test('neither tries a failed message again nor moves it to poison', async () => {
    const before = app.notes().length;
    await order('work', JSON.stringify({ input: '{"fail":true}' }));
    await noted(before + 1);
    await order('work', JSON.stringify({ input: 'next' }));
    expect(await noted(before + 2)).toMatchObject({ message: 'next' });
    expect(await new QueueClient(azurite.connectionString, `${queueName}-poison`).exists()).toBe(false);
    expect(app.lines.filter((line) => /^Work .* failed .* no$/.test(line))).toHaveLength(1);
  });

  test('runs a timer in full', async () => {
    const before = app.notes().length;
    expect((await order('tick', '{}')).status).toBe(202);
    expect(await noted(before + 1)).toMatchObject({ timer: { isPastDue: false } });
  });

  test('runs an HTTP function too', async () => {
    const before = app.notes().length;
    expect((await order('web', '{"input":"hello"}')).status).toBe(202);
    expect(await noted(before + 1)).toEqual({ method: 'POST', body: 'hello' });
  });
});

describe('GET /admin/host/status', () => {
  test('tells that the host runs, and in which process', async () => {
    const response = await fetch(`${app.url}/admin/host/status`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      state: 'Running',
      processId: process.pid,
      version: expect.stringMatching(/^\d+\.\d+/),
    });
  });

  test('is the only other page of the administration', async () => {
    expect((await fetch(`${app.url}/admin/host/keys`)).status).toBe(404);
  });
});
