import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { TenantRow } from '../../shared/tenants/tenant-store.ts';
import { continueRemovals, removeTenant, type RemovalPorts } from '../../shared/tenants/remove-tenant.ts';
import { createTenants, type Tenants, unlessRemoved } from '../../shared/tenants/tenants.ts';
import { simulatedActivity } from '../collect/simulated-sources.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryFirstLookStore } from '../builders/memory-first-look-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import { createMemoryTenantStore } from '../builders/memory-tenant-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { type Failure, failingPorts } from '../builders/failing-ports.ts';

export const contoso = '11111111-1111-4111-8111-111111111111';
export const fabrikam = '22222222-2222-4222-8222-222222222222';
const start = '2026-03-01T08:00:00.000Z';

export function tenantRow(overrides: Partial<TenantRow> = {}): TenantRow {
  return { id: contoso, name: 'Contoso', domain: 'contoso.com', addedAt: start, ...overrides };
}

/** A removal with everything in memory. Time passes only when the test, or a message that waits, says so. */
export function removalByHand(failure?: Failure) {
  let now = Date.parse(start);
  const logged: string[] = [];
  const log =
    (level: string) =>
    (message: string, fields: object = {}): void => {
      logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const clock = { now: () => new Date(now) };
  const healthy = {
    tenantStore: createMemoryTenantStore(),
    activity: simulatedActivity(() => new Date().toISOString()),
    queues: createMemoryQueues(),
    alerts: createMemoryAlertStore(),
    notices: createMemoryNoticeStore(),
    firstLooks: createMemoryFirstLookStore(),
    timeline: createMemoryTimelineStore(),
    snapshots: createMemorySnapshotStore(),
    coverage: createMemoryCoverageStore(),
    poison: createMemoryPoisonStore(),
  };
  const { ports: failing, calls } = failingPorts(healthy, failure);
  const tenants: Tenants = createTenants({ kind: 'table' }, failing.tenantStore, clock);
  const { alerts, notices, firstLooks, timeline, snapshots, coverage, poison } = failing;
  const ports: RemovalPorts = {
    tenants,
    tenantStore: failing.tenantStore,
    activity: failing.activity,
    data: { alerts, notices, firstLooks, timeline, snapshots, coverage, poison },
    queues: failing.queues,
    clock,
    log: { info: log('info'), warn: log('warn'), error: log('error') },
  };
  const settings = { latestArrivalMinutes: 1440, retrySeconds: 30 };

  const self = {
    ...healthy,
    tenants,
    logged,
    calls,
    ports,
    /** The answers of the Activity API to what is to be stopped, in order; then all is well. */
    stops: [] as ReadOutcome<void>[],
    stopped: [] as string[],
    now: () => new Date(now).toISOString(),
    async put(row: TenantRow): Promise<void> {
      await healthy.tenantStore.save(row, (await healthy.tenantStore.get(row.id))?.version);
    },
    row: async (id = contoso): Promise<TenantRow | undefined> => (await healthy.tenantStore.get(id))?.row,
    mark: (id = contoso) => self.put(tenantRow({ id, removal: { requestedAt: self.now() } })),
    /** What the timer does. */
    schedule: async (): Promise<void> => continueRemovals((await tenants.read()).removed, ports),
    /** One message of the removal; false when none waits. What fails comes again. */
    async handleOne(): Promise<boolean> {
      const [first, ...rest] = healthy.queues.take('collect');
      if (first === undefined) return false;
      const again = async ({ envelope, delaySeconds }: typeof first): Promise<void> => {
        const { tenantId, kind, items } = envelope;
        await healthy.queues.send('collect', tenantId, kind, items, { delaySeconds });
      };
      for (const message of rest) await again(message);
      now += first.delaySeconds * 1000;
      try {
        await unlessRemoved(first.envelope, { tenants, log: ports.log }, () =>
          removeTenant(first.envelope, ports, settings),
        );
      } catch {
        await again(first);
      }
      return true;
    },
    /** Timer and queue, until the row is gone; the timer comes every five minutes. */
    async settle(mostMinutes = 3 * 24 * 60): Promise<void> {
      const end = now + mostMinutes * 60_000;
      while (now < end && (await self.row()) !== undefined) {
        await self.schedule().catch(() => undefined);
        for (let handled = 0; await self.handleOne(); handled += 1) {
          if (handled > 500) throw new Error('the removal does not come to rest');
        }
        const stage = (await self.row())?.removal?.stage;
        // Nothing happens while it waits.
        now = stage?.kind === 'wait' ? Math.min(end, Date.parse(stage.until)) : now + 5 * 60_000;
      }
    },
  };
  healthy.activity.stop = (_tenantId, contentType) => {
    self.stopped.push(contentType);
    return Promise.resolve(self.stops.shift() ?? { kind: 'read', value: undefined });
  };
  return self;
}
