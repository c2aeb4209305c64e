import type { Coverage } from '../coverage/coverage.ts';
import { type StateName, stateNames, type StateValue } from '../state/state.ts';
import type { Timeline } from '../timeline/fact.ts';

/** Everything known about a user or group in order of time, and which windows of the logs were read. */
export interface TimelineView extends Timeline {
  coverage: Coverage;
}

/** A state as it was last read. */
export interface StateView<S extends StateName> {
  value: StateValue<S>;
  /** Its version (ISO 8601, UTC). */
  readAt: string;
  /** When it was last seen unchanged; not before `readAt`. */
  confirmedAt: string;
}

/** What a rule can look at, by name. */
export type Views = { timeline: TimelineView } & { [S in StateName]: StateView<S> };
export type ViewName = keyof Views;
export const viewNames: readonly [ViewName, ...ViewName[]] = ['timeline', ...stateNames];

/** What a rule only uses may not be there: then this says why. That resolves and clears nothing. */
export interface Unread {
  unread: string;
}

export function isUnread(view: object): view is Unread {
  return 'unread' in view;
}
