import { z } from 'zod';
import type { AuditRecord } from '../ingest/audit-record.ts';
import type { Finding } from './finding.ts';

/** Why a user is evaluated: `settle` waits for time to settle a cause, `group` for what happened to a group. */
export const userToEvaluateSchema = z.object({
  userId: z.string().min(1),
  reason: z.enum(['record', 'group', 'settle']),
  /** How often the same has been waited for already. */
  attempt: z.number().int().min(0).default(0),
});
export type UserToEvaluate = z.infer<typeof userToEvaluateSchema>;

/** No message in a queue lies longer hidden (FACTS 11.7); who is to wait longer is sent on. */
const longestDelaySeconds = 7 * 24 * 60 * 60;

/** Doubled with each attempt: a log that is a little behind is asked soon, one that nobody reads seldom and in the end no more. */
const firstRetrySeconds = 30;
const mostAttempts = 16;

/**
 * When the user must be evaluated again without any signal: when a period of grace ends, when a cause that is pending must have
 * come, and, where the logs were not read up to then, some time later. Who was not waited for and brought nothing new is not
 * waited for twice.
 */
export function looksAgain(
  user: UserToEvaluate,
  findings: readonly Finding[],
  arrived: readonly AuditRecord[],
  now: string,
): (UserToEvaluate & { delaySeconds: number })[] {
  const ids = new Set(arrived.map(({ id }) => id));
  const delays = findings.flatMap((finding) => {
    const { firing, lookAgainAt } = finding;
    if (lookAgainAt !== undefined && user.reason !== 'group') return [secondsUntil(lookAgainAt, now)];
    if (firing?.cause?.kind !== 'pending') return [];
    const isNew = firing.evidence.some(({ record }) => ids.has(record));
    if (user.reason !== 'settle' && !isNew) return [];
    const { settledBy } = firing.cause;
    if (settledBy !== undefined && settledBy > now) return [secondsUntil(settledBy, now)];
    return user.attempt < mostAttempts ? [firstRetrySeconds * 2 ** user.attempt] : [];
  });
  if (delays.length === 0) return [];
  const delaySeconds = Math.min(longestDelaySeconds, ...delays);
  return [{ userId: user.userId, reason: 'settle', attempt: user.attempt + 1, delaySeconds }];
}

/** A second more, so that the moment has surely come. */
function secondsUntil(at: string, now: string): number {
  return Math.ceil((Date.parse(at) - Date.parse(now)) / 1000) + 1;
}
