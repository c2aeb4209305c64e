import type { TenantSettings } from '../config.ts';
import type { CoverageStore } from '../coverage/coverage-store.ts';
import type { Clock, Log, Queues } from '../ports.ts';
import { type AnyCollector, minutes } from './collector.ts';
import { collectors as standardCollectors } from './collectors.ts';

/** What the host says of the timer that called a function (FACTS 11.13). */
export interface TimerCall {
  isPastDue: boolean;
  scheduleStatus?: { next: string } | null;
}

/** How often the timer fires. */
const timerMinutes = 5;
/** A firing comes within so many milliseconds of its time; one that comes later says that it is past due. */
const firesBefore = 1000;
const firesAfter = 15_000;

/**
 * Whether somebody called the function, and not its timer: the host tells the time that is next, which a firing of the timer has come
 * to. Where the host does not tell it, the call counts as one by hand, because then everything is due.
 * @param now real milliseconds, not those of the product's clock
 */
export function isCalledByHand({ isPastDue, scheduleStatus }: TimerCall, now: number): boolean {
  if (isPastDue) return false;
  const late = now - Date.parse(scheduleStatus?.next ?? '');
  return !(late >= -firesBefore && late <= firesAfter);
}

export interface ScheduledCall {
  byHand: boolean;
  collectors?: readonly AnyCollector[];
}

/**
 * Asks for a run of what is due in every tenant: by hand every source, by the timer those whose last run is as long ago as they are to
 * be read. A request that comes while a run is under way is remembered, one that a later run has served is dropped (`run.ts`).
 */
export async function scheduleCollection(
  tenants: readonly TenantSettings[],
  { coverage, queues, clock, log }: { coverage: CoverageStore; queues: Queues; clock: Clock; log: Log },
  { byHand, collectors = standardCollectors }: ScheduledCall,
): Promise<void> {
  const now = clock.now();
  const requestedAt = now.toISOString();
  const isRarer = ({ everyMinutes }: AnyCollector): boolean => !byHand && everyMinutes > timerMinutes;
  const begun = collectors.some(isRarer) ? await beginOfLastRuns(coverage) : new Map<string, string>();
  for (const { id } of tenants) {
    for (const collector of collectors) {
      const last = begun.get(keyOf(id, collector.source));
      if (isRarer(collector) && !isDue(collector, last, now.getTime())) continue;
      // One message a source: each is a job of its own that fails and comes again alone.
      const item = { source: collector.source, requestedAt, byHand };
      await queues.send('collect', id, 'collection-request', [item]);
    }
  }
  if (tenants.length === 0) log.info('no tenant is watched: nothing is collected', { stage: 'collect' });
  else log.info('collection requested', { stage: 'collect', tenants: tenants.length, byHand });
}

/** Half a firing early rather than half a firing late. */
function isDue({ everyMinutes }: AnyCollector, last: string | undefined, now: number): boolean {
  return last === undefined || Date.parse(last) + minutes(everyMinutes - timerMinutes / 2) <= now;
}

async function beginOfLastRuns(coverage: CoverageStore): Promise<Map<string, string>> {
  const begun = new Map<string, string>();
  const note = ({
    tenantId,
    source,
    startedAt,
  }: {
    tenantId: string;
    source: string;
    startedAt?: string;
  }) => {
    if (startedAt !== undefined) begun.set(keyOf(tenantId, source), startedAt);
  };
  for await (const row of coverage.list()) note(row);
  for await (const row of coverage.listSweeps()) note(row);
  return begun;
}

function keyOf(tenantId: string, source: string): string {
  return `${tenantId} ${source}`;
}
