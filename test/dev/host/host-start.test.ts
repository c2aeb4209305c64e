import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { HostCannotStart } from '../../../dev/host/host-cannot-start.ts';
import { startHost } from '../../../dev/host/start-host.ts';
import { hostApp, stopHostedApps, writeFunctionApp } from '../../builders/function-app.ts';

jest.setTimeout(120_000);
afterEach(stopHostedApps);

/** What the host says when it cannot start. */
async function refusal(
  source: string,
  settings: Record<string, string> = {},
  queues?: Record<string, unknown>,
) {
  const error = await hostApp(source, settings, queues).then(
    async (app) => {
      await app.stop();
      return undefined;
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HostCannotStart);
  return error instanceof Error ? error.message : '';
}

/** Where nobody listens. */
const deadStorage =
  'DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=c2VjcmV0;QueueEndpoint=http://127.0.0.1:1/contoso;BlobEndpoint=http://127.0.0.1:1/contoso';
const queueFunction = `app.storageQueue('work', { queueName: 'work', connection: 'AzureWebJobsStorage', handler: () => 1 });`;

describe('the host does not start, and says why, when', () => {
  test.each([
    [
      `app.storageBlob('b', { path: 'a/b', connection: 'C', handler: () => 1 });`,
      'b uses the binding blobTrigger',
    ],
    [
      `app.serviceBusQueue('s', { queueName: 'q', connection: 'C', handler: () => 1 });`,
      's uses the binding serviceBusTrigger',
    ],
    [
      `const { output } = require('@azure/functions');
       app.http('h', { extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'C' })], handler: () => 1 });`,
      'h uses the binding queue',
    ],
    [
      `app.storageQueue('q', { queueName: 'Not_Legal', connection: 'C', handler: () => 1 });`,
      'names the queue "Not_Legal"',
    ],
    [
      `app.storageQueue('q', { queueName: '', connection: 'C', handler: () => 1 });`,
      'the function q names no queue',
    ],
    [
      `app.storageQueue('q', { queueName: '%NAME%', connection: 'C', handler: () => 1 });`,
      'needs the setting NAME',
    ],
    [`app.setup({ enableHttpStream: true }); app.http('a', { handler: () => 1 });`, 'enableHttpStream'],
  ])('the app is %s', async (source, reason) => {
    expect(await refusal(source)).toContain(reason);
  });

  test('the app ends itself while it is loaded', async () => {
    expect(await refusal('process.exit(3)')).toContain('could not be loaded: exit code 3');
  });

  test('there is no bundle', async () => {
    const app = writeFunctionApp('');
    const options = {
      port: 0,
      bundlePath: join(app.root, 'none.cjs'),
      hostJsonPath: join(app.root, 'host.json'),
      settings: {},
      log: () => undefined,
    };
    await expect(startHost(options)).rejects.toThrow('npm run build');
    await expect(startHost({ ...options, hostJsonPath: '/nowhere/host.json' })).rejects.toThrow(
      'no host.json',
    );
    app.remove();
  });

  test('the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const app = writeFunctionApp(`app.http('a', { handler: () => 1 });`);
    const options = {
      port,
      bundlePath: join(app.root, 'main.cjs'),
      hostJsonPath: join(app.root, 'host.json'),
      settings: app.settings,
      log: () => undefined,
    };
    await expect(startHost(options)).rejects.toThrow(`port ${String(port)} is in use`);
    other.close();
    app.remove();
  });

  test('a storage setting is missing, asks for an identity, or is no connection string', async () => {
    expect(await refusal(queueFunction)).toContain('AzureWebJobsStorage is missing');
    expect(await refusal(queueFunction, { AzureWebJobsStorage__accountName: 'contoso' })).toContain(
      'AzureWebJobsStorage__accountName asks for an identity',
    );
    expect(await refusal(queueFunction, { AzureWebJobsStorage: 'nonsense' })).toBe(
      'AzureWebJobsStorage is no storage connection string',
    );
  });

  test('storage does not answer: the address without the key', async () => {
    const timer = `app.timer('t', { schedule: '0 0 0 1 1 *', handler: () => 1 });`;
    for (const source of [queueFunction, timer]) {
      const said = await refusal(source, { AzureWebJobsStorage: deadStorage });
      expect(said).toMatch(/^storage at http:\/\/127\.0\.0\.1:1 cannot be used/);
      expect(said).not.toContain('c2VjcmV0');
    }
  });

  test('GRACEWATCH_TIMING is malformed', async () => {
    expect(await refusal(queueFunction, { GRACEWATCH_TIMING: '{"lockSeconds":"x"}' })).toContain(
      'lockSeconds',
    );
  });
});

describe('an app that cannot be loaded', () => {
  test.each([
    [`throw new Error('GRACEWATCH_TENANTS is missing')`, 'Error: GRACEWATCH_TENANTS is missing'],
    [
      `app.http('twice', { handler: () => 1 }); app.http('Twice', { handler: () => 1 });`,
      'a function with the name "Twice" is already registered',
    ],
    [`app.http('a b', { handler: () => 1 });`, 'the function name "a b"'],
    [`require('nowhere')`, "Cannot find module 'nowhere'"],
    [`throw 'no Error'`, 'no Error'],
    [`app.hook.appStart(() => { throw new Error('in a hook') });`, 'in a hook'],
  ])('leaves the host running with no function: %s', async (source, reason) => {
    const app = await hostApp(`app.http('sound', { handler: () => ({ body: 'here' }) }); ${source}`);
    const status = await fetch(`${app.url}/admin/host/status`);
    expect(await status.json()).toMatchObject({ state: 'Running' });
    for (const route of ['sound', 'twice', 'unknown']) {
      const response = await fetch(`${app.url}/api/${route}`);
      expect([response.status, await response.text()]).toEqual([404, '']);
    }
    expect(app.lines.filter((line) => line.includes(reason))).toHaveLength(1);
    expect(app.lines).toContain(
      'the app could not be loaded: as on Azure, no function runs and every route answers 404',
    );
  });

  test('is logged as the host does: line by line, of which the words decide how grave they are', async () => {
    const app = await hostApp(
      `const error = new Error('first of several\\nsecond\\nthird has failed\\na warning'); error.stack = error.stack.split('    at')[0]; throw error;`,
      {},
      undefined,
      { default: 'Warning' },
    );
    expect(app.lines.filter((line) => line.startsWith('Host.Function.Console'))).toEqual([
      'Host.Function.Console error: Error: first of several',
      'Host.Function.Console error: third has failed',
      'Host.Function.Console warning: a warning',
    ]);
  });
});
