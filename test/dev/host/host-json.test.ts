import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HostCannotStart } from '../../../dev/host/host-cannot-start.ts';
import { readHostJson } from '../../../dev/host/host-json.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gracewatch-host-json-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const path = join(folder, 'host.json');
  await writeFile(path, text);
  return readHostJson(path);
}

describe('host.json', () => {
  test('of the project can be read', async () => {
    const { queues, routePrefix } = await readHostJson(
      fileURLToPath(new URL('../../../host.json', import.meta.url)),
    );
    expect(queues).toMatchObject({ maxDequeueCount: 32, messageEncoding: 'base64' });
    expect(routePrefix).toBe('api');
  });

  test('has the defaults of the storage extension', async () => {
    const { queues } = await read('{"version":"2.0"}');
    expect(queues).toEqual({
      batchSize: 16,
      newBatchThreshold: 8 * availableParallelism(),
      maxDequeueCount: 5,
      visibilityTimeoutMilliseconds: 0,
      maxPollingMilliseconds: 60_000,
      messageEncoding: 'base64',
    });
  });

  test('may begin with a byte order mark and writes times with days and fractions', async () => {
    const times = { visibilityTimeout: '1.02:03:04', maxPollingInterval: '00:00:00.250' };
    const { queues } = await read(
      `\uFEFF${JSON.stringify({ version: '2.0', extensions: { queues: times } })}`,
    );
    expect(queues.visibilityTimeoutMilliseconds).toBe((((24 + 2) * 60 + 3) * 60 + 4) * 1000);
    expect(queues.maxPollingMilliseconds).toBe(250);
  });

  test.each([
    ['{', /is not JSON/],
    ['{"version":"1.0"}', /version is not "2.0"/],
    ['{"version":"2.0","extensions":{"queues":{"batchSize":33}}}', /extensions\.queues\.batchSize/],
    ['{"version":"2.0","extensions":{"queues":{"visibilityTimeout":30}}}', /visibilityTimeout/],
    ['{"version":"2.0","extensions":{"queues":{"maxPollingInterval":"00:00:00.050"}}}', /100 ms/],
  ])('%s is refused by name', async (text, reason) => {
    await expect(read(text)).rejects.toThrow(reason);
    await expect(read(text)).rejects.toBeInstanceOf(HostCannotStart);
  });

  test('that is not there is named', async () => {
    await expect(readHostJson('/nowhere/host.json')).rejects.toThrow('no host.json at /nowhere/host.json');
  });
});
