import type { ReadOutcome } from '../../shared/services/read-outcome.ts';

/** Why the directory did not do it. */
export type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;

/** Why, and the role without which it cannot be. */
export function failureWords(failure: Failure): string {
  if (failure.kind === 'later') {
    const { afterSeconds } = failure;
    return `${failure.reason}: try again${afterSeconds === undefined ? '' : ` in ${afterSeconds} s`}`;
  }
  if (failure.permission === undefined) return failure.reason;
  return `${failure.reason}: you lack the directory role ${failure.permission} in this tenant, or it is not active`;
}
