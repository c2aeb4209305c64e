import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Line } from './check.ts';

/** What could not be read is not known, and that is all (law 3). A right that is not needed is not asked for. */
export function unseen(what: string, failure: Exclude<ReadOutcome<never>, { kind: 'read' }>): Line {
  if (failure.kind === 'refused' && failure.permission !== undefined) {
    return {
      status: 'skip',
      means: `not known ${what}: that takes ${failure.permission}, which is optional and not granted`,
    };
  }
  return { status: 'warn', means: `not known ${what}: ${failure.reason}` };
}
