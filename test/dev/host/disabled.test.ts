import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { hostApp, stopHostedApps } from '../../builders/function-app.ts';

jest.setTimeout(120_000);

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
  await new QueueClient(azurite.connectionString, 'work').create();
});
afterEach(stopHostedApps);
afterAll(() => azurite.stop());

const source = `
  app.timer('idle', { schedule: '* * * * * *', runOnStartup: true, handler: () => note('idle') });
  app.timer('busy', { schedule: '* * * * * *', handler: () => note('busy') });
  app.storageQueue('work', { queueName: 'work', connection: 'AzureWebJobsStorage', handler: () => note('work') });
  app.http('web', { handler: () => ({ body: 'here' }) });`;
const start = (disabled: Record<string, string>) =>
  hostApp(source, {
    AzureWebJobsStorage: azurite.connectionString,
    ...Object.fromEntries(
      Object.entries(disabled).map(([name, value]) => [`AzureWebJobs.${name}.Disabled`, value]),
    ),
  });

describe('a function that a setting disables', () => {
  test('is not fired by its schedule, takes no message and answers no request', async () => {
    const app = await start({ idle: 'true', work: '1', web: 'TRUE' });
    const queue = new QueueClient(azurite.connectionString, 'work');
    await queue.sendMessage(Buffer.from('later').toString('base64'));
    expect((await fetch(`${app.url}/api/web`)).status).toBe(404);
    await app.untilNotes(3);
    expect(new Set(app.notes())).toEqual(new Set(['busy']));
    expect((await queue.peekMessages()).peekedMessageItems).toHaveLength(1);
    await queue.clearMessages();
  });

  test('still runs when it is started by hand', async () => {
    const app = await start({ idle: 'true', busy: 'true' });
    const started = await fetch(`${app.url}/admin/functions/idle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"input":""}',
    });
    expect(started.status).toBe(202);
    expect(await app.untilNotes(1)).toEqual(['idle']);
  });

  test('runs as ever where the setting says anything else', async () => {
    const app = await start({ idle: 'false', busy: '' });
    expect(new Set(await app.untilNotes(3))).toEqual(new Set(['idle', 'busy']));
  });
});
