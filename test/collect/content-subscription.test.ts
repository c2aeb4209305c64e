import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CollectPorts } from '../../shared/collect/collect.ts';
import { collect } from '../../shared/collect/collect.ts';
import { later } from '../../shared/collect/collector.ts';
import { collection, unified } from './collection.ts';
import { crashing } from './crashing.ts';

const start = '2026-03-01T12:00:00.000Z';
const at = (minutes: number): string => new Date(Date.parse(start) + minutes * 60_000).toISOString();
const blob = (minutes: number): { created: string; records: [] } => ({ created: at(minutes), records: [] });
const day = 24 * 60;
const wasOff = expect.stringContaining('the subscription was off');

type Run = ReturnType<typeof collection>;

async function read(run: Run, minutes: number) {
  run.at(at(minutes));
  await run.request(unified);
  await run.settle();
  return run.row(unified);
}

describe('a subscription that had to be started', () => {
  test('covers nothing of the time before, though the list answers and is empty', async () => {
    const run = collection();
    run.activity.started = false;
    const { windows, gaps, failure } = await read(run, 0);
    expect(windows).toEqual([]);
    expect(gaps).toEqual([{ from: '2026-02-22T12:10:00.000Z', to: start, reason: wasOff }]);
    expect(failure).toBeUndefined();
    expect((await read(run, 5)).windows).toEqual([{ from: start, to: at(5) }]);
    expect((await run.row(unified)).gaps).toHaveLength(1);
  });

  test('covers nothing of the time before, though content of then is given out as well', async () => {
    const run = collection();
    run.activity.started = false;
    run.activity.start = () => {
      run.activity.started = true;
      return Promise.resolve({ kind: 'read', value: undefined });
    };
    run.activity.blobs = [blob(-600)];
    const { windows } = await read(run, 0);
    expect(run.activity.reads).toEqual([0]);
    expect(windows).toEqual([]);
  });

  test('is listed from its start once more after twelve hours: so long its first content may take', async () => {
    const run = collection();
    run.activity.started = false;
    await read(run, 0);
    for (const minutes of [5, 60, 12 * 60 - 5]) await read(run, minutes);
    run.activity.blobs = [blob(30)];
    const before = run.activity.reads.length;
    await read(run, 12 * 60);
    expect(run.activity.reads.length - before).toBe(1);
    await read(run, 12 * 60 + 5);
    expect(run.activity.reads.length - before).toBe(1);
  });

  test('leaves a gap from what was read last, also where content of then had not been read yet', async () => {
    const run = collection();
    await read(run, 0);
    await read(run, 60);
    run.activity.started = false;
    const { windows, gaps } = await read(run, 3 * 60);
    expect(windows).toEqual([{ from: start, to: at(60) }]);
    expect(gaps).toEqual([{ from: at(60), to: at(3 * 60), reason: wasOff }]);
    expect((await read(run, 3 * 60 + 5)).windows).toEqual([
      { from: start, to: at(60) },
      { from: at(180), to: at(185) },
    ]);
  });

  test('as AF20023 is started once in a run, and told where that does not help', async () => {
    const run = collection();
    await read(run, 0);
    Object.assign(run.activity, {
      started: false,
      offCode: 'AF20023',
      startFails: { kind: 'refused', reason: 'the Activity API answered 400 (AF20023)', code: 'AF20023' },
    });
    const told = await read(run, 10);
    expect(run.activity.starts).toBe(1);
    expect(told.failure).toEqual({ at: at(10), reason: expect.stringContaining('AF20023') });
    expect(told.gaps).toEqual([{ from: start, to: at(10), reason: wasOff }]);
    await read(run, 15);
    expect(run.activity.starts).toBe(2);
    expect((await run.row(unified)).failure?.at).toBe(at(10));

    // An administrator has switched it on meanwhile: since when nobody tells.
    run.activity.started = true;
    run.activity.startFails = undefined as never;
    const back = await read(run, 60);
    expect(back.failure).toBeUndefined();
    expect(back.gaps).toEqual([{ from: start, to: at(60), reason: wasOff }]);
    expect(back.windows).toEqual([]);
    expect((await read(run, 65)).windows).toEqual([{ from: at(60), to: at(65) }]);
  });

  test('and is off again at once is told, with one gap that grows', async () => {
    const run = collection();
    await read(run, 0);
    run.activity.started = false;
    run.activity.start = () => Promise.resolve({ kind: 'read', value: undefined });
    for (const minutes of [10, 15, 20]) await read(run, minutes);
    const { gaps, failure } = await run.row(unified);
    expect(gaps).toEqual([{ from: start, to: at(20), reason: wasOff }]);
    expect(failure?.at).toBe(at(10));
  });
});

describe('a subscription that was stopped and started again between two runs', () => {
  test('leaves a gap up to the first content that is given out since', async () => {
    const run = collection();
    run.activity.blobs = [blob(-100), blob(-30)];
    await read(run, 0);
    run.activity.givenFrom = at(20);
    run.activity.blobs.push(blob(10), blob(40));
    const { windows, gaps } = await read(run, 60);
    expect(gaps).toEqual([{ from: start, to: at(40), reason: expect.stringContaining('started again') }]);
    expect(windows).toEqual([
      { from: at(-100), to: start },
      { from: at(40), to: at(60) },
    ]);
    expect((await read(run, 65)).windows.at(-1)).toEqual({ from: at(40), to: at(65) });
    expect((await run.row(unified)).gaps).toHaveLength(1);
  });

  test('up to the run where nothing is given out yet', async () => {
    const run = collection();
    run.activity.blobs = [blob(-30)];
    await read(run, 0);
    run.activity.givenFrom = at(20);
    expect((await read(run, 60)).gaps).toMatchObject([{ from: start, to: at(60) }]);
  });

  test('what was read is not fetched again to see that', async () => {
    const run = collection();
    run.activity.blobs = [blob(-100)];
    for (let minutes = 0; minutes < 60; minutes += 5) await read(run, minutes);
    expect(run.activity.reads).toEqual([0]);
    expect((await run.row(unified)).gaps).toEqual([]);
  });
});

describe('a subscription that was on when it was first looked at', () => {
  test('counts from the first content that shows it', async () => {
    const run = collection();
    run.activity.blobs = [blob(-3 * day), blob(-2 * day), blob(-10)];
    const { windows, gaps } = await read(run, 0);
    expect(windows).toEqual([{ from: at(-3 * day), to: start }]);
    expect(gaps).toEqual([]);
  });

  test('and of which there is no content from the look on: it may have been started a minute ago', async () => {
    const run = collection();
    expect((await read(run, 0)).windows).toEqual([]);
    expect((await read(run, 5)).windows).toEqual([{ from: start, to: at(5) }]);
  });
});

test('that auditing was never switched on in the tenant is told, and nothing is covered', async () => {
  const run = collection();
  run.activity.started = false;
  const reason = 'the Activity API answered 400: it knows no such tenant';
  run.activity.startFails = { kind: 'refused', reason, status: 400, code: 'AF20011' };
  const { failure, windows } = await read(run, 0);
  expect(failure?.reason).toContain('never switched on');
  expect(windows).toEqual([]);
  run.activity.startFails = undefined as never;
  expect((await read(run, 60)).gaps).toMatchObject([{ from: '2026-02-22T12:10:00.000Z', to: at(60) }]);
});

test('a run that has to wait for days does not ask for what is not kept any more: that is a gap', async () => {
  const run = collection();
  run.activity.blobs = [blob(-6 * day)];
  await read(run, 0);
  const list = run.activity.listContent.bind(run.activity);
  run.activity.listContent = (tenant, type, window, page) => {
    const isTooOld = window.from < new Date(run.ports.clock.now().getTime() - 7 * day * 60_000).toISOString();
    return isTooOld
      ? Promise.resolve({ kind: 'refused', reason: 'AF20030', status: 400, code: 'AF20030' })
      : list(tenant, type, window, page);
  };
  run.at(at(6 * day));
  await run.request(unified);
  const [request] = run.queues.take('collect');
  if (request !== undefined) await run.handle(request);
  run.at(at(8 * day));
  await run.settle();
  const { failure, gaps, windows } = await run.row(unified);
  expect(failure).toBeUndefined();
  expect(gaps).toEqual([{ from: start, to: at(day + 10), reason: expect.stringContaining('seven days') }]);
  expect(windows.at(-1)).toEqual({ from: at(day + 10), to: at(6 * day) });
});

test('a crash at any call leaves the gap of a start', async () => {
  for (const after of [false, true]) {
    for (let failing = 0; ; failing += 1) {
      const run = collection();
      run.activity.blobs = [blob(-30)];
      await read(run, 0);
      run.activity.started = false;
      run.at(at(60));
      await run.request(unified);
      let ports: CollectPorts & { calls?: () => number } = crashing(run.ports, failing, after);
      const crashes = ports.calls;
      for (let count = 0; count < 60; count += 1) {
        const [message, ...rest] = run.queues.take('collect');
        for (const { envelope } of rest) {
          await run.queues.send('collect', envelope.tenantId, envelope.kind, envelope.items);
        }
        if (message === undefined) break;
        try {
          await collect(message.envelope, ports, { retrySeconds: 30 });
        } catch {
          // The queue brings the message again.
          ports = run.ports;
          const { tenantId, kind, items } = message.envelope;
          await run.queues.send('collect', tenantId, kind, items);
        }
      }
      const { windows, gaps } = await read(run, 70);
      expect(gaps).toMatchObject([{ from: start, to: at(60) }]);
      expect(windows).toEqual([
        { from: at(-30), to: start },
        { from: at(60), to: at(70) },
      ]);
      if ((crashes?.() ?? 0) <= failing) break;
    }
  }
});

test('whenever it is stopped, nothing counts as covered that was not given out or not read', async () => {
  const event = fc.record({
    minutes: fc.integer({ min: 1, max: 300 }),
    kind: fc.constantFrom('stop', 'run', 'content'),
  });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(event, { maxLength: 25 }), async (startsOn, events) => {
      const run = collection();
      const { activity } = run;
      activity.started = startsOn;
      activity.givenFrom = start;
      let minutes = 1;
      let stoppedAt = startsOn ? undefined : -7 * day;
      /** Times in which it was off and that ended with a run that found it so. */
      const foundOff: [string, string][] = [];
      for (const { minutes: passed, kind } of events) {
        minutes += passed;
        if (kind === 'stop' && activity.started) {
          activity.started = false;
          stoppedAt = minutes;
        }
        if (kind === 'content' && activity.started) activity.blobs.push(blob(minutes));
        if (kind === 'run') {
          if (!activity.started && stoppedAt !== undefined) foundOff.push([at(stoppedAt), at(minutes)]);
          await read(run, minutes);
        }
      }
      const { windows, gaps } = events.some(({ kind }) => kind === 'run')
        ? await run.row(unified)
        : { windows: [], gaps: [] };
      const isCovered = ({ created }: { created: string }): boolean =>
        windows.some(({ from, to }) => from <= created && created < to);
      const unread = activity.blobs.filter((one, index) => isCovered(one) && !activity.reads.includes(index));
      expect(unread).toEqual([]);
      for (const [from, to] of foundOff) {
        expect(windows.filter((window) => window.from < to && from < window.to)).toEqual([]);
        expect(gaps.some((gap) => gap.from <= later(from, start) && to <= gap.to)).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});
