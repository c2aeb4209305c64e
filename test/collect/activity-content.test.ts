import { describe, expect, test } from '@jest/globals';
import { collection, unified } from './collection.ts';

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
    expect(blind.gaps).toEqual([{ from: day(25), to: day(25), reason: unreadable.reason, content: '0' }]);
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
        failure: { kind: 'later', reason: 'throttled', afterSeconds: 9 },
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
    expect(windows).toHaveLength(2);
  });
});
