import { beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { AnyCollector, Collector } from '../../shared/collect/collector.ts';
import { collect, type CollectPorts } from '../../shared/collect/collect.ts';
import { sweepCoverage } from '../../shared/collect/coverage-kinds.ts';
import { scheduleCollection } from '../../shared/collect/schedule.ts';
import type { SweepCoverageRow } from '../../shared/coverage/coverage-store.ts';
import type { SweepProgress } from '../../shared/coverage/sweep-coverage.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { readStateSchema } from '../../shared/state/state.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { tenantId } from './collection.ts';
import { simulatedActivity, simulatedGraph } from './simulated-sources.ts';

/** A collector of states as one may come: the registration of every user, page by page. */
const users = ['u1', 'u2', 'u3', 'u4', 'u5'];
let now: Date;
let failures: Exclude<ReadOutcome<never>, { kind: 'read' }>[];
const stateSchema = z.object({ from: z.number() });

const madeUp: Collector<z.infer<typeof stateSchema>, SweepCoverageRow, SweepProgress> = {
  source: 'sweep-registrations',
  everyMinutes: 6 * 60,
  coverage: sweepCoverage,
  plan: () => ({ from: 0 }),
  parseState: (state) => stateSchema.parse(state),
  step(_tenantId, { from }) {
    const failure = failures.shift();
    if (failure !== undefined) return Promise.resolve(failure);
    const read = users.slice(from, from + 2);
    const items = read.map((id) => ({
      kind: 'state' as const,
      state: {
        source: 'registration' as const,
        subject: { kind: 'user' as const, id },
        readAt: now.toISOString(),
        value: { isMfaRegistered: id !== 'u1', isMfaCapable: true, methodsRegistered: ['email'] },
      },
    }));
    const progress = { subjects: read.length };
    return Promise.resolve(
      from + 2 < users.length
        ? { kind: 'next', state: { from: from + 2 }, items, progress }
        : { kind: 'done', items, progress },
    );
  },
};
const collectors: readonly AnyCollector[] = [madeUp];

let queues: ReturnType<typeof createMemoryQueues>;
let ports: CollectPorts & { coverage: ReturnType<typeof createMemoryCoverageStore> };
beforeEach(() => {
  now = new Date('2026-03-01T12:00:00.000Z');
  failures = [];
  queues = createMemoryQueues();
  ports = {
    graph: simulatedGraph([]),
    activity: simulatedActivity(() => new Date().toISOString()),
    queues,
    coverage: createMemoryCoverageStore(),
    poison: createMemoryPoisonStore(),
    clock: { now: () => now },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
});

async function schedule(byHand: boolean): Promise<number> {
  await scheduleCollection([{ id: tenantId, name: 'Contoso' }], ports, { byHand, collectors });
  return queues.messages('collect').length;
}

async function handleOne(): Promise<boolean> {
  const [first, ...rest] = queues.take('collect');
  if (first === undefined) return false;
  for (const { envelope } of rest) await queues.send('collect', tenantId, envelope.kind, envelope.items);
  now = new Date(now.getTime() + 1000 + first.delaySeconds * 1000);
  await collect(first.envelope, ports, { retrySeconds: 30 }, collectors);
  return true;
}

async function row(): Promise<SweepCoverageRow> {
  const stored = await ports.coverage.readSweep(tenantId, 'sweep-registrations');
  if (stored === undefined) throw new Error('no row');
  return stored.row;
}

const statesSent = () =>
  queues
    .messages('signals')
    .flatMap(({ envelope }) => envelope.items.map((item) => ({ kind: envelope.kind, item })));

describe('a sweep', () => {
  test('carries states, tells how far it is, and is complete only at its end', async () => {
    await schedule(true);
    await handleOne();
    await handleOne();
    const begun = (await row()).startedAt;
    expect(await row()).toMatchObject({
      kind: 'sweep',
      sweep: { asOf: begun, subjects: 2, complete: false },
    });
    expect((await row()).lastComplete).toBeUndefined();
    await handleOne();
    expect((await row()).sweep).toEqual({ asOf: begun, subjects: 4, complete: false });
    while (await handleOne());
    const done = await row();
    expect(done.sweep).toEqual({ asOf: begun, subjects: 5, complete: true });
    expect(done.lastComplete).toEqual(done.sweep);
    expect(done.counts).toMatchObject({ states: 5, records: 0 });

    const sent = statesSent();
    expect(sent.map(({ item }) => (item as { subject: { id: string } }).subject.id)).toEqual(users);
    for (const { item } of sent) expect(readStateSchema.safeParse(item).success).toBe(true);
    expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(['states-of-first-collection']));
    expect(await ports.queues.depth('notices')).toBe(1);
  });

  test('that is broken off leaves the last complete one as it was, and begins anew', async () => {
    await schedule(true);
    while (await handleOne());
    const complete = (await row()).lastComplete;
    now = new Date(now.getTime() + 3_600_000);
    await schedule(true);
    await handleOne();
    await handleOne();
    failures.push({ kind: 'refused', reason: 'Graph answered 403', permission: 'AuditLog.Read.All' });
    while (await handleOne());
    const broken = await row();
    expect(broken.sweep).toMatchObject({ subjects: 2, complete: false });
    expect(broken.lastComplete).toEqual(complete);
    expect(broken.failure).toMatchObject({ permission: 'AuditLog.Read.All' });

    now = new Date(now.getTime() + 3_600_000);
    await schedule(true);
    while (await handleOne());
    const anew = await row();
    expect(anew.sweep).toMatchObject({ subjects: 5, complete: true });
    expect(anew.sweep?.asOf).not.toBe(complete?.asOf);
    expect(anew.failure).toBeUndefined();
  });

  test('is no log: what lists the coverage of logs leaves it out', async () => {
    await schedule(true);
    while (await handleOne());
    const logs: unknown[] = [];
    for await (const one of ports.coverage.list()) logs.push(one);
    expect(logs).toEqual([]);
    expect(await ports.coverage.read(tenantId, 'entra-directory-audits')).toBeUndefined();
  });

  test('is asked for by the timer as often as it is due, and by hand at once', async () => {
    expect(await schedule(false)).toBe(1);
    while (await handleOne());
    now = new Date('2026-03-01T17:55:00.000Z');
    expect(await schedule(false)).toBe(0);
    now = new Date('2026-03-01T18:00:00.000Z');
    expect(await schedule(false)).toBe(1);
    while (await handleOne());
    now = new Date('2026-03-01T18:05:00.000Z');
    expect(await schedule(false)).toBe(0);
    expect(await schedule(true)).toBe(1);
  });
});
