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

const rejecting = `
  app.http('reject', { handler: async () => { void Promise.reject(new Error('floating\\nline')); await sleep(60_000) } });
  app.http('late', { handler: async () => { setTimeout(() => { throw new Error('late') }, 10); await sleep(60_000) } });
  app.http('slow', { handler: async () => { note('slow'); await sleep(60_000); return {} } });
  app.http('pid', { handler: () => ({ jsonBody: process.pid }) });
`;

describe('an error that nobody caught', () => {
  test('ends the worker: every invocation in it fails, and the next runs in a new one', async () => {
    const app = await hostApp(rejecting);
    const pid = async () => (await fetch(`${app.url}/api/pid`)).json();
    const first = await pid();
    const slow = fetch(`${app.url}/api/slow`);
    await app.untilNotes(1);
    expect((await fetch(`${app.url}/api/reject`)).status).toBe(500);
    expect((await slow).status).toBe(500);
    expect(await pid()).not.toBe(first);
    expect(app.lines).toContain('the worker ended (1 of 3): Error: floating\\nline');
    expect(app.lines).toContainEqual(
      expect.stringMatching(/^slow .* failed .*: the worker ended: Error: floating/),
    );
  });

  test('recycles the host at the third time, also where it was thrown late', async () => {
    const app = await hostApp(rejecting);
    for (let time = 0; time < 3; time += 1) {
      expect((await fetch(`${app.url}/api/late`)).status).toBe(500);
    }
    expect(await app.host.recycled).toBe('Error: late');
    expect((await fetch(`${app.url}/api/pid`)).status).toBe(500);
  });

  test('makes the messages in work come again', async () => {
    const queueName = `q-${randomUUID()}`;
    await new QueueClient(azurite.connectionString, queueName).create();
    const app = await hostApp(
      `app.storageQueue('work', { queueName: '${queueName}', connection: 'AzureWebJobsStorage', handler: async (message, context) => {
         const { dequeueCount } = context.triggerMetadata;
         note(dequeueCount);
         if (dequeueCount === 1) { void Promise.reject(new Error('floating')); await sleep(60_000) }
       } });`,
      { AzureWebJobsStorage: azurite.connectionString, GRACEWATCH_TIMING: '{"lockSeconds":3600}' },
    );
    await new QueueClient(azurite.connectionString, queueName).sendMessage(
      Buffer.from('x').toString('base64'),
    );
    expect(await app.untilNotes(2)).toEqual([1, 2]);
  });

  test('runs no appTerminate hook', async () => {
    const app = await hostApp(`${rejecting} app.hook.appTerminate(() => note('terminated'));`);
    await fetch(`${app.url}/api/reject`);
    await fetch(`${app.url}/api/pid`);
    expect(app.notes()).toEqual([]);
  });
});

describe('a host that is stopped', () => {
  test('finishes requests under way and then lets the app end itself', async () => {
    const app = await hostApp(`
      app.hook.appStart(() => note('started'));
      app.hook.appTerminate(() => note('terminated'));
      app.http('slow', { handler: async () => { note('begin'); await sleep(700); note('end'); return { body: 'done' } } });
    `);
    const slow = fetch(`${app.url}/api/slow`);
    await app.untilNotes(2);
    await app.host.stop();
    expect(await (await slow).text()).toBe('done');
    expect(app.notes()).toEqual(['started', 'begin', 'end', 'terminated']);
    await expect(fetch(app.url)).rejects.toThrow();
  });

  test('is not held by a client that keeps its connection', async () => {
    const app = await hostApp(
      `app.http('a', { handler: async () => { note(1); await sleep(300); return {} } });`,
    );
    await (await fetch(`${app.url}/api/a`)).arrayBuffer();
    const second = fetch(`${app.url}/api/a`);
    await app.untilNotes(2);
    await app.stop();
    expect((await second).status).toBe(200);
  });

  test('waits for what was started by hand', async () => {
    const app = await hostApp(
      `app.timer('slow', { schedule: '0 0 0 1 1 *', handler: async () => { note('begin'); await sleep(700); note('end') } });`,
      { AzureWebJobsStorage: azurite.connectionString },
    );
    const headers = { 'content-type': 'application/json' };
    await fetch(`${app.url}/admin/functions/slow`, { method: 'POST', headers, body: '{}' });
    await app.untilNotes(1);
    await app.host.stop();
    expect(app.notes()).toEqual(['begin', 'end']);
  });
});

describe('a host that is stopped while something does not end', () => {
  const limit = 400;

  test('waits no longer than its limit: the request is cut off, the app ends itself, the host is gone', async () => {
    const app = await hostApp(
      `app.hook.appTerminate(() => note('terminated'));
       app.http('never', { handler: async () => { note('begin'); await sleep(3_600_000) } });`,
      {},
      undefined,
      {},
      limit,
    );
    const answer = fetch(`${app.url}/api/never`).then(
      ({ status }) => status,
      () => 'cut off',
    );
    await app.untilNotes(1);
    await app.host.stop();
    expect(await answer).toBe('cut off');
    expect(app.notes()).toEqual(['begin', 'terminated']);
    expect(app.lines).toContain('not everything was finished in 0.4 s: the rest is cut off');
  });

  test('neither tries an unfinished message again nor moves it to poison: it comes when its lock is over', async () => {
    const queueName = `q-${randomUUID()}`;
    const queue = new QueueClient(azurite.connectionString, queueName);
    await queue.create();
    await queue.sendMessage(Buffer.from('x').toString('base64'));
    const app = await hostApp(
      `app.storageQueue('work', { queueName: '${queueName}', connection: 'AzureWebJobsStorage', handler: async () => { note('begin'); await sleep(3_600_000) } });`,
      {
        AzureWebJobsStorage: azurite.connectionString,
        GRACEWATCH_TIMING: '{"lockSeconds":2,"retrySeconds":0}',
      },
      { ...quickQueues, maxDequeueCount: 1 },
      {},
      limit,
    );
    await app.untilNotes(1);
    await app.host.stop();
    // With retrySeconds 0 it would be there at once if it had been released, and gone if it had been moved.
    expect((await queue.receiveMessages()).receivedMessageItems).toEqual([]);
    for (;;) {
      const [again] = (await queue.receiveMessages()).receivedMessageItems;
      if (again !== undefined) {
        expect(again.dequeueCount).toBe(2);
        break;
      }
      await sleep(100);
    }
    expect(await new QueueClient(azurite.connectionString, `${queueName}-poison`).exists()).toBe(false);
  });

  test('does not take a timer for run that it cut off', async () => {
    const source = (handler: string) =>
      `app.timer('slow', { schedule: '0 0 0 1 1 *', runOnStartup: true, handler: ${handler} });`;
    const settings = { AzureWebJobsStorage: azurite.connectionString };
    const app = await hostApp(
      source(`async () => { note('begin'); await sleep(3_600_000) }`),
      settings,
      undefined,
      {},
      limit,
    );
    await app.untilNotes(1);
    await app.host.stop();
    const next = await hostApp(source(`(timer) => note(timer.scheduleStatus.last)`), settings);
    expect(await next.untilNotes(1)).toEqual(['0001-01-01T00:00:00']);
  });
});

describe('hooks and the log', () => {
  test('of the app run around a function and may change what it gets', async () => {
    const app = await hostApp(`
      app.hook.preInvocation((context) => { context.inputs = [{ body: 'changed' }]; context.hookData.seen = 1 });
      app.hook.postInvocation((context) => { note([context.hookData.seen, context.error?.message]); context.error = null; context.result = { body: 'saved' } });
      app.http('a', { handler: (input) => { note(input); throw new Error('once') } });
    `);
    expect(await (await fetch(`${app.url}/api/a`)).text()).toBe('saved');
    expect(app.notes()).toEqual([{ body: 'changed' }, [1, 'once']]);
  });

  test('show what the app logs, one line each, with the function and the invocation', async () => {
    const app = await hostApp(`
      console.log('while loading');
      app.http('a', { handler: (request, context) => { context.debug('hidden'); context.warn('one\\ntwo\\u202e'); console.log('bare'); return {} } });
    `);
    await fetch(`${app.url}/api/a`);
    while (!app.lines.includes('Host.Function.Console information: bare')) {
      await sleep(20);
    }
    expect(app.lines).toContain('Host.Function.Console information: while loading');
    expect(app.lines).toContainEqual(expect.stringMatching(/^a [0-9a-f-]{36} warning: one\\ntwo\\u202e$/));
    expect(app.lines.join()).not.toContain('hidden');
  });
});
