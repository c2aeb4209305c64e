import type { TenantSettings } from '../config.ts';
import type { CoverageStore } from '../ports.ts';
import { type Answer, jsonAnswer } from './problem.ts';

/** `GET /api/coverage`: what was read of each source, what is known to be a gap, and why reading fails where it does. */
export async function showCoverage(
  tenants: readonly TenantSettings[],
  coverage: CoverageStore,
): Promise<Answer> {
  const watched = new Set(tenants.map((tenant) => tenant.id));
  const value: unknown[] = [];
  for await (const row of coverage.list()) {
    if (!watched.has(row.tenantId)) continue;
    const { tenantId, source, windows, gaps, run, startedAt, finishedAt, failure, counts } = row;
    value.push({
      tenantId,
      source,
      windows,
      gaps,
      run,
      running: row.step !== undefined,
      startedAt,
      finishedAt,
      failure,
      counts,
    });
  }
  return jsonAnswer({ value });
}
