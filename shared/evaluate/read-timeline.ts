import type { AuditRecord } from '../ingest/audit-record.ts';
import type { CoverageStore, TimelineStore } from '../ports.ts';
import { type Coverage, type CoverageWindow, sourceNames } from '../timeline/coverage.ts';
import type { Timeline, TimelineSubject } from '../timeline/fact.ts';
import { lossesOf } from '../timeline/losses.ts';
import { buildTimeline } from '../timeline/timeline.ts';

/** How long before a loss the change of a group may lie that caused it: group licensing takes up to a day (FACTS 5.1). */
export const explainingHours = 24;

/**
 * The timeline of one user as the store has it, with what happened to the tenant's groups around his losses.
 * @returns without facts where nothing is known of the user
 */
export async function readUserTimeline(
  tenantId: string,
  userId: string,
  store: TimelineStore,
): Promise<Timeline> {
  return joinGroups(tenantId, userId, await store.readUser(tenantId, userId), store);
}

/** As `readUserTimeline`, for who has the user's own records already. */
export async function joinGroups(
  tenantId: string,
  userId: string,
  records: readonly AuditRecord[],
  store: TimelineStore,
): Promise<Timeline> {
  const subject = userSubject(userId, records);
  const alone = buildTimeline(tenantId, subject, records, []);
  const [earliest] = lossesOf(alone)
    .map(({ at }) => at)
    .sort();
  if (earliest === undefined) return alone;
  const from = new Date(Date.parse(earliest) - explainingHours * 60 * 60 * 1000).toISOString();
  return buildTimeline(tenantId, subject, records, await store.readGroupLicensing(tenantId, from));
}

/** Called by the name that he had last. */
export function userSubject(userId: string, records: readonly AuditRecord[]): TimelineSubject {
  const named = records
    .filter(({ target }) => target.user?.upn !== undefined)
    .toSorted((left, right) => (`${left.at} ${left.id}` < `${right.at} ${right.id}` ? -1 : 1));
  const name = named.at(-1)?.target.user?.upn;
  return { kind: 'user', id: userId, ...(name === undefined ? {} : { name }) };
}

/** What of each log has been read completely in this tenant, and what could not be. */
export async function readCoverage(
  tenantId: string,
  latestArrivalMinutes: number,
  store: CoverageStore,
): Promise<Coverage> {
  const windows: CoverageWindow[] = [];
  const gaps: CoverageWindow[] = [];
  for (const source of sourceNames) {
    const stored = await store.read(tenantId, source);
    windows.push(...(stored?.row.windows ?? []).map(({ from, to }) => ({ source, from, to })));
    gaps.push(...(stored?.row.gaps ?? []).map(({ from, to }) => ({ source, from, to })));
  }
  return { windows, latestArrivalMinutes, ...(gaps.length === 0 ? {} : { gaps }) };
}
