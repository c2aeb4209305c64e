import type { LogCoverageRow } from '../coverage/coverage-store.ts';
import { compareText } from '../text/order.ts';
import type { TenantRow } from './tenant-store.ts';
import { type SourceName, sourceNames } from '../coverage/coverage.ts';

/** How a tenant fares, as its rows tell it. */
export type TenantState =
  /** Every source has been read; the one that is longest ago, then. */
  | { kind: 'watched'; lastCollectedAt: string }
  /** Not every source has been read completely yet. */
  | { kind: 'first-collection' }
  | {
      kind: 'blind';
      since: string;
      /** Those that cannot be read now; what else there is is still read. */
      sources: SourceName[];
      reason: string;
      permission?: string;
    }
  /** `waitsUntil` when its data is deleted and only what may still come is waited for. */
  | { kind: 'removing'; since: string; waitsUntil?: string };

/** @param coverage the rows of this tenant */
export function tenantState(
  { removal }: Pick<TenantRow, 'removal'>,
  coverage: readonly LogCoverageRow[],
): TenantState {
  if (removal !== undefined) {
    const { requestedAt: since, stage } = removal;
    return { kind: 'removing', since, ...(stage?.kind === 'wait' ? { waitsUntil: stage.until } : {}) };
  }
  const failures = coverage
    .flatMap(({ source, failure }) => (failure === undefined ? [] : [{ source, ...failure }]))
    .sort((a, b) => compareText(a.at, b.at));
  const [first] = failures;
  if (first !== undefined) {
    const { at: since, reason, permission } = first;
    const sources = sourceNames.filter((name) => failures.some(({ source }) => source === name));
    return { kind: 'blind', since, sources, reason, ...(permission === undefined ? {} : { permission }) };
  }
  const finished = coverage.flatMap(({ finishedAt }) => finishedAt ?? []).sort();
  const [lastCollectedAt] = finished;
  return lastCollectedAt === undefined || finished.length < sourceNames.length
    ? { kind: 'first-collection' }
    : { kind: 'watched', lastCollectedAt };
}
