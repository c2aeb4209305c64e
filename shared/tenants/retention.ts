import { z } from 'zod';
import { envelopeSchema, readEnvelope } from '../envelope.ts';
import type { Clock, Log, Queues } from '../ports.ts';
import { minutesAfter } from '../time/moments.ts';

/*
 * What is older than the retention is deleted once a day, part by part, each step a message that says where the one before has stopped. A
 * step that is handled twice finds less to delete. Nothing that is counted is lowered by it (law 2).
 */

/** In this order: an alert that is gone holds no records back. `poison` belongs to no tenant, and goes with one of them. */
const retentionParts = ['alerts', 'users', 'groups', 'group-licensing', 'poison'] as const;
export type RetentionPart = (typeof retentionParts)[number];

/** A message of this kind, on the queue `collect`, is a step of it. */
const retentionKind = 'retention';

export interface RetentionStore {
  /** The day on which it was begun last; undefined before the first. */
  begunOn(): Promise<string | undefined>;
  saveBegunOn(day: string): Promise<void>;
  /**
   * Deletes a bounded number of rows from before `cutoff` (ISO 8601, UTC), looking no further than a bounded number of pages. What is
   * about a subject with an alert that is not resolved stays.
   * @param after where the step before has stopped; absent for the first
   */
  step(
    tenantId: string,
    part: RetentionPart,
    cutoff: string,
    after: string | undefined,
  ): Promise<RetentionStep>;
}

export interface RetentionStep {
  deleted: number;
  /** Where the next one goes on; absent where the part is done. */
  next?: string;
}

interface RetentionPorts {
  retention: RetentionStore;
  queues: Queues;
  clock: Clock;
  log: Log;
}

const stepSchema = z.object({
  part: z.enum(retentionParts),
  cutoff: z.iso.datetime(),
  after: z.string().exactOptional(),
  /** Whether what belongs to no tenant goes with this one. */
  shared: z.boolean(),
});
type Step = z.infer<typeof stepSchema>;

/** Begins it for each tenant, once a day or when somebody asks. The day is written down last: begun twice it does nothing twice. */
export async function beginRetention(
  watched: readonly { id: string }[],
  { retention, queues, clock, log }: RetentionPorts,
  { retentionDays, byHand }: { retentionDays: number; byHand: boolean },
): Promise<void> {
  const now = clock.now().toISOString();
  const [day = ''] = now.split('T');
  if (!byHand && (await retention.begunOn()) === day) return;
  const cutoff = minutesAfter(now, -retentionDays * 24 * 60);
  for (const [index, { id }] of watched.entries()) {
    const step: Step = { part: retentionParts[0], cutoff, shared: index === 0 };
    await queues.send('collect', id, retentionKind, [step]);
  }
  await retention.saveBegunOn(day);
  log.info('retention begun', { stage: 'tenants', tenants: watched.length, cutoff });
}

export function isRetentionMessage(message: unknown): boolean {
  return envelopeSchema.safeParse(message).data?.kind === retentionKind;
}

/** Handles one step and sends the next. @throws when storage fails: the queue brings it again */
export async function retain(message: unknown, { retention, queues, log }: RetentionPorts): Promise<void> {
  const { tenantId, items } = readEnvelope(message);
  for (const item of items) {
    const { part, cutoff, after, shared } = stepSchema.parse(item);
    const { deleted, next } = await retention.step(tenantId, part, cutoff, after);
    if (deleted > 0)
      log.info('rows past their retention deleted', { stage: 'tenants', tenantId, part, rows: deleted });
    const following = next === undefined ? partAfter(part, shared) : part;
    if (following === undefined) continue;
    const step: Step = { part: following, cutoff, shared, ...(next === undefined ? {} : { after: next }) };
    await queues.send('collect', tenantId, retentionKind, [step]);
  }
}

function partAfter(part: RetentionPart, shared: boolean): RetentionPart | undefined {
  const next = retentionParts[retentionParts.indexOf(part) + 1];
  return next === 'poison' && !shared ? undefined : next;
}
