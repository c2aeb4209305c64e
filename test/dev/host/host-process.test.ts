import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import names from '../../../shared/names.json' with { type: 'json' };
import { type FunctionApp, writeFunctionApp } from '../../builders/function-app.ts';

jest.setTimeout(120_000);

const script = fileURLToPath(new URL('../../../dev/host.ts', import.meta.url));

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const started: { process: ChildProcess; app: FunctionApp }[] = [];
afterEach(async () => {
  for (const { process, app } of started.splice(0)) {
    if (process.exitCode === null && process.signalCode === null) {
      process.kill('SIGKILL');
      await once(process, 'exit');
    }
    app.remove();
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** `npm run host` over an app of the test's own. */
function runHost(source: string, port: number, settings: Record<string, string> = {}) {
  const app = writeFunctionApp(source);
  const process = spawn(globalThis.process.execPath, [script, app.root], {
    env: { ...app.settings, ...settings, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push({ process, app });
  let said = '';
  for (const output of [process.stdout, process.stderr]) {
    output.on('data', (data: Buffer) => {
      said += data.toString();
    });
  }
  const exited = once(process, 'exit') as Promise<[number | null, string | null]>;
  return {
    app,
    process,
    exited,
    said: () => said,
    url: `http://127.0.0.1:${String(port)}`,
    /** Waits for a host in another process than the one given. */
    processId: async (but?: number): Promise<number> => {
      for (;;) {
        const status = await fetch(`http://127.0.0.1:${String(port)}/admin/host/status`)
          .then((response) => response.json() as Promise<{ state: string; processId: number }>)
          .catch(() => undefined);
        if (status?.state === 'Running' && status.processId !== but) {
          return status.processId;
        }
        await sleep(50);
      }
    },
  };
}

async function untilGone(port: number): Promise<void> {
  while (
    await fetch(`http://127.0.0.1:${String(port)}/`).then(
      () => true,
      () => false,
    )
  ) {
    await sleep(50);
  }
}

const slow = `app.http('slow', { handler: async () => { note('begin'); await sleep(1000); note('end'); return { body: 'done' } } });`;

describe('npm run host', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s after what runs is finished',
    async (signal) => {
      const host = runHost(slow, await freePort());
      await host.processId();
      const answer = fetch(`${host.url}/api/slow`);
      await host.app.untilNotes(1);
      host.process.kill(signal);
      expect(await (await answer).text()).toBe('done');
      expect(await host.exited).toEqual([0, null]);
      expect(host.app.notes()).toEqual(['begin', 'end']);
    },
  );

  test('takes a signal that comes twice at once, as from npm and the terminal, for one', async () => {
    const host = runHost(slow, await freePort());
    await host.processId();
    const answer = fetch(`${host.url}/api/slow`);
    await host.app.untilNotes(1);
    host.process.kill('SIGINT');
    await sleep(50);
    host.process.kill('SIGINT');
    expect(await (await answer).text()).toBe('done');
    expect(await host.exited).toEqual([0, null]);
  });

  test('ends at once on a second signal', async () => {
    const port = await freePort();
    const host = runHost(
      `app.http('never', { handler: async () => { note('begin'); await sleep(3_600_000) } });`,
      port,
    );
    await host.processId();
    const answer = fetch(`${host.url}/api/never`).catch(() => 'cut off');
    await host.app.untilNotes(1);
    host.process.kill('SIGTERM');
    await sleep(700);
    host.process.kill('SIGTERM');
    expect(await host.exited).toEqual([143, null]);
    expect(await answer).toBe('cut off');
    await untilGone(port);
  });

  test('ends when its processId is asked to end', async () => {
    const host = runHost(slow, await freePort());
    process.kill(await host.processId(), 'SIGTERM');
    expect(await host.exited).toEqual([0, null]);
  });

  test('goes on after its processId was killed; the message in work comes again after its lock', async () => {
    const queueName = `q-${randomUUID()}`;
    const queue = new QueueClient(azurite.connectionString, queueName);
    await queue.create();
    const host = runHost(
      `app.storageQueue('work', { queueName: '${queueName}', connection: 'AzureWebJobsStorage', handler: async (message, context) => {
         note(['begin', context.triggerMetadata.dequeueCount]);
         await sleep(context.triggerMetadata.dequeueCount === 1 ? 3_600_000 : 0);
         note(['end']);
       } });`,
      await freePort(),
      { AzureWebJobsStorage: azurite.connectionString, GRACEWATCH_TIMING: '{"lockSeconds":1}' },
    );
    const first = await host.processId();
    await queue.sendMessage(Buffer.from('x').toString('base64'));
    await host.app.untilNotes(1);
    process.kill(first, 'SIGKILL');
    expect(await host.processId(first)).not.toBe(first);
    expect(await host.app.untilNotes(3)).toEqual([['begin', 1], ['begin', 2], ['end']]);
    host.process.kill('SIGTERM');
    expect(await host.exited).toEqual([0, null]);
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
  });

  test('leaves no functions running when the host is killed', async () => {
    const host = runHost(
      `app.http('pid', { handler: () => ({ jsonBody: process.pid }) });`,
      await freePort(),
    );
    const first = await host.processId();
    const worker = (await (await fetch(`${host.url}/api/pid`)).json()) as number;
    expect(worker).not.toBe(first);
    process.kill(first, 'SIGKILL');
    await host.processId(first);
    await untilEnded(worker);
  });

  test('leaves nothing behind when it is killed itself', async () => {
    const port = await freePort();
    const host = runHost(slow, port);
    const processId = await host.processId();
    host.process.kill('SIGKILL');
    await untilEnded(processId);
    await untilGone(port);
  });

  test('is recycled and comes back when its functions end it three times', async () => {
    const host = runHost(
      `app.http('reject', { handler: async () => { void Promise.reject(new Error('floating')); await sleep(60_000) } });`,
      await freePort(),
    );
    const first = await host.processId();
    for (let time = 0; time < 3; time += 1) {
      await fetch(`${host.url}/api/reject`);
    }
    expect(await host.processId(first)).not.toBe(first);
    expect(host.said()).toContain('the worker ended too often, so the host is recycled: Error: floating');
    expect(host.said()).toContain('is started again');
  });

  test('says in one line that the port is in use and ends', async () => {
    const port = await freePort();
    const first = runHost(slow, port);
    await first.processId();
    const second = runHost(slow, port);
    expect(await second.exited).toEqual([1, null]);
    expect(second.said().trim()).toBe(
      `The host cannot start: port ${String(port)} is in use: stop what listens there or set PORT`,
    );
    await first.processId();
  });

  test('goes on without a function where the app throws, as on Azure, and ends when it is told to', async () => {
    const host = runHost(`throw new Error('GRACEWATCH_CREDENTIAL is missing')`, await freePort());
    await host.processId();
    expect((await fetch(`${host.url}/api/health`)).status).toBe(404);
    expect(host.said()).toContain('Host.Function.Console error: Error: GRACEWATCH_CREDENTIAL is missing');
    host.process.kill('SIGTERM');
    expect(await host.exited).toEqual([0, null]);
  });

  test('makes the queues of the project before it starts, and no other', async () => {
    const own = await startAzurite();
    const host = runHost(
      `app.storageQueue('other', { queueName: 'other', connection: 'AzureWebJobsStorage', handler: () => 1 });`,
      await freePort(),
      { AzureWebJobsStorage: own.connectionString },
    );
    await host.processId();
    const made: string[] = [];
    for await (const { name } of QueueServiceClient.fromConnectionString(own.connectionString).listQueues()) {
      made.push(name);
    }
    expect(made.sort()).toEqual(Object.values(names.queues).sort());
    await own.stop();
  });

  test('says in one line that storage does not answer and ends', async () => {
    const host = runHost(slow, await freePort(), {
      AzureWebJobsStorage:
        'DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=c2VjcmV0;QueueEndpoint=http://127.0.0.1:1/contoso',
    });
    expect(await host.exited).toEqual([1, null]);
    expect(host.said()).toMatch(
      /^The host cannot start: storage at http:\/\/127\.0\.0\.1:1 cannot be used[^\n]*\n$/,
    );
  });
});

async function untilEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
}
