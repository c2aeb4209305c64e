import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { rules } from '#rules';
import { type SimulatedTenant, startSimulatedTenant } from '../../dev/tenant/server.ts';
import { createActivityApi } from '../../shared/adapters/activity-api.ts';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { createGraph } from '../../shared/adapters/graph.ts';
import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import { createSnapshotTable } from '../../shared/adapters/snapshot-table.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import { createAwaitingCause, createOpenAlerts } from '../../shared/alert/alert-looks.ts';
import { everyAlert } from '../../shared/alert/alert-store.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import { showCoverage } from '../../shared/answer/coverage.ts';
import { showHistory } from '../../shared/answer/history.ts';
import { collect } from '../../shared/collect/collect.ts';
import { scheduleCollection } from '../../shared/collect/schedule.ts';
import type { SourceName } from '../../shared/coverage/coverage.ts';
import { evaluateSubjects } from '../../shared/evaluate/evaluate-subjects.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import type { Log, QueueName } from '../../shared/ports.ts';
import { recordSignals } from '../../shared/remember/record-signals.ts';
import { alex, contoso, groupLicensing, licenceChange } from '../builders/audit-event.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues, type SentMessage } from '../builders/memory-queues.ts';
import { graphAudit } from '../builders/raw-audit.ts';
import { azuriteStorage, freshName } from '../contract/azurite-storage.ts';

/**
 * From the services to the alert: the simulated tenant answers over HTTP, what is remembered stands in tables, and time is the test's, for
 * the product and for the services alike.
 */
const tenant = { id: contoso, name: 'Contoso', domain: 'contoso.com' };
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const unified = 'activity-azure-active-directory';
const entra = 'entra-directory-audits';
const storage = azuriteStorage();

jest.setTimeout(300_000);

const noon = Date.parse('2026-02-03T12:00:00.000Z');
const hours = (count: number): number => count * 3_600_000;
const written = (at: number): string => new Date(at).toISOString();

let now: number;
let service: SimulatedTenant;
beforeEach(async () => {
  now = noon;
  service = await startSimulatedTenant({ tenants: [tenant], now: () => now });
});
afterEach(() => service.close());

async function product() {
  const tables = await Promise.all(
    ['timeline', 'snapshots', 'alerts', 'coverage'].map(async () => {
      const table = storage().table(freshName());
      await table.createTable();
      return table;
    }),
  );
  const [timelineTable, snapshotTable, alertTable, coverageTable] = tables;
  if (!timelineTable || !snapshotTable || !alertTable || !coverageTable) throw new Error('four tables');
  const tokenFor = (tenantId: string) => Promise.resolve(`none:${tenantId}`);
  const takeAllowance = () => Promise.resolve(0);
  const alerts = createAlertTable(alertTable);
  const queues = createMemoryQueues();
  const clock = { now: () => new Date(now) };
  const ports = {
    graph: createGraph({ endpoint: service.origin, tokenFor, takeAllowance }),
    activity: createActivityApi({ endpoint: service.origin, tokenFor, takeAllowance }),
    alerts,
    openAlerts: createOpenAlerts(alerts),
    awaitingCause: createAwaitingCause(alerts),
    notices: createNoticeTable(alertTable),
    timeline: createTimelineTable(timelineTable),
    snapshots: createSnapshotTable(snapshotTable),
    coverage: createCoverageTable(coverageTable),
    poison: createMemoryPoisonStore(),
    queues,
    oversize: queues,
    clock,
    log: silent,
  };
  const latestArrivalMinutes = 2880;
  const { settingsOf } = ruleSettings(rules, {});
  const handle: Partial<Record<QueueName, (message: unknown) => Promise<void>>> = {
    collect: (message) => collect(message, ports, { retrySeconds: 30 }),
    signals: (message) => recordSignals(message, false, ports, { rules }),
    'evaluate-licence': (message) =>
      evaluateSubjects('licence', message, false, ports, {
        rules,
        settingsOf,
        latestArrivalMinutes,
        program: 'test',
      }),
    verdicts: (message) => recordAlerts(message, ports, { channels: [], groupSeconds: 60 }),
  };
  let waiting: { queue: QueueName; message: SentMessage; due: number }[] = [];
  const takeAll = (): void => {
    for (const queue of Object.keys(handle) as QueueName[]) {
      for (const message of queues.take(queue)) {
        waiting.push({ queue, message, due: now + message.delaySeconds * 1000 });
      }
    }
    queues.take('notices');
  };
  /** Handles what is due until then, each at its time. */
  const until = async (end: number): Promise<void> => {
    for (;;) {
      takeAll();
      const next = waiting.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      waiting = waiting.filter((one) => one !== next);
      now = Math.max(now, next.due);
      await handle[next.queue]?.(next.message.envelope);
    }
    now = Math.max(now, end);
  };
  return {
    until,
    /** As the timer does, but more rarely. */
    async collectEvery(step: number, end: number): Promise<void> {
      while (now < end) {
        await scheduleCollection([tenant], ports, { byHand: true });
        await until(Math.min(end, now + step));
      }
      await scheduleCollection([tenant], ports, { byHand: true });
      await until(now + 90_000);
    },
    async cause() {
      for await (const { cause } of everyAlert(alerts, { tenantIds: [contoso] })) return cause;
      throw new Error('there is no alert');
    },
    /** The cause that history tells, without what to do about it, which an alert has elsewhere. */
    async history() {
      const found = await showHistory(contoso, alex.upn, [tenant], latestArrivalMinutes, ports);
      if (found.kind !== 'history' || found.history.causes[0] === undefined) return undefined;
      const { remedy, ...cause } = found.history.causes[0];
      expect(remedy).not.toHaveLength(0);
      return cause;
    },
    async coverage(source: SourceName) {
      const shown = await showCoverage([tenant], ports.coverage);
      const { windows = [], gaps = [], failure } = shown.find((one) => one.source === source) ?? {};
      return { windows, gaps, failure };
    },
  };
}

/** Group licensing takes the product, and no record says why. */
function lose(at: number): void {
  const loss = graphAudit({
    at: written(at),
    by: groupLicensing,
    user: alex,
    changes: [licenceChange(['ENTERPRISEPACK'], [])],
  });
  service.logs.open(tenant).deposit({ entra: [loss as never] });
}

async function control(change: object): Promise<void> {
  const answer = await fetch(`${service.origin}/control/tenant`, {
    method: 'POST',
    body: JSON.stringify({ tenantId: contoso, ...change }),
  });
  expect(answer.status).toBe(200);
}

const contentType = (state: 'enabled' | 'disabled' | 'never') =>
  control({ contentTypes: { 'Audit.AzureActiveDirectory': state } });

describe('a loss from before the first start', () => {
  test('is not said not to be logged: the subscription had to be started, and nobody has read what was before', async () => {
    lose(noon - hours(72));
    const run = await product();
    await run.collectEvery(hours(1), noon + 60_000);
    const { windows, gaps } = await run.coverage(unified);
    expect(gaps).toMatchObject([
      { from: '2026-01-27T12:10:00.000Z', reason: expect.stringContaining('off') },
    ]);
    expect(windows.every(({ from }) => from >= written(noon))).toBe(true);
    const cause = await run.cause();
    expect(cause).toMatchObject({ kind: 'pending', confidence: 'unknown' });
    expect(cause?.text).toContain(
      'the unified audit log was not read from 27 January 2026 12:10 UTC to 3 February 2026 12:00 UTC',
    );
    expect(await run.history()).toEqual(cause);

    await run.collectEvery(hours(24), noon + hours(9 * 24));
    expect((await run.cause())?.kind).toBe('pending');
  });

  test('without P1, Entra does not count as read for longer than seven days', async () => {
    await control({ premium: false });
    const run = await product();
    await run.collectEvery(hours(1), noon + 60_000);
    expect((await run.coverage(entra)).windows[0]?.from).toBe(written(noon - hours(7 * 24)));
  });
});

describe('a loss of which both logs were read', () => {
  test('is pending for two days, likely not logged then, and certainly after seven', async () => {
    const run = await product();
    await run.collectEvery(hours(1), noon + hours(2));
    const at = now - hours(1);
    lose(at);
    await run.collectEvery(hours(12), at + hours(47));
    expect(await run.cause()).toMatchObject({ kind: 'pending', settledBy: written(at + hours(48)) });
    // The look that was planned, and no signal.
    await run.collectEvery(60_000 * 14, at + hours(48.5));
    expect(await run.cause()).toMatchObject({ kind: 'not-logged', confidence: 'likely' });
    await run.collectEvery(hours(24), at + hours(7 * 24) - 60_000 * 10);
    expect(await run.cause()).toMatchObject({ kind: 'not-logged', confidence: 'likely' });
    await run.collectEvery(60_000 * 14, at + hours(7 * 24 + 0.5));
    expect(await run.cause()).toMatchObject({ kind: 'not-logged', confidence: 'certain' });
    expect(await run.history()).toEqual(await run.cause());
  });

  test.each(['disabled', 'never'] as const)(
    'but for the time in which the subscription was %s stays unknown, and it says of what time',
    async (state) => {
      const run = await product();
      await run.collectEvery(hours(1), noon + hours(2));
      await contentType(state);
      const at = now + 60_000;
      await run.until(at);
      lose(at);
      const until = noon + hours(4);
      await run.until(until);
      await run.collectEvery(hours(1), until + hours(1));
      const { gaps, windows } = await run.coverage(unified);
      expect(gaps).toHaveLength(2);
      expect(gaps[1]?.to.slice(0, 16)).toBe(written(until).slice(0, 16));
      expect(windows).toHaveLength(2);
      const early = await run.cause();
      expect(early).toMatchObject({ kind: 'pending', settledBy: written(at + hours(48)) });
      expect(early?.text).toContain('may never be known');

      await run.collectEvery(hours(24), at + hours(8 * 24));
      const late = await run.cause();
      expect(late).toMatchObject({ kind: 'pending', confidence: 'unknown' });
      expect(late).not.toHaveProperty('settledBy');
      expect(late?.text).toMatch(
        /the unified audit log was not read from 3 February 2026 14:0\d UTC to 3 February 2026 16:00 UTC/,
      );
    },
  );

  test('is looked at once more when the log that was away is read at last', async () => {
    const run = await product();
    await run.collectEvery(hours(1), noon + hours(2));
    const at = now - hours(1);
    lose(at);
    await run.collectEvery(hours(12), at + hours(46));
    const faults = { next: [{ path: '/activity/feed/', status: 500, times: 100_000 }] };
    await fetch(`${service.origin}/control/faults`, { method: 'POST', body: JSON.stringify(faults) });
    await run.collectEvery(hours(3), at + hours(50));
    const behind = await run.cause();
    expect(behind).toMatchObject({ kind: 'pending' });
    expect(behind?.text).toMatch(/the unified audit log was not read after 5 February 2026/);
    await fetch(`${service.origin}/control/faults`, { method: 'DELETE' });
    await run.collectEvery(hours(1), at + hours(51));
    expect(await run.cause()).toMatchObject({ kind: 'not-logged', confidence: 'likely' });
  });
});

test('auditing that was never switched on is told in words, and covers nothing', async () => {
  const faults = {
    next: [
      { path: '/subscriptions/start', status: 400, code: `Tenant ${contoso} does not exist.`, times: 100 },
    ],
  };
  await fetch(`${service.origin}/control/faults`, { method: 'POST', body: JSON.stringify(faults) });
  const run = await product();
  await run.collectEvery(hours(1), noon + 60_000);
  const { windows, failure } = await run.coverage(unified);
  expect(windows).toEqual([]);
  expect(failure?.reason).toContain('never switched on');
  expect(failure?.reason).not.toContain(contoso);
});
