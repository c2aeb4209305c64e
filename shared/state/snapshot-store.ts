import type { ReadState, StateName } from './state.ts';

/** The last state of each subject, as it was read. */
export interface SnapshotStore {
  read(tenantId: string, source: StateName, subjectId: string): Promise<ReadState | undefined>;
  /**
   * Keeps the state unless it is older than the one that is there; the time of the read is its version and never falls.
   * `same`: this very state stands there already. `older`: it was left out. `too-large`: it fits into no row, and so was left out, too.
   */
  put(tenantId: string, state: ReadState): Promise<'newer' | 'same' | 'older' | 'too-large'>;
}
