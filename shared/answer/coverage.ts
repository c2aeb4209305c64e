import type { TenantSettings } from '../config.ts';
import type { CoverageStore, LogCoverageRow } from '../coverage/coverage-store.ts';

/** One source of one tenant. */
export interface SourceCoverage {
  tenantId: string;
  source: LogCoverageRow['source'];
  windows: LogCoverageRow['windows'];
  gaps: LogCoverageRow['gaps'];
  /** Counts up. */
  run: number;
  running: boolean;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  failure: LogCoverageRow['failure'] | undefined;
  counts: LogCoverageRow['counts'] | undefined;
}

/** What was read of each source, what is known to be a gap, and why reading fails where it does. */
export async function showCoverage(
  tenants: readonly TenantSettings[],
  coverage: CoverageStore,
): Promise<SourceCoverage[]> {
  const watched = new Set(tenants.map((tenant) => tenant.id));
  const sources: SourceCoverage[] = [];
  for await (const row of coverage.list()) {
    if (!watched.has(row.tenantId)) continue;
    const { tenantId, source, windows, gaps, run, startedAt, finishedAt, failure, counts } = row;
    sources.push({
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
  return sources;
}
