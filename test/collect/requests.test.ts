import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SentMessage } from '../builders/memory-queues.ts';
import { collection, entra, tenantId } from './collection.ts';
import { crashing } from './crashing.ts';
import { passingTime } from './passing-time.ts';
import { licenceAudit } from './simulated-sources.ts';

const start = '2026-03-01T12:00:00.000Z';
const audits = ['a', 'b', 'c'].map((id) => licenceAudit(id, '2026-02-20T08:00:00.000Z'));

function watched() {
  const run = collection(audits, start);
  return { run, time: passingTime(run, start) };
}

describe('requests while a source is away', () => {
  test('cost one step each at most over a day, and one run serves all afterwards', async () => {
    const { run, time } = watched();
    run.graph.away = { kind: 'later', reason: 'Graph answered 503' };
    let requests = 0;
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      await run.request(entra, false);
      requests += 1;
      if (minute % 60 === 0) {
        for (let hand = 0; hand < 40; hand += 1) {
          run.at(new Date(Date.parse(time.now()) + hand).toISOString());
          await run.request(entra, true);
        }
        requests += 40;
      }
      await time.for(300);
    }
    // 288 of the timer and 960 by hand: a message each, one try for those that come together, and what it left void.
    expect(requests).toBe(1248);
    expect(run.graph.paths.length).toBeLessThanOrEqual(310);
    expect(time.handled).toBeLessThanOrEqual(requests + 2 * 310);
    const away = await run.row();
    expect(away.failure?.reason).toBe('Graph answered 503');
    expect(away.run).toBe(1);

    delete run.graph.away;
    run.graph.audits.push(licenceAudit('meanwhile', '2026-03-02T11:59:00.000Z'));
    await run.request(entra, false);
    await time.for(300);
    expect(run.ids()).toEqual(['a', 'b', 'c', 'meanwhile']);
    const healed = await run.row();
    // The run that waited, and one that serves every request that came meanwhile.
    expect(healed.run).toBe(2);
    expect(healed.failure).toBeUndefined();
    expect(healed.pending).toBeUndefined();
    await time.for(900);
    expect(time.waiting()).toBe(0);
  });

  test('try it at once, at most once a second', async () => {
    const { run, time } = watched();
    run.graph.away = { kind: 'later', reason: 'Graph answered 503' };
    await run.request();
    await time.for(200);
    const before = run.graph.paths.length;
    for (let tenth = 0; tenth < 50; tenth += 1) {
      await run.request();
      await time.for(0.1);
    }
    const tries = run.graph.paths.length - before;
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(tries).toBeLessThanOrEqual(5);
  });

  test('leave a time that the service named alone', async () => {
    const { run, time } = watched();
    run.graph.away = { kind: 'later', reason: 'Graph answered 429', afterSeconds: 1000 };
    await run.request();
    await time.for(1);
    expect(run.graph.paths).toHaveLength(1);
    for (let minute = 0; minute < 15; minute += 1) {
      await run.request();
      await time.for(60);
    }
    expect(run.graph.paths).toHaveLength(1);
    await time.for(120);
    expect(run.graph.paths).toHaveLength(2);
  });

  test('bring one try forward, not a second beside it', async () => {
    const { run, time } = watched();
    run.graph.away = { kind: 'later', reason: 'Graph answered 503' };
    await run.request();
    for (let minute = 0; minute < 60; minute += 5) {
      await run.request(entra, false);
      await time.for(300);
    }
    // One chain of tries goes on, whatever was brought forward: the others are void when their time comes.
    const before = run.graph.paths.length;
    await time.for(900);
    expect(run.graph.paths.length - before).toBe(1);
    expect(time.waiting()).toBe(1);
  });

  test('that come in a flood begin no more than one run a second of a source that refuses', async () => {
    const { run, time } = watched();
    run.graph.away = { kind: 'refused', reason: 'Graph answered 403', status: 403 };
    for (let tenth = 0; tenth < 100; tenth += 1) {
      await run.request();
      await time.for(0.1);
    }
    await time.for(10);
    expect(run.graph.paths.length).toBeGreaterThanOrEqual(9);
    expect(run.graph.paths.length).toBeLessThanOrEqual(12);
    expect(time.waiting()).toBe(0);
    // What was asked for last has been tried since.
    expect((await run.row()).startedAt).toMatch(/^2026-03-01T12:00:1/);
  });

  test('of which a thousand lie in the queue at once are read for once', async () => {
    const { run, time } = watched();
    for (let n = 0; n < 1000; n += 1) await run.request();
    await time.for(60);
    expect((await run.row()).run).toBe(1);
    // Three audits, two on a page.
    expect(run.graph.paths).toHaveLength(2);
  });
});

test('a run that was begun by the end of another is found again when its message was lost', async () => {
  const { run, time } = watched();
  await run.request();
  const [first] = run.queues.take('collect');
  if (first === undefined) throw new Error('no request');
  await run.handle(first);
  run.at('2026-03-01T12:00:05.000Z');
  await run.request();
  await time.for(1);
  run.queues.take('collect');
  run.at('2026-03-01T12:20:00.000Z');
  const later = passingTime(run, '2026-03-01T12:20:00.000Z');
  await run.request();
  await later.for(60);
  expect((await run.row()).step).toBeUndefined();
  expect((await run.row()).startedAt).toBe('2026-03-01T12:20:00.000Z');
});

describe('no request is lost', () => {
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('request' as const), byHand: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 90 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('away' as const), times: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('told' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refused' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        failing: fc.integer({ min: 0, max: 8 }),
        after: fc.boolean(),
      }),
    },
  );

  test('whatever comes between, and wherever a worker crashes: what was there when it came is read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 14 }), async (events) => {
        const { run, time } = watched();
        const healthy = { ...run.ports };
        let asked = '';
        for (const [index, step] of events.entries()) {
          // A run begins before it reads: nothing that comes after the read has the time of its begin.
          await time.for(0.001);
          switch (step.kind) {
            case 'request':
              run.graph.audits.push(licenceAudit(`n${String(index)}`, time.now()));
              asked = time.now();
              await run.request(entra, step.byHand);
              break;
            case 'wait':
              await time.for(step.seconds);
              break;
            case 'away':
              for (let n = 0; n < step.times; n += 1)
                run.graph.failures.push({ kind: 'later', reason: '503' });
              break;
            case 'told':
              run.graph.failures.push({ kind: 'later', reason: '429', afterSeconds: 40 });
              break;
            case 'refused':
              run.graph.failures.push({ kind: 'refused', reason: '403' });
              break;
            case 'crash':
              Object.assign(run.ports, healthy, crashing(healthy, step.failing, step.after));
          }
        }
        Object.assign(run.ports, healthy);
        // Nobody asks again: what was asked for must be read all the same, or refused by a try that came after it.
        await time.for(4 * 3600);
        expect(time.waiting()).toBe(0);
        if (asked === '') return;
        const row = await run.row();
        expect(row.step).toBeUndefined();
        expect(row.startedAt !== undefined && row.startedAt >= asked).toBe(true);
        if (row.failure === undefined) {
          expect(run.ids()).toEqual(run.graph.audits.map(({ id }) => id).sort());
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Each goes on by itself after its last request. */
const scenarios: Record<string, (watch: ReturnType<typeof watched>) => Promise<void>> = {
  'a request in the middle of a read': async ({ run, time }) => {
    await run.request();
    run.graph.whileRead = async () => {
      delete run.graph.whileRead;
      await time.passes(1);
      run.graph.audits.push(licenceAudit('late', time.now()));
      const request = requestAt(time.now());
      await run.handle(request).catch(() => comesAgain(run, request));
    };
    await time.for(5);
  },
  'a request while the source is away': async ({ run, time }) => {
    for (let n = 0; n < 3; n += 1) run.graph.failures.push({ kind: 'later', reason: '503' });
    await run.request();
    await time.for(20);
    run.graph.audits.push(licenceAudit('late', time.now()));
    await run.request();
  },
  'a request a moment after a refusal': async ({ run, time }) => {
    run.graph.failures.push({ kind: 'refused', reason: '403' });
    await run.request();
    await time.for(0.1);
    run.graph.audits.push(licenceAudit('late', time.now()));
    await run.request();
  },
};

/** As the queue brings a message again whose handling failed. */
async function comesAgain(run: ReturnType<typeof collection>, { envelope }: SentMessage): Promise<void> {
  await run.queues.send('collect', tenantId, envelope.kind, envelope.items, { delaySeconds: 30 });
}

function requestAt(requestedAt: string): SentMessage {
  const items = [{ source: entra, requestedAt, byHand: true }];
  return { envelope: { v: 1, tenantId, kind: 'collection-request', items }, delaySeconds: 0 };
}

describe('a kill before and after each call, one by one', () => {
  test.each(Object.keys(scenarios))('loses nothing: %s', async (name) => {
    let calls = Infinity;
    for (let failing = 0; failing < calls; failing += 1) {
      for (const after of [false, true]) {
        const watch = watched();
        const { run, time } = watch;
        const healthy = { ...run.ports };
        const counted = crashing(healthy, failing, after);
        Object.assign(run.ports, counted);
        await scenarios[name]?.(watch);
        // Less than a lease: nobody finds a dead run.
        await time.for(540);
        const asked = await run.row();
        expect({ failing, after, step: asked.step, waiting: asked.pending }).toEqual({
          failing,
          after,
          step: undefined,
          waiting: undefined,
        });
        expect(asked.startedAt).toBeDefined();
        const late = run.graph.audits.find(({ id }) => id === 'late')?.activityDateTime ?? '';
        expect((asked.startedAt ?? '') >= late).toBe(true);
        if (asked.failure === undefined) expect(run.ids()).toContain('late');
        calls = counted.calls();
      }
    }
    expect(calls).toBeGreaterThan(10);
  });
});
