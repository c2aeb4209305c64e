import { describe, expect, test } from '@jest/globals';
import { showCoverage } from '../../shared/answer/coverage.ts';
import { showHealth } from '../../shared/answer/health.ts';
import type { LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { contoso } from './stored-alert.ts';

const now = '2026-03-02T12:00:00.000Z';
const row: LogCoverageRow = {
  tenantId: contoso.id,
  source: 'entra-directory-audits',
  run: 3,
  first: false,
  startedAt: '2026-03-02T11:55:00.000Z',
  finishedAt: '2026-03-02T11:56:00.000Z',
  windows: [{ from: '2026-02-01T00:00:00.000Z', to: '2026-03-02T11:55:00.000Z' }],
  gaps: [],
};

async function health(
  rows: LogCoverageRow[],
  poison = createMemoryPoisonStore(),
  watched = () => Promise.resolve([contoso]),
) {
  const coverage = createMemoryCoverageStore();
  for (const each of rows) await coverage.save(each, undefined);
  const clock = { now: () => new Date(now) };
  return { coverage, ...(await showHealth('1.2.3', { watched, coverage, poison, clock })) };
}
const failing = (checks: { name: string; ok: boolean }[]) => checks.filter(({ ok }) => !ok);

describe('health', () => {
  test('is ok while every source was read lately, and names no tenant', async () => {
    const { status, version, checks } = await health([row]);
    expect({ status, version }).toEqual({ status: 'ok', version: '1.2.3' });
    expect(checks.length).toBeGreaterThan(3);
    expect(JSON.stringify(checks)).not.toMatch(/contoso|11111111/i);
  });

  test('is failing since a source refuses, without saying whose', async () => {
    const failure = {
      at: '2026-03-02T09:00:00.000Z',
      reason: 'Graph answered 403',
      permission: 'AuditLog.Read.All',
    };
    const { status, checks } = await health([{ ...row, failure }]);
    expect(status).toBe('failing');
    expect(failing(checks)).toEqual([
      { name: 'collect entra-directory-audits', ok: false, since: failure.at },
    ]);
  });

  test('is failing when a source was not read for hours', async () => {
    const { checks } = await health([{ ...row, finishedAt: '2026-03-02T08:00:00.000Z' }]);
    expect(failing(checks)).toEqual([
      { name: 'collect entra-directory-audits', ok: false, since: '2026-03-02T08:00:00.000Z' },
    ]);
  });

  test('is failing for a day after a message could not be handled, since the first that is kept', async () => {
    const poison = createMemoryPoisonStore();
    const counted = { queue: 'collect', kept: 2, since: '2026-02-27T11:00:00.000Z' };
    await poison.saveCounted({ ...counted, latest: '2026-03-01T11:00:00.000Z' });
    expect((await health([row], poison)).status).toBe('ok');
    await poison.saveCounted({ ...counted, latest: '2026-03-02T11:00:00.000Z' });
    expect(failing((await health([row], poison)).checks)).toEqual([
      { name: 'poison messages', ok: false, since: counted.since },
    ]);
  });

  test('is ok while no tenant is watched, and says so', async () => {
    const { status, checks } = await health([row], undefined, () => Promise.resolve([]));
    expect(status).toBe('ok');
    expect(checks).toEqual([
      { name: 'storage', ok: true },
      { name: 'no tenant is watched yet', ok: true },
      { name: 'poison messages', ok: true },
    ]);
  });

  test('is failing when it cannot be read who is watched: that is not nobody', async () => {
    const { status, checks } = await health([row], undefined, () => Promise.reject(new Error('no storage')));
    expect(status).toBe('failing');
    expect(checks).toEqual([{ name: 'storage', ok: false }]);
  });

  test('is failing when storage does not answer', async () => {
    const poison = createMemoryPoisonStore();
    poison.readCounted = () => Promise.reject(new Error('no storage'));
    expect((await health([row], poison)).status).toBe('failing');
  });
});

test('coverage tells windows, gaps and why reading fails', async () => {
  const { coverage } = await health([{ ...row, gaps: [{ from: now, to: now, reason: 'expired' }] }]);
  expect(await showCoverage([contoso], coverage)).toMatchObject([
    {
      tenantId: contoso.id,
      source: row.source,
      windows: row.windows,
      gaps: [{ reason: 'expired' }],
      running: false,
    },
  ]);
  expect(await showCoverage([], coverage)).toEqual([]);
});
