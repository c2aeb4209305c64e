import type { Fact } from '../../timeline/fact.ts';
import { minutesAfter } from '../../time/moments.ts';

/** The account is new, or has come back. */
export function beginsAccount({ kind }: Fact): boolean {
  return kind === 'user-created' || kind === 'user-restored' || kind === 'account-enabled';
}

/**
 * Until when something that happened at `at` is waited for to heal, because the account had just been created or come back.
 * Undefined where it was not, or where that time is over.
 */
export function heldBackUntil(
  facts: readonly Fact[],
  at: string,
  graceHours: number,
  now: string,
): string | undefined {
  if (graceHours === 0) return undefined;
  const began = facts.findLast((fact) => fact.at <= at && beginsAccount(fact));
  const until = began === undefined ? undefined : minutesAfter(began.at, graceHours * 60);
  return until !== undefined && at < until && now < until ? until : undefined;
}
