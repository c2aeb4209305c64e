import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CollectPorts } from '../../shared/collect/collect.ts';
import { logCoverage } from '../../shared/collect/coverage-kinds.ts';
import { decideStep } from '../../shared/collect/run.ts';
import { collection, entra, tenantId } from './collection.ts';
import { crashing } from './crashing.ts';
import { licenceAudit } from './simulated-sources.ts';

const audits = Array.from({ length: 9 }, (_, index) =>
  licenceAudit(`audit-${String(index)}`, `2026-02-1${String(index)}T08:00:00.000Z`),
);

const fresh = logCoverage.fresh(tenantId, entra);

describe('a run of a collector', () => {
  test('schedule-collection asks for every source of every tenant', async () => {
    const run = collection(audits);
    await run.schedule();
    const sources = run.queues
      .messages('collect')
      .map(({ envelope }) => (envelope.items[0] as { source: string }).source);
    expect(sources.sort()).toEqual([
      'activity-azure-active-directory',
      'activity-exchange',
      'entra-directory-audits',
    ]);
  });

  test('one run at a time: a request that comes meanwhile waits, and what came after its run began is read', async () => {
    const run = collection(audits);
    await run.request();
    const [first] = run.queues.take('collect');
    if (first === undefined) throw new Error('no request');
    await run.handle(first);
    run.at('2026-03-01T12:00:05.000Z');
    run.graph.audits.push(licenceAudit('meanwhile', '2026-03-01T12:00:03.000Z'));
    await run.request();
    await run.settle();
    expect((await run.row()).run).toBe(2);
    expect(run.ids()).toContain('meanwhile');
  });

  test('a request that a later run has served is dropped', async () => {
    const run = collection(audits);
    await run.request();
    await run.request();
    await run.request();
    await run.settle();
    expect((await run.row()).run).toBe(1);
  });

  test('a run whose messages are lost is replaced when its lease is over', async () => {
    const run = collection(audits);
    await run.request();
    const [first] = run.queues.take('collect');
    if (first === undefined) throw new Error('no request');
    await run.handle(first);
    run.queues.take('collect');
    run.at('2026-03-01T12:11:00.000Z');
    await run.request();
    await run.settle();
    expect((await run.row()).run).toBe(2);
    expect(run.ids()).toEqual(audits.map(({ id }) => id));
  });

  test('a try that comes before its row could be saved is done; one whose place another has taken is not', () => {
    const row = { ...fresh, run: 1, step: { number: 3, state: {}, attempt: 2 } };
    const message = { run: 1, step: 3 };
    expect(decideStep(row, { ...message, attempt: 3 })).toEqual({ kind: 'do' });
    expect(decideStep(row, { ...message, attempt: 2 })).toEqual({ kind: 'do' });
    expect(decideStep(row, { ...message, attempt: 1 })).toMatchObject({ kind: 'drop' });
  });

  test('a row from before there were attempts goes on', () => {
    const row = { ...fresh, run: 1, step: { number: 3, state: {} } };
    expect(decideStep(row, { run: 1, step: 3, attempt: 4 })).toEqual({ kind: 'do' });
    expect(decideStep(row, { run: 1, step: 2, attempt: 0 })).toEqual({ kind: 'send-next' });
  });

  test('a step of another run is dropped', async () => {
    const run = collection(audits);
    await run.request();
    await run.settle();
    await run.queues.send('collect', tenantId, 'collection-step', [
      { source: entra, run: 7, step: 0, attempt: 0 },
    ]);
    run.graph.paths.length = 0;
    await run.settle();
    expect(run.graph.paths).toEqual([]);
  });

  test.each(['one thing', 'collection-requests'])(
    'a message of the unknown kind %s is refused, so that it is kept',
    async (kind) => {
      const run = collection();
      await run.queues.send('collect', tenantId, kind, [{}]);
      await expect(run.settle()).rejects.toThrow(/does not know/);
    },
  );

  test('a crash at any place, before or after any call, loses no record and moves no cursor too far', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        fc.boolean(),
        async (failing, after, twice) => {
          const run = collection(audits);
          const healthy = { ...run.ports };
          await run.request();
          let ports: CollectPorts = crashing(healthy, failing, after);
          for (let handled = 0; ; handled += 1) {
            expect(handled).toBeLessThan(200);
            const [first, ...rest] = run.queues.take('collect');
            if (first === undefined) break;
            for (const { envelope } of rest) {
              await run.queues.send('collect', tenantId, envelope.kind, envelope.items);
            }
            Object.assign(run.ports, ports);
            try {
              await run.handle(first);
              if (twice && handled % 3 === 0) await run.handle(first);
            } catch {
              // The queue brings the message again.
              ports = healthy;
              Object.assign(run.ports, healthy);
              await run.queues.send('collect', tenantId, first.envelope.kind, first.envelope.items);
            }
          }
          run.receiveRecords();
          expect(run.ids()).toEqual(audits.map(({ id }) => id));
          expect((await run.row()).windows).toHaveLength(1);
          expect((await run.row()).step).toBeUndefined();
        },
      ),
    );
  });
});
