import type { z } from 'zod';
import type { Subject, SubjectKind } from '../state/subject.ts';
import type { Fact } from '../timeline/fact.ts';
import type { Severity, Verdict } from './verdict.ts';
import type { Unread, ViewName, Views } from './views.ts';

export interface RuleInput<Settings, Need extends ViewName = ViewName, Use extends ViewName = never> {
  subject: Subject;
  /** A timeline holds facts up to `now` only: a rule sees what could be known at that moment. */
  views: { [N in Need]: Views[N] } & { [U in Use]: Views[U] | Unread };
  settings: Settings;
  /** ISO 8601, UTC. */
  now: string;
}

/** What people are told about a rule: on cards, in lists, by `replay --user`. */
interface About {
  title: string;
  /** Two or three steps that name fields and times, with the exact command or portal step. */
  runbook: readonly string[];
  /** A page of the vendor that explains the matter. */
  reference: string;
  /** What it cannot see, so that nobody relies on it. */
  knownGaps: readonly string[];
}

interface Definition<Settings> extends About {
  /** `<family>/<name>`, the path of its file below `shared/rules/`. */
  id: string;
  /** The usual one; a verdict may carry another. */
  severity: Severity;
  subject: SubjectKind;
  /** True where what it finds is somebody's deed: then cards say who did it, or that nobody knows. */
  doer?: boolean;
  settings: z.ZodType<Settings>;
}

/** A rule as all others know it: what it needs is given to it, whatever that is. */
export interface Rule extends Definition<unknown> {
  /** What it looks at. Where one of these was not read it is not asked, and the answer is `unknown`. */
  needs: readonly ViewName[];
  /** What it looks at if it is there. */
  uses: readonly ViewName[];
  evaluate(input: RuleInput<unknown, ViewName, ViewName>): Verdict[];
  /** Absent: everything that ever happened may matter. */
  keeps?(input: RuleInput<unknown, ViewName, ViewName>): readonly Fact[];
}

/**
 * A rule is one file `shared/rules/<family>/<name>.rule.ts` that exports `rule`, and its test `test/rules/<family>/<name>.test.ts`.
 * Nothing else is edited to add one.
 *
 * `evaluate` is pure, returns at least one verdict, one for each set of qualifiers that it has something to say about, and never throws
 * on a missing field. A rule that needs nothing but the timeline is folded over its facts, here and in `replay` alike: it is asked at
 * each moment and must have a verdict for each set of qualifiers that it ever spoke of in that timeline. One that needs a state is asked
 * about what is now: what it no longer speaks of is clear.
 *
 * `keeps` belongs to a folded rule whose subjects may have a long history. Of the facts up to `now` it gives those, in their order, that
 * may still matter to any verdict after `now`, whatever happens then: with them alone, and whatever came later, `evaluate` must say
 * exactly what it says with all. The others are forgotten, so that a new fact costs as much after ten thousand as after a hundred. What
 * a verdict is must then hang on the facts alone; coverage and facts of groups may only change how the cause is told. A rule
 * without it is folded over all facts each time, and its cost grows with the history of its subject. `test/rules/every-keeps.test.ts`
 * holds every `keeps` to this.
 */
export function defineRule<Settings, const Need extends ViewName, const Use extends ViewName = never>(
  definition: {
    needs: readonly [Need, ...Need[]];
    uses?: readonly Use[];
    evaluate: (input: RuleInput<Settings, Need, Use>) => Verdict[];
    keeps?: (input: RuleInput<Settings, Need, Use>) => readonly Fact[];
  } & Definition<Settings>,
): Rule {
  const { evaluate, keeps, uses = [], ...rest } = definition;
  return {
    ...rest,
    uses,
    // The runner gives a rule all that it needs, or does not ask it; settings come from the rule's own schema.
    evaluate: (input) => evaluate(input as RuleInput<Settings, Need, Use>),
    ...(keeps === undefined ? {} : { keeps: (input) => keeps(input as RuleInput<Settings, Need, Use>) }),
  };
}

/** Folded over the facts of its subject's timeline, in the functions and in `replay` alike. */
export function isFolded({ needs }: Pick<Rule, 'needs'>): boolean {
  return needs.every((need) => need === 'timeline');
}

/** The folder of the rule: what evaluates it is a function of that name. */
export function familyOf(ruleId: string): string {
  return ruleId.slice(0, Math.max(0, ruleId.indexOf('/')));
}
