import { activityContentTypes } from '../collect/collectors.ts';
import { envelopeSchema, readEnvelope } from '../envelope.ts';
import type { ActivityApi } from '../services/activity-api.ts';
import type { Clock, Log, Queues } from '../ports.ts';
import type { TenantData, TenantRow, TenantStore } from './tenant-store.ts';
import {
  afterStep,
  type Removal,
  removalDue,
  type RemovalPart,
  type RemovalStage,
  waitingToRetry,
} from './removal.ts';
import { rememberedSeconds, removalKind, type Tenants } from './tenants.ts';

export interface RemovalPorts {
  tenants: Tenants;
  tenantStore: TenantStore;
  activity: ActivityApi;
  /** What each store holds of the tenant. */
  data: Record<Exclude<RemovalPart, 'subscriptions'>, TenantData>;
  queues: Queues;
  clock: Clock;
  log: Log;
}

export interface RemovalSettings {
  latestArrivalMinutes: number;
  retrySeconds: number;
}

/** Subscriptions of a tenant that does not answer end by themselves; its data must not wait for that. */
const mostAttempts = 5;

type DeleteStage = Extract<RemovalStage, { kind: 'delete' }>;

/** Begins removals, goes on after the wait, and takes up those whose message was lost. */
export async function continueRemovals(
  removed: readonly TenantRow[],
  { tenantStore, queues, clock, log }: Pick<RemovalPorts, 'tenantStore' | 'queues' | 'clock' | 'log'>,
): Promise<void> {
  for (const { id } of removed) {
    const stored = await tenantStore.get(id);
    if (stored?.row.removal === undefined) continue;
    const due = removalDue(stored.row.removal, clock.now().toISOString());
    if (due.kind === 'nothing') continue;
    const row = { ...stored.row, removal: due.removal };
    if ((await tenantStore.save(row, stored.version)) === 'changed') continue;
    // Until then every worker has heard that the tenant is removed.
    await queues.send('collect', id, removalKind, [{}], { delaySeconds: 2 * rememberedSeconds });
    log.info('removal of a tenant goes on', { stage: 'tenants', tenantId: id, ...stageFields(due.removal) });
  }
}

export function isRemovalMessage(message: unknown): boolean {
  return envelopeSchema.safeParse(message).data?.kind === removalKind;
}

/**
 * Handles one message of the kind `tenant-removal`: one bounded step of what the tenant's row says is next. A message carries nothing
 * but the tenant, so one that comes twice does the next step, and one that comes late finds what is left.
 * @throws when storage fails: the queue brings it again
 */
export async function removeTenant(
  message: unknown,
  ports: RemovalPorts,
  settings: RemovalSettings,
): Promise<void> {
  const { tenantId } = readEnvelope(message);
  const { tenants, tenantStore, queues, clock, log } = ports;
  // Where the setting lists the tenants, a table from before removes nobody.
  const stored = (await tenants.isRemoved(tenantId)) ? await tenantStore.get(tenantId) : undefined;
  const removal = stored?.row.removal;
  const stage = removal?.stage;
  if (stored === undefined || removal === undefined || stage?.kind !== 'delete') {
    const reason = removal === undefined ? 'the tenant is not being removed' : 'nothing is to be deleted now';
    log.info('removal step dropped', { stage: 'tenants', tenantId, reason });
    return;
  }

  const done = await doStep(tenantId, stage, ports);
  const now = clock.now().toISOString();
  const next =
    done.kind === 'later'
      ? waitingToRetry(removal, stage, settings.retrySeconds, now)
      : afterStep(removal, stage, done.more, now, settings.latestArrivalMinutes);
  if (next === 'over') {
    if ((await tenantStore.remove(tenantId, stored.version)) === 'removed') {
      log.info('tenant removed', { stage: 'tenants', tenantId });
    }
    return;
  }
  const outcome = await tenantStore.save({ ...stored.row, removal: next }, stored.version);
  // Whoever changed it goes on.
  if (outcome === 'changed' || next.stage?.kind === 'wait') return;
  const delaySeconds = done.kind === 'later' ? settings.retrySeconds : 0;
  await queues.send('collect', tenantId, removalKind, [{}], { delaySeconds });
}

type StepDone = { kind: 'done'; more: boolean } | { kind: 'later' };

async function doStep(
  tenantId: string,
  { round, part, attempt }: DeleteStage,
  ports: RemovalPorts,
): Promise<StepDone> {
  if (part === 'subscriptions') return stopSubscriptions(tenantId, attempt, ports);
  const { rows, more } = await ports.data[part].forget(tenantId);
  ports.log.info('data of a removed tenant deleted', { stage: 'tenants', tenantId, part, round, rows });
  return { kind: 'done', more };
}

/** A tenant that lets nobody in any more cannot be asked to stop; its subscriptions then end by themselves. */
async function stopSubscriptions(
  tenantId: string,
  attempt: number,
  { activity, log }: RemovalPorts,
): Promise<StepDone> {
  for (const contentType of activityContentTypes) {
    const outcome = await activity.stop(tenantId, contentType);
    if (outcome.kind === 'read') continue;
    const { reason } = outcome;
    if (outcome.kind === 'later' && attempt < mostAttempts) {
      log.warn('the Activity API answers later', { stage: 'tenants', tenantId, reason });
      return { kind: 'later' };
    }
    log.warn('a subscription of a removed tenant was not stopped', {
      stage: 'tenants',
      tenantId,
      contentType,
      reason,
    });
  }
  return { kind: 'done', more: false };
}

function stageFields({ stage }: Removal): { round?: number; part?: string } {
  return stage?.kind === 'delete' ? { round: stage.round, part: stage.part } : {};
}
