import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { prepareTimer } from '../../../dev/host/timer.ts';
import { keepTimerStatus, type TimerStatus } from '../../../dev/host/timer-status.ts';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { hostApp, stopHostedApps } from '../../builders/function-app.ts';

jest.setTimeout(120_000);

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterEach(stopHostedApps);
afterAll(() => azurite.stop());

const storage = () => ({ AzureWebJobsStorage: azurite.connectionString });

describe('a timer', () => {
  test('fires at its times and tells its function so', async () => {
    const app = await hostApp(
      `app.timer('seconds', { schedule: '* * * * * *', handler: (timer, context) => note([timer, context.retryContext]) });`,
      storage(),
    );
    const [first] = await app.untilNotes(2);
    expect(first).toEqual([
      { schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false },
      null,
    ]);
  });

  test('has run in the year 1 before its first run, and then when it ran', async () => {
    const source = `app.timer('yearly', { schedule: '0 0 0 1 1 *', runOnStartup: true, handler: (timer) => note(timer) });`;
    const first = await hostApp(source, storage());
    const [before] = (await first.untilNotes(1)) as [{ scheduleStatus: Record<string, string> }];
    expect(before).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '0001-01-01T00:00:00',
        next: expect.stringMatching(/^\d{4}-01-01T00:00:00/),
        lastUpdated: expect.any(String),
      },
      isPastDue: false,
    });
    await first.stop();
    const again = await hostApp(source, storage());
    const [after] = (await again.untilNotes(1)) as [{ scheduleStatus: Record<string, string> }];
    expect(after.scheduleStatus['last']).not.toMatch(/^0001/);
  });

  test('that missed a run while no host ran is past due', async () => {
    const store = keepTimerStatus(BlobServiceClient.fromConnectionString(azurite.connectionString));
    const missed: TimerStatus = {
      Last: '2020-01-01T00:00:00.000Z',
      Next: '2021-01-01T00:00:00.000Z',
      LastUpdated: '2020-01-01T00:00:00.000Z',
    };
    await store.write('missed', missed);
    const app = await hostApp(
      `app.timer('missed', { schedule: '0 0 0 1 1 *', handler: (timer) => note(timer) });`,
      storage(),
    );
    expect(await app.untilNotes(1)).toMatchObject([
      { isPastDue: true, scheduleStatus: { last: '2020-01-01T00:00:00.000Z' } },
    ]);
  });

  test('that fails is run again in the same process as its retry says, with what went wrong', async () => {
    const app = await hostApp(
      `app.timer('failing', { schedule: '0 0 0 1 1 *', runOnStartup: true,
         retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 0 },
         handler: (timer, context) => { note([process.pid, context.retryContext]); throw new Error('no graph') } });`,
      storage(),
    );
    const notes = (await app.untilNotes(3)) as [number, { exception: { message: string } } | null][];
    expect(new Set(notes.map(([process]) => process)).size).toBe(1);
    expect(notes.map(([, context]) => context)).toEqual([
      null,
      {
        retryCount: 1,
        maxRetryCount: 2,
        exception: { message: 'Error: no graph', stackTrace: expect.any(String) },
      },
      {
        retryCount: 2,
        maxRetryCount: 2,
        exception: { message: 'Error: no graph', stackTrace: expect.any(String) },
      },
    ]);
    await app.stop();
    expect(app.lines.filter((line) => line.startsWith('failing '))).toHaveLength(3);
  });

  test('needs six fields', async () => {
    const start = (schedule: string) =>
      hostApp(`app.timer('often', { schedule: '${schedule}', handler: () => note(1) });`, storage());
    await expect(start('* * * * *')).rejects.toThrow(
      'the function often has no 6-field schedule: "* * * * *"',
    );
    await expect(start('0 99 * * * *')).rejects.toThrow('often');
  });

  test('fits both the day of the month and the day of the week', async () => {
    let status: TimerStatus | undefined;
    await prepareTimer(
      {
        kind: 'timer',
        name: 'first-monday',
        schedule: '0 30 9 1 * 1',
        runOnStartup: false,
        useMonitor: true,
        retry: undefined,
      },
      {
        read: () => Promise.resolve(undefined),
        write: (_, written) => Promise.resolve(void (status = written)),
      },
      { run: () => Promise.reject(new Error('not to be run')), finished: () => Promise.resolve() },
      () => undefined,
    );
    const next = new Date(status?.Next ?? 0);
    expect([next.getUTCDate(), next.getUTCDay(), next.getUTCHours(), next.getUTCMinutes()]).toEqual([
      1, 1, 9, 30,
    ]);
  });
});
