import { minutesAfter } from '../time/moments.ts';

/**
 * The removal of a tenant as pure changes of its row. Everything that is kept of it is deleted part by part; then what may still come
 * is waited out (messages that were delayed until a record can have arrived) and dropped, and all parts are gone through once more.
 * The row itself goes last, so that it says until then that the tenant is removed.
 */

/** In this order: first what would still be told, and what brings new data before the data. */
export const removalParts = [
  'notices',
  'firstLooks',
  'alerts',
  'subscriptions',
  'timeline',
  'snapshots',
  'coverage',
  'poison',
] as const;
export type RemovalPart = (typeof removalParts)[number];

export interface Removal {
  /** When the command asked for it. */
  requestedAt: string;
  /** What the app does; absent while it has not begun. */
  stage?: RemovalStage;
}

export type RemovalStage =
  | {
      kind: 'delete';
      /** The second comes after the wait. */
      round: 1 | 2;
      part: RemovalPart;
      /** A removal that has not moved until then is taken up again by the timer. */
      leaseUntil: string;
      /** How often the part has been told to wait. */
      attempt: number;
    }
  | { kind: 'wait'; until: string };

const leaseMinutes = 10;
/** What is added to the latest arrival: messages that fail wait between their attempts, too. */
const marginMinutes = 60;

/** What the timer has to do about a removal. */
export type RemovalDue =
  | { kind: 'go-on'; removal: Removal }
  /** The message of the next step is on its way, or the wait is not over. */
  | { kind: 'nothing' };

export function removalDue(removal: Removal, now: string): RemovalDue {
  const { stage } = removal;
  if (stage === undefined) return { kind: 'go-on', removal: deleting(removal, 1, 'notices', now) };
  switch (stage.kind) {
    case 'wait':
      return stage.until > now
        ? { kind: 'nothing' }
        : { kind: 'go-on', removal: deleting(removal, 2, 'notices', now) };
    case 'delete':
      return stage.leaseUntil > now
        ? { kind: 'nothing' }
        : { kind: 'go-on', removal: deleting(removal, stage.round, stage.part, now) };
  }
}

/** The removal after a step; `over` when nothing is left but the row. */
export function afterStep(
  removal: Removal,
  stage: Extract<RemovalStage, { kind: 'delete' }>,
  more: boolean,
  now: string,
  latestArrivalMinutes: number,
): Removal | 'over' {
  if (more) return deleting(removal, stage.round, stage.part, now);
  const next = removalParts[removalParts.indexOf(stage.part) + 1];
  if (next !== undefined) return deleting(removal, stage.round, next, now);
  if (stage.round === 2) return 'over';
  const until = minutesAfter(now, latestArrivalMinutes + marginMinutes);
  return { ...removal, stage: { kind: 'wait', until } };
}

/** Told to wait: the same part again, `seconds` later. */
export function waitingToRetry(
  removal: Removal,
  stage: Extract<RemovalStage, { kind: 'delete' }>,
  seconds: number,
  now: string,
): Removal {
  const leaseUntil = minutesAfter(now, leaseMinutes + seconds / 60);
  return { ...removal, stage: { ...stage, leaseUntil, attempt: stage.attempt + 1 } };
}

/**
 * Only once everything is deleted and what may still come is waited out: then the tenant is read from the beginning. Before, records that
 * are covered may have been dropped, and while rows are deleted new ones would go with them.
 */
export function mayBeAddedAgain({ stage }: Removal): boolean {
  return stage?.kind === 'wait';
}

function deleting(removal: Removal, round: 1 | 2, part: RemovalPart, now: string): Removal {
  const leaseUntil = minutesAfter(now, leaseMinutes);
  return { ...removal, stage: { kind: 'delete', round, part, leaseUntil, attempt: 0 } };
}
