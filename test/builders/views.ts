import type { StateView, TimelineView } from '../../shared/rules/views.ts';
import type { StateName, StateValue } from '../../shared/state/state.ts';
import type { Fact, Timeline } from '../../shared/timeline/fact.ts';
import { covered, timelineOf } from './fact.ts';

/** A timeline as a rule sees it, both logs read for the whole year. */
export function timelineView(facts: Fact[], overrides: Partial<Timeline> = {}): TimelineView {
  return { ...timelineOf(facts, overrides), coverage: covered };
}

/** A state as a rule sees it; `_name` only says which one, so that the compiler knows its value. */
export function stateView<S extends StateName>(_name: S, value: StateValue<S>, readAt: string): StateView<S> {
  return { value, readAt, confirmedAt: readAt };
}
