import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SimulatedTenant, startSimulatedTenant } from '../../dev/tenant/server.ts';
import { createActivityApi } from '../../shared/adapters/activity-api.ts';
import { createTokenFor } from '../../shared/adapters/credentials.ts';
import { createGraph } from '../../shared/adapters/graph.ts';
import { showCoverage } from '../../shared/answer/coverage.ts';
import { showHealth } from '../../shared/answer/health.ts';
import { collect } from '../../shared/collect/collect.ts';
import { scheduleCollection } from '../../shared/collect/schedule.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import type { Log } from '../../shared/ports.ts';
import { tenantState } from '../../shared/tenants/tenant-state.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { licenceAudit } from '../collect/simulated-sources.ts';

/**
 * Two customers of one federated application; the tokens are asked for as the app does, and one authority refuses. Time goes on
 * with each message, so that nobody is throttled.
 */
const contoso = { id: '11111111-2222-4333-8444-555555555555', name: 'Contoso', domain: 'contoso.com' };
const fabrikam = { id: '66666666-7777-4888-9999-aaaaaaaaaaaa', name: 'Fabrikam', domain: 'fabrikam.com' };
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let service: SimulatedTenant;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-01T12:00:00.000Z');
  service = await startSimulatedTenant({ tenants: [contoso, fabrikam], now: () => now });
});
afterEach(() => service.close());

function watchedByOneApplication() {
  const withdrawn = new Map<string, string>();
  const tokenFor = createTokenFor(
    { kind: 'federated', clientId: 'application' },
    'https://login.microsoftonline.com',
    (_settings, tenantId) => ({
      getToken: () => {
        const code = withdrawn.get(tenantId);
        return code === undefined
          ? Promise.resolve({ token: `none:${tenantId}`, expiresOnTimestamp: 0 })
          : Promise.reject(new Error(`${code}: The client application is missing service principal`));
      },
    }),
  );
  const queues = createMemoryQueues();
  const coverage = createMemoryCoverageStore();
  const poison = createMemoryPoisonStore();
  const clock = { now: () => new Date(now) };
  const ports = {
    // The tenant limits by the test's clock; our own allowance would count real seconds.
    graph: createGraph({ endpoint: service.origin, tokenFor, takeAllowance: () => Promise.resolve(0) }),
    activity: createActivityApi({ endpoint: service.origin, tokenFor }),
    coverage,
    queues,
    poison,
    clock,
    log: silent,
  };
  const watched = (): Promise<(typeof contoso)[]> => Promise.resolve([contoso, fabrikam]);
  return {
    withdrawn,
    /** What the timer and the queue do; nothing may be left waiting. */
    async collectAll(): Promise<void> {
      await scheduleCollection(await watched(), ports, { byHand: true });
      for (let round = 0; round < 100; round += 1) {
        const messages = queues.take('collect');
        if (messages.length === 0) return;
        for (const { envelope, delaySeconds } of messages) {
          expect(delaySeconds).toBe(0);
          now += 3000;
          await collect(envelope, ports, { retrySeconds: 30 });
        }
      }
      throw new Error('the collection does not come to rest');
    },
    recordsOf: (tenantId: string): string[] =>
      queues
        .messages('signals')
        .filter(({ envelope }) => envelope.tenantId === tenantId && envelope.kind !== 'coverage-regained')
        .flatMap(({ envelope }) => envelope.items.map((item) => (item as AuditRecord).id)),
    async rowsOf(tenantId: string): Promise<LogCoverageRow[]> {
      const rows: LogCoverageRow[] = [];
      for await (const row of coverage.list()) if (row.tenantId === tenantId) rows.push(row);
      return rows;
    },
    health: async () => showHealth('1.2.3', { watched, coverage, poison, clock }),
    shown: async () => JSON.stringify(await showCoverage(await watched(), coverage)),
  };
}

describe('a tenant that withdrew its consent', () => {
  const deposit = (tenant: typeof contoso, id: string, at: string): void => {
    service.logs.open(tenant).deposit({ entra: [{ ...licenceAudit(id, at) }], entraDelay: 0 });
  };

  test('is blind with its reason, and holds nobody else up', async () => {
    const run = watchedByOneApplication();
    run.withdrawn.set(fabrikam.id, 'AADSTS7000229');
    deposit(contoso, 'contoso-1', '2026-03-01T11:00:00.000Z');
    deposit(fabrikam, 'fabrikam-1', '2026-03-01T11:00:00.000Z');
    await run.collectAll();

    expect(tenantState({}, await run.rowsOf(contoso.id)).kind).toBe('watched');
    expect(run.recordsOf(contoso.id)).toEqual(['contoso-1']);
    const blind = tenantState({}, await run.rowsOf(fabrikam.id));
    expect(blind).toMatchObject({
      kind: 'blind',
      reason:
        'no token: consent was withdrawn or never given, or the application was removed (AADSTS7000229)',
    });
    expect(blind.kind === 'blind' && blind.sources).toHaveLength(3);
    expect(run.recordsOf(fabrikam.id)).toEqual([]);

    const health = await run.health();
    expect(health.status).toBe('failing');
    expect(JSON.stringify(health)).not.toMatch(/fabrikam|66666666/i);
    expect(await run.shown()).toContain('consent was withdrawn or never given');
  });

  test('goes on being blind since the first refusal, while the other is read again and again', async () => {
    const run = watchedByOneApplication();
    run.withdrawn.set(fabrikam.id, 'AADSTS700016');
    await run.collectAll();
    const [first] = await run.rowsOf(fabrikam.id);
    now += 3 * 3_600_000;
    await run.collectAll();
    deposit(contoso, 'contoso-2', new Date(now - 60_000).toISOString());
    await run.collectAll();
    const [later] = await run.rowsOf(fabrikam.id);
    expect(later?.failure).toEqual(first?.failure);
    expect(later?.run).toBe(3);
    expect(run.recordsOf(contoso.id)).toContain('contoso-2');
  });

  test('is read from where it was when the consent is given again', async () => {
    const run = watchedByOneApplication();
    await run.collectAll();
    run.withdrawn.set(fabrikam.id, 'AADSTS7000229');
    now += 3_600_000;
    deposit(fabrikam, 'fabrikam-meanwhile', new Date(now - 60_000).toISOString());
    await run.collectAll();
    expect(run.recordsOf(fabrikam.id)).toEqual([]);
    run.withdrawn.delete(fabrikam.id);
    now += 3_600_000;
    await run.collectAll();
    expect(run.recordsOf(fabrikam.id)).toEqual(['fabrikam-meanwhile']);
    expect(tenantState({}, await run.rowsOf(fabrikam.id)).kind).toBe('watched');
    expect((await run.health()).status).toBe('ok');
  });
});
