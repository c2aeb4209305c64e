import type { TenantSettings } from '../config.ts';
import type { Clock, Log, Queues } from '../ports.ts';
import { sourceNames } from '../timeline/coverage.ts';

/**
 * Asks for a run of every source of every tenant. The timer fires as often as the sources are due, so each call makes all due; a
 * request that comes while a run is under way waits for it, one that a later run has served is dropped (`run.ts`).
 */
export async function scheduleCollection(
  tenants: readonly TenantSettings[],
  { queues, clock, log }: { queues: Queues; clock: Clock; log: Log },
): Promise<void> {
  const requestedAt = clock.now().toISOString();
  for (const { id } of tenants) {
    const items = sourceNames.map((source) => ({ source, requestedAt }));
    // One message a source: each is a job of its own that fails and comes again alone.
    for (const item of items) await queues.send('collect', id, 'collection-request', [item]);
  }
  if (tenants.length === 0) log.info('no tenant is watched: nothing is collected', { stage: 'collect' });
  else log.info('collection requested', { stage: 'collect', tenants: tenants.length });
}
