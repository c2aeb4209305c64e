import { describe, expect, test } from '@jest/globals';
import { showCoverage } from '../../shared/answer/coverage.ts';
import { showHealth } from '../../shared/answer/health.ts';
import { unreadableRecord } from '../../shared/collect/unreadable.ts';
import type { CoverageRow } from '../../shared/ports.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { contoso } from './stored-alert.ts';

const now = '2026-03-02T12:00:00.000Z';
const row: CoverageRow = {
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
  rows: CoverageRow[],
  poison = createMemoryPoisonStore(),
  watched = () => Promise.resolve([contoso]),
) {
  const coverage = createMemoryCoverageStore();
  for (const each of rows) await coverage.save(each, undefined);
  const answer = await showHealth('1.2.3', {
    watched,
    coverage,
    poison,
    clock: { now: () => new Date(now) },
  });
  return {
    answer,
    coverage,
    ...(JSON.parse(answer.body) as {
      status: string;
      checks: { name: string; ok: boolean; since?: string }[];
    }),
  };
}
const failing = (checks: { name: string; ok: boolean }[]) => checks.filter(({ ok }) => !ok);

describe('health', () => {
  test('is 200 while every source was read lately, and names no tenant', async () => {
    const { answer, status, checks } = await health([row]);
    expect(answer.status).toBe(200);
    expect(status).toBe('ok');
    expect(checks.length).toBeGreaterThan(3);
    expect(answer.body).not.toMatch(/contoso|11111111/i);
  });

  test('is 503 since a source refuses, without saying whose', async () => {
    const failure = {
      at: '2026-03-02T09:00:00.000Z',
      reason: 'Graph answered 403',
      permission: 'AuditLog.Read.All',
    };
    const { answer, checks } = await health([{ ...row, failure }]);
    expect(answer.status).toBe(503);
    expect(failing(checks)).toEqual([
      { name: 'collect entra-directory-audits', ok: false, since: failure.at },
    ]);
  });

  test('is 503 when a source was not read for hours', async () => {
    const { checks } = await health([{ ...row, finishedAt: '2026-03-02T08:00:00.000Z' }]);
    expect(failing(checks)).toEqual([
      { name: 'collect entra-directory-audits', ok: false, since: '2026-03-02T08:00:00.000Z' },
    ]);
  });

  test('is 503 for a day after a message could not be handled; an unreadable record is no such message', async () => {
    const poison = createMemoryPoisonStore();
    await poison.keep(
      unreadableRecord(contoso.id, 'entra-directory-audits', { id: 1 }, now),
      '2026-03-02T11:00:00.000Z',
    );
    expect((await health([row], poison)).answer.status).toBe(200);
    await poison.keep(
      { queue: 'collect', messageId: 'a', insertedAt: now, body: 'x' },
      '2026-03-01T11:00:00.000Z',
    );
    expect((await health([row], poison)).answer.status).toBe(200);
    await poison.keep(
      { queue: 'collect', messageId: 'b', insertedAt: now, body: 'x' },
      '2026-03-02T11:00:00.000Z',
    );
    expect(failing((await health([row], poison)).checks)).toEqual([
      { name: 'poison messages', ok: false, since: '2026-03-02T11:00:00.000Z' },
    ]);
  });

  test('is 200 while no tenant is watched, and says so', async () => {
    const { answer, checks } = await health([row], undefined, () => Promise.resolve([]));
    expect(answer.status).toBe(200);
    expect(checks).toEqual([
      { name: 'storage', ok: true },
      { name: 'no tenant is watched yet', ok: true },
      { name: 'poison messages', ok: true },
    ]);
  });

  test('is 503 when it cannot be read who is watched: that is not nobody', async () => {
    const { answer, checks } = await health([row], undefined, () => Promise.reject(new Error('no storage')));
    expect(answer.status).toBe(503);
    expect(checks).toEqual([{ name: 'storage', ok: false }]);
  });

  test('is 503 when storage does not answer', async () => {
    const poison = createMemoryPoisonStore();
    poison.list = () => {
      throw new Error('no storage');
    };
    expect((await health([row], poison)).answer.status).toBe(503);
  });
});

test('coverage tells windows, gaps and why reading fails', async () => {
  const { coverage } = await health([{ ...row, gaps: [{ from: now, to: now, reason: 'expired' }] }]);
  const answer = await showCoverage([contoso], coverage);
  expect(JSON.parse(answer.body)).toMatchObject({
    value: [
      {
        tenantId: contoso.id,
        source: row.source,
        windows: row.windows,
        gaps: [{ reason: 'expired' }],
        running: false,
      },
    ],
  });
});
