import { describe, expect, test } from '@jest/globals';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import type {
  CoverageStore,
  LogCoverageRow,
  SweepCoverageRow,
} from '../../shared/coverage/coverage-store.ts';
import type { AllowanceStore } from '../../shared/services/allowance.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { azuriteStorage, collected, freshName } from './azurite-storage.ts';

const storage = azuriteStorage();
const contoso = '11111111-1111-4111-8111-111111111111';

function coverage(overrides: Partial<LogCoverageRow> = {}): LogCoverageRow {
  return {
    tenantId: contoso,
    source: 'entra-directory-audits',
    run: 0,
    first: true,
    windows: [],
    gaps: [],
    ...overrides,
  };
}

const full = coverage({
  run: 7,
  step: { number: 3, state: { next: '/auditLogs/directoryAudits?$skiptoken=x', seen: [1, null] } },
  leaseUntil: '2026-02-03T09:30:00.000Z',
  startedAt: '2026-02-03T09:20:00.000Z',
  finishedAt: '2026-02-03T09:10:00.000Z',
  first: false,
  windows: [{ from: '2026-01-04T00:00:00.000Z', to: '2026-02-03T09:10:00.000Z' }],
  reread: { short: '2026-02-03T07:00:00.000Z', long: '2026-02-02T09:00:00.000Z' },
  gaps: [{ from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z', reason: 'AF20051' }],
  failure: { at: '2026-02-03T09:00:00.000Z', reason: 'Graph answered 403', permission: 'AuditLog.Read.All' },
  counts: { records: 10, ignored: 8, unreadable: 1 },
});

const sweep: SweepCoverageRow = {
  kind: 'sweep',
  tenantId: contoso,
  source: 'sweep-users',
  run: 3,
  first: false,
  step: {
    number: 2,
    state: { from: 40 },
    attempt: 2,
    failed: 1,
    waitsUntil: '2026-02-03T09:21:00.000Z',
    told: true,
  },
  startedAt: '2026-02-03T09:20:00.000Z',
  beganFor: '2026-02-03T09:20:00.000Z',
  askedAt: '2026-02-03T09:20:30.000Z',
  pending: { requestedAt: '2026-02-03T09:20:40.000Z', byHand: true },
  sweep: { asOf: '2026-02-03T09:20:00.000Z', subjects: 40, complete: false },
  lastComplete: { asOf: '2026-02-03T03:20:00.000Z', subjects: 812, complete: true },
  counts: { records: 0, ignored: 0, unreadable: 0, states: 40 },
};

const stores: [string, () => CoverageStore & AllowanceStore][] = [
  ['in memory', createMemoryCoverageStore],
  ['in a table', () => createCoverageTable(storage().table(freshName()))],
];

describe.each(stores)('coverage %s', (_, createStore) => {
  test.each([
    ['a source never read', coverage()],
    ['a source in the middle of a run', full],
  ])('comes back as it was saved: %s', async (__, row) => {
    const store = createStore();
    expect(await store.save(row, undefined)).toBe('saved');
    expect((await store.read(contoso, 'entra-directory-audits'))?.row).toEqual(row);
    expect(await collected(store.list())).toEqual([row]);
  });

  test('is absent for a source that nobody saved', async () => {
    const store = createStore();
    expect(await store.read(contoso, 'activity-exchange')).toBeUndefined();
    expect(await collected(store.list())).toEqual([]);
    await store.save(coverage(), undefined);
    expect(await store.read(contoso, 'activity-exchange')).toBeUndefined();
  });

  test('lets one of two runs begin', async () => {
    const store = createStore();
    await store.save(coverage(), undefined);
    const version = (await store.read(contoso, 'entra-directory-audits'))?.version;
    const runs = await Promise.all(
      [1, 2].map((step) => store.save(coverage({ run: 1, step: { number: step, state: {} } }), version)),
    );
    expect(runs.sort()).toEqual(['changed', 'saved']);
    expect(await store.save(coverage({ run: 2 }), undefined)).toBe('changed');
  });

  test('loses a step that is over', async () => {
    const store = createStore();
    await store.save(full, undefined);
    const found = await store.read(contoso, 'entra-directory-audits');
    const { step: _step, ...idle } = full;
    expect(await store.save(idle, found?.version)).toBe('saved');
    expect((await store.read(contoso, 'entra-directory-audits'))?.row).toEqual(idle);
  });

  test('keeps a sweep beside the logs and takes neither for the other', async () => {
    const store = createStore();
    await store.save(coverage(), undefined);
    expect(await store.save(sweep, undefined)).toBe('saved');
    const stored = await store.readSweep(contoso, 'sweep-users');
    expect(stored?.row).toEqual(sweep);
    expect(await store.save({ ...sweep, run: 4 }, stored?.version)).toBe('saved');
    expect(await store.save({ ...sweep, run: 5 }, stored?.version)).toBe('changed');
    expect(await collected(store.list())).toEqual([coverage()]);
    expect(await collected(store.listSweeps())).toEqual([{ ...sweep, run: 4 }]);
    expect(await store.readSweep(contoso, 'sweep-groups')).toBeUndefined();
  });

  test('keeps what was taken of an allowance, and shows it as no coverage', async () => {
    const store = createStore();
    const taken = {
      tenantId: contoso,
      allowance: 'audit-logs',
      grants: [{ at: '2026-02-03T09:20:00.000Z', units: 1 }],
    };
    expect(await store.readAllowance(contoso, 'audit-logs')).toBeUndefined();
    expect(await store.saveAllowance(taken, undefined)).toBe('saved');
    expect(await store.saveAllowance(taken, undefined)).toBe('changed');
    const stored = await store.readAllowance(contoso, 'audit-logs');
    expect(stored?.row).toEqual(taken);
    expect(await store.saveAllowance({ ...taken, grants: [] }, stored?.version)).toBe('saved');
    expect(await store.saveAllowance(taken, stored?.version)).toBe('changed');
    expect(await collected(store.list())).toEqual([]);
    expect(await collected(store.listSweeps())).toEqual([]);
    expect(await store.readAllowance(contoso, 'identity')).toBeUndefined();
  });

  test('lists every tenant and source', async () => {
    const store = createStore();
    await store.save(coverage(), undefined);
    await store.save(coverage({ source: 'activity-exchange' }), undefined);
    await store.save(coverage({ tenantId: '22222222-2222-4222-8222-222222222222' }), undefined);
    expect(await collected(store.list())).toHaveLength(3);
  });
});

describe('a coverage table', () => {
  test('keeps a year of gaps, more than one property holds', async () => {
    const store = createCoverageTable(storage().table(freshName()));
    const gaps = Array.from({ length: 2000 }, (_, n) => ({
      from: new Date(Date.UTC(2026, 0, 1, n)).toISOString(),
      to: new Date(Date.UTC(2026, 0, 1, n, 30)).toISOString(),
      reason: 'AF20051',
    }));
    await store.save(coverage({ gaps }), undefined);
    expect((await store.read(contoso, 'entra-directory-audits'))?.row.gaps).toEqual(gaps);
  });

  test('reads an older row and refuses a newer one by its name', async () => {
    const table = storage().table(freshName());
    const store = createCoverageTable(table);
    await table.createTable();
    const key = { partitionKey: contoso, rowKey: 'entra-directory-audits' };
    const { windows: _w, gaps: _g, ...older } = coverage({ run: 4 });
    await table.createEntity({ ...key, json: JSON.stringify(older) });
    expect((await store.read(contoso, 'entra-directory-audits'))?.row).toEqual(coverage({ run: 4 }));
    await table.updateEntity({ ...key, v: 2 }, 'Merge');
    await expect(store.read(contoso, 'entra-directory-audits')).rejects.toThrow(RowUnreadable);
    await expect(collected(store.list())).rejects.toThrow(/entra-directory-audits .*newer version/);
  });
});
