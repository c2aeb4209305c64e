import { timeIn } from '../../shared/time/zoned-time.ts';
import type { TenantState } from '../../shared/tenants/tenant-state.ts';

export const utc = timeIn('UTC');

/** How a tenant fares, in one sentence. */
export function stateWords(state: TenantState): string {
  switch (state.kind) {
    case 'watched':
      return `watched: all of it was last read at ${utc(state.lastCollectedAt)}`;
    case 'first-collection':
      return 'watched: the first collection is under way, or begins within five minutes';
    case 'blind': {
      const { since, sources, reason, permission } = state;
      const lacking = permission === undefined ? '' : `; the permission ${permission} is missing`;
      return `BLIND since ${utc(since)} (${sources.join(', ')}): ${reason}${lacking}`;
    }
    case 'removing':
      return state.waitsUntil === undefined
        ? `is being removed since ${utc(state.since)}: its data is deleted`
        : `is removed, its data is deleted; until ${utc(state.waitsUntil)} what may still come of it is waited for`;
  }
}
