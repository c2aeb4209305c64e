import { describe, expect, test } from '@jest/globals';
import { collection, unified } from './collection.ts';
import { passingTime } from './passing-time.ts';

/** The bare marker of a licence change as the Management Activity API lists it. */
function licenceRecord(id: string): object {
  return {
    Id: id,
    RecordType: 8,
    CreationTime: '2026-02-25T08:00:00',
    Operation: 'Change user license.',
    OrganizationId: '11111111-2222-4333-8444-555555555555',
    ResultStatus: 'Success',
    Workload: 'AzureActiveDirectory',
    UserId: 'admin@contoso.com',
    ObjectId: 'adele@contoso.com',
    InterSystemsId: `c-${id}`,
    ExtendedProperties: [],
    ModifiedProperties: [],
    Target: [{ ID: 'adele@contoso.com', Type: 5 }],
  };
}

const day = (number: number, time = '08:00:00'): string => `2026-02-${String(number)}T${time}.000Z`;

describe('collecting the content of the Management Activity API', () => {
  test('asks for whole seconds only, as the service takes them', async () => {
    const run = collection([], '2026-03-01T12:00:00.777Z');
    await run.request(unified);
    await run.settle();
    run.at('2026-03-01T12:05:00.333Z');
    await run.request(unified);
    await run.settle();
    const times = run.activity.windows.flatMap(({ from, to }) => [from, to]);
    expect(times.length).toBeGreaterThan(14);
    expect(times.filter((time) => !time.endsWith(':00.000Z'))).toEqual([]);
  });

  test('the first run reads seven days in windows of at most a day, with every page and blob', async () => {
    const run = collection();
    run.activity.blobs = [23, 24, 24, 24, 25, 27].map((number, index) => ({
      created: day(number),
      records: [licenceRecord(`r${String(index)}`)],
    }));
    await run.request(unified);
    await run.settle();
    expect(run.ids()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5']);
    for (const { from, to } of run.activity.windows) {
      expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(24 * 3_600_000);
      expect(Date.parse('2026-03-01T12:00:00Z') - Date.parse(from)).toBeLessThan(7 * 24 * 3_600_000);
    }
    const { windows } = await run.row(unified);
    expect(windows).toHaveLength(1);
    expect(windows[0]?.to).toBe('2026-03-01T12:00:00.000Z');
  });

  test('a subscription that was never started is started', async () => {
    const run = collection();
    run.activity.started = false;
    await run.request(unified);
    await run.settle();
    expect(run.activity.started).toBe(true);
    expect((await run.row(unified)).failure).toBeUndefined();
  });

  test('content that is expired is a known gap, and the rest is read', async () => {
    const run = collection();
    run.activity.blobs = [
      {
        created: day(25),
        records: [],
        failure: { kind: 'refused', reason: 'the Activity API answered AF20051', code: 'AF20051' },
      },
      { created: day(26), records: [licenceRecord('good')] },
    ];
    await run.request(unified);
    await run.settle();
    expect(run.ids()).toEqual(['good']);
    expect((await run.row(unified)).gaps).toEqual([
      { from: day(25), to: day(25), reason: 'the Activity API answered AF20051' },
    ]);
  });

  test('content that cannot be read stops nothing behind it, is a gap, and is tried again by every run', async () => {
    const run = collection();
    const unreadable = { kind: 'refused' as const, reason: 'the Activity API answered 403', status: 403 };
    run.activity.blobs = [
      { created: day(25), records: [licenceRecord('behind a wall')], failure: unreadable },
      { created: day(26), records: [licenceRecord('good')] },
    ];
    await run.request(unified);
    await run.settle();
    expect(run.ids()).toEqual(['good']);
    const blind = await run.row(unified);
    expect(blind.gaps).toEqual([
      {
        from: day(25),
        to: day(25),
        reason: unreadable.reason,
        content: '0',
        tries: 3,
        triedAt: '2026-03-01T12:00:00.000Z',
      },
    ]);
    expect(blind.failure).toEqual({ at: day(25), reason: expect.stringContaining('403') });

    delete run.activity.blobs[0]?.failure;
    run.at('2026-03-01T12:05:00.000Z');
    await run.request(unified);
    await run.settle();
    expect(run.ids()).toEqual(['behind a wall', 'good']);
    const healed = await run.row(unified);
    expect(healed.gaps).toEqual([]);
    expect(healed.failure).toBeUndefined();
  });

  test('content that is gone when it is tried again is a gap for good', async () => {
    const run = collection();
    const blob = {
      created: day(25),
      records: [],
      failure: { kind: 'refused' as const, reason: 'HTML', status: 200 },
    };
    run.activity.blobs = [blob];
    await run.request(unified);
    await run.settle();
    Object.assign(blob.failure, { reason: 'the Activity API answered AF20051', code: 'AF20051' });
    run.at('2026-03-01T12:05:00.000Z');
    await run.request(unified);
    await run.settle();
    const { gaps, failure } = await run.row(unified);
    expect(gaps).toEqual([{ from: day(25), to: day(25), reason: 'the Activity API answered AF20051' }]);
    expect(failure).toBeUndefined();
  });

  test('a permission that is missing ends the run: it is not the content', async () => {
    const run = collection();
    const failure = {
      kind: 'refused' as const,
      reason: 'AF10001',
      status: 403,
      permission: 'ActivityFeed.Read',
    };
    run.activity.blobs = [{ created: day(25), records: [], failure }];
    await run.request(unified);
    await run.settle();
    const { gaps, windows, failure: shown } = await run.row(unified);
    expect(gaps).toEqual([]);
    expect(windows.filter(({ to }) => to > day(25))).toEqual([]);
    expect(shown?.permission).toBe('ActivityFeed.Read');
  });

  test('a blob that does not answer is waited for; what was read before it counts', async () => {
    const run = collection();
    run.activity.blobs = [
      { created: day(25), records: [licenceRecord('first')] },
      {
        created: day(25),
        records: [licenceRecord('second')],
        failure: { kind: 'later', reason: 'throttled', afterSeconds: 9, throttled: true },
      },
    ];
    await run.request(unified);
    await run.settle();
    expect(run.delays).toEqual([9]);
    expect(run.ids()).toEqual(['first', 'second']);
  });

  test('an audit that is switched off in the tenant is told and moves no cursor', async () => {
    const run = collection();
    run.activity.listContent = () =>
      Promise.resolve({
        kind: 'refused',
        reason: 'the Activity API answered AF20023',
        status: 400,
        code: 'AF20023',
      });
    await run.request(unified);
    await run.settle();
    const row = await run.row(unified);
    expect(row.failure?.reason).toContain('AF20023');
    expect(row.windows).toEqual([]);
  });

  test('an outage longer than the content is kept is a known gap', async () => {
    const run = collection();
    await run.request(unified);
    await run.settle();
    run.at('2026-03-20T12:00:00.000Z');
    await run.request(unified);
    await run.settle();
    const { gaps, windows } = await run.row(unified);
    expect(gaps).toEqual([
      {
        from: '2026-03-01T12:00:00.000Z',
        to: '2026-03-13T12:10:00.000Z',
        reason: expect.stringContaining('seven days'),
      },
    ]);
    expect(windows).toEqual([{ from: '2026-03-13T12:10:00.000Z', to: '2026-03-20T12:00:00.000Z' }]);
  });
});

const broken = { kind: 'later' as const, reason: 'the Activity API answered 500' };

describe('content that fails', () => {
  test('one bad blob of 1,296 over three days: it is tried some thirty times, and no other is read late', async () => {
    const start = '2026-03-01T12:00:00.000Z';
    const run = collection([], start);
    const time = passingTime(run, start);
    const at = (seconds: number): string => new Date(Date.parse(start) + seconds * 1000).toISOString();
    // One in 200 seconds, for three days; the 40th is bad for ever.
    run.activity.blobs = Array.from({ length: 1296 }, (_, index) => ({
      created: at(index * 200),
      records: [licenceRecord(`r${String(index)}`)],
      ...(index === 40 ? { failure: broken, always: true as const } : {}),
    }));
    const lateBySeconds: number[] = [];
    const seen = new Set<string>();
    for (let slot = 0; slot <= 3 * 288; slot += 1) {
      await run.request(unified, false);
      await time.for(60);
      for (const { record } of run.delivered.splice(0)) {
        if (seen.has(record.id)) continue;
        seen.add(record.id);
        const created = run.activity.blobs[Number(record.id.slice(1))]?.created ?? '';
        lateBySeconds.push((Date.parse(time.now()) - Date.parse(created)) / 1000);
      }
      await time.for(240);
    }
    expect(seen.size).toBe(1295);
    // The five minutes between two collections, and the minute within which each was looked at.
    expect(Math.max(...lateBySeconds)).toBeLessThanOrEqual(360);
    const tries = run.activity.reads.filter((blob) => blob === 40).length;
    expect(tries).toBeGreaterThanOrEqual(20);
    // Also when the first twelve hours are listed once more.
    expect(tries).toBeLessThanOrEqual(45);
    const { gaps, failure } = await run.row(unified);
    expect(gaps).toMatchObject([{ content: '40', reason: broken.reason }]);
    expect(failure?.reason).toContain('1 pieces of content cannot be read');
  });

  test('is tried three times in its run, at its end, some seconds apart', async () => {
    const run = collection();
    run.activity.blobs = [
      { created: day(25), records: [licenceRecord('bad')], failure: broken, always: true },
      ...[25, 26, 27].map((number) => ({
        created: day(number),
        records: [licenceRecord(`r${String(number)}`)],
      })),
    ];
    await run.request(unified);
    await run.settle();
    expect(run.activity.reads).toEqual([0, 1, 2, 3, 0, 0]);
    expect(run.delays).toEqual([5]);
    expect((await run.row(unified)).gaps).toMatchObject([{ content: '0', tries: 3 }]);
  });

  test('and is read at the second try leaves no gap and no failure', async () => {
    const run = collection();
    run.activity.blobs = [{ created: day(25), records: [licenceRecord('shy')], failure: broken }];
    await run.request(unified);
    await run.settle();
    expect(run.ids()).toEqual(['shy']);
    const { gaps, failure, windows } = await run.row(unified);
    expect(gaps).toEqual([]);
    expect(failure).toBeUndefined();
    expect(windows).toHaveLength(1);
  });

  test('stands in the gaps as soon as its window counts as covered: a run that dies then loses nothing', async () => {
    const run = collection();
    run.activity.blobs = [
      { created: day(25), records: [licenceRecord('bad')], failure: broken, always: true },
    ];
    await run.request(unified);
    for (let handled = 0; handled < 200; handled += 1) {
      const [message] = run.queues.take('collect');
      if (message === undefined) break;
      await run.handle(message);
      const { windows, gaps } = await run.row(unified);
      if (windows.some(({ from, to }) => from <= day(25) && day(25) < to)) {
        expect(gaps).toMatchObject([{ content: '0' }]);
      }
    }
    expect((await run.row(unified)).finishedAt).toBeDefined();
  });

  test('by the timer it is tried ever more rarely; by hand at once, whatever was tried before', async () => {
    const run = collection();
    run.activity.blobs = [
      { created: day(25), records: [licenceRecord('bad')], failure: broken, always: true },
    ];
    await run.request(unified);
    await run.settle();
    const tries = () => run.activity.reads.length;
    const before = tries();
    let minute = 0;
    const collect = async (byHand: boolean) => {
      minute += 5;
      run.at(new Date(Date.parse('2026-03-01T12:00:00.000Z') + minute * 60_000 + 30_000).toISOString());
      await run.request(unified, byHand);
      await run.settle();
    };
    for (let n = 0; n < 12; n += 1) await collect(false);
    // After 5 minutes, 10 more, and 20 more.
    expect(tries() - before).toBe(3);
    await collect(true);
    expect(tries() - before).toBe(4);
    delete run.activity.blobs[0]?.failure;
    await collect(true);
    expect(run.ids()).toEqual(['bad']);
    expect((await run.row(unified)).gaps).toEqual([]);
  });

  test('waits for nobody: a request that comes while it is tried again begins a run with what is new', async () => {
    const start = '2026-03-01T12:00:00.000Z';
    const run = collection([], start);
    const time = passingTime(run, start);
    run.activity.blobs = Array.from({ length: 4 }, () => ({
      created: day(25),
      records: [],
      failure: broken,
      always: true as const,
    }));
    await run.request(unified);
    await time.for(1);
    run.activity.blobs.push({ created: time.now(), records: [licenceRecord('new')] });
    await time.for(1);
    await run.request(unified);
    await time.for(10);
    expect(run.ids()).toEqual(['new']);
  });

  test('and is read when it is listed once more is no gap any longer', async () => {
    const run = collection();
    const created = '2026-03-01T11:58:00.000Z';
    run.activity.blobs = [{ created, records: [licenceRecord('bad')], failure: broken, always: true }];
    await run.request(unified);
    await run.settle();
    delete run.activity.blobs[0]?.failure;
    // Windows overlap by a quarter of an hour; the gap itself is due at 12:05.
    run.at('2026-03-01T12:04:00.000Z');
    await run.request(unified, false);
    await run.settle();
    expect(run.ids()).toEqual(['bad']);
    expect((await run.row(unified)).gaps).toEqual([]);
  });

  test('with a time to come again has its step end there, and the rest goes on then', async () => {
    const run = collection();
    run.activity.blobs = [
      { created: day(25), records: [licenceRecord('first')], failure: { ...broken, afterSeconds: 7 } },
      { created: day(25), records: [licenceRecord('second')] },
    ];
    await run.request(unified);
    await run.settle();
    expect(run.delays[0]).toBe(7);
    expect(run.ids()).toEqual(['first', 'second']);
  });

  test('everywhere is no matter of single pieces: the source waits for the service', async () => {
    const start = '2026-03-01T12:00:00.000Z';
    const run = collection([], start);
    const time = passingTime(run, start);
    run.activity.blobs = Array.from({ length: 520 }, (_, index) => ({
      created: day(25),
      records: [licenceRecord(`r${String(index)}`)],
      failure: broken,
      always: true as const,
    }));
    await run.request(unified);
    await time.for(3600);
    const away = await run.row(unified);
    expect(away.gaps).toHaveLength(500);
    expect(away.failure?.reason).toContain('500');
    expect(away.windows.some(({ to }) => to > day(25))).toBe(false);

    for (const blob of run.activity.blobs) delete blob.failure;
    for (let n = 0; n < 16; n += 1) {
      await run.request(unified);
      await time.for(300);
    }
    expect(run.ids()).toHaveLength(520);
    const healed = await run.row(unified);
    expect(healed.gaps).toEqual([]);
    expect(healed.failure).toBeUndefined();
  });

  test('until it is older than it is kept is a gap for good', async () => {
    const start = '2026-03-01T12:00:00.000Z';
    const run = collection([], start);
    run.activity.blobs = [{ created: day(28), records: [], failure: broken, always: true }];
    await run.request(unified);
    await run.settle();
    run.at('2026-03-08T12:00:00.000Z');
    await run.request(unified);
    await run.settle();
    const { gaps, failure } = await run.row(unified);
    expect(gaps.filter(({ from }) => from === day(28))).toEqual([
      { from: day(28), to: day(28), reason: broken.reason },
    ]);
    expect(failure).toBeUndefined();
  });
});
