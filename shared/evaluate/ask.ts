import type { Rule } from '../rules/rule.ts';
import type { Verdict } from '../rules/verdict.ts';
import type { Unread, ViewName, Views } from '../rules/views.ts';
import type { Subject } from '../state/subject.ts';
import type { Fact } from '../timeline/fact.ts';
import type { Basis } from './basis.ts';
import type { About } from './finding.ts';

/** What was read of each thing that a rule names, or why it was not. */
export type ReadViews = { [N in ViewName]?: Views[N] | Unread };

/** A rule with all that it is asked with, but for the moment. */
export interface Asked {
  rule: Rule;
  tenantId: string;
  subject: Subject;
  settings: unknown;
  views: ReadViews;
  basis: Basis;
}

const ofThePast: Unread = { unread: 'only what is now was looked at' };
const notLookedAt: Unread = { unread: 'it was not looked at' };

/**
 * What the rule says at one moment. `instead` takes the place of views as they are now; what the rule only uses is told of `isNow` alone.
 * The caller has seen to it that all that it needs was read.
 */
export function ask(asked: Asked, instead: ReadViews, moment: string, isNow: boolean): Verdict[] {
  return asked.rule.evaluate(inputOf(asked, instead, moment, isNow));
}

/** The facts of a timeline that the rule may still want after `moment`, up to which it goes. */
export function keptFacts(asked: Asked, timeline: Views['timeline'], moment: string): readonly Fact[] {
  return asked.rule.keeps?.(inputOf(asked, { timeline }, moment, false)) ?? timeline.facts;
}

function inputOf(
  { rule, subject, settings, views }: Asked,
  instead: ReadViews,
  moment: string,
  isNow: boolean,
): Parameters<Rule['evaluate']>[0] {
  const needed = rule.needs.map((name) => [name, instead[name] ?? views[name]]);
  const used = rule.uses.map((name) => [
    name,
    instead[name] ?? (isNow ? (views[name] ?? notLookedAt) : ofThePast),
  ]);
  return { subject, views: Object.fromEntries([...used, ...needed]) as Views, settings, now: moment };
}

/** The versions of what was read for the rule. */
export function basisOf(rule: Pick<Rule, 'needs' | 'uses'>, views: ReadViews): Basis {
  const names = [...new Set([...rule.needs, ...rule.uses])].sort();
  const versions: Record<string, number> = {};
  for (const name of names) {
    const view = views[name];
    if (view === undefined || 'unread' in view) continue;
    versions[name] = 'rows' in view ? view.rows : Date.parse(view.readAt);
  }
  return { names, versions };
}

/** The first of what the rule needs that was not read, and why. */
export function unreadNeed(rule: Pick<Rule, 'needs'>, views: ReadViews): string | undefined {
  for (const name of rule.needs) {
    const view = views[name];
    if (view === undefined) return `${name}: ${notLookedAt.unread}`;
    if ('unread' in view) return `${name}: ${view.unread}`;
  }
  return undefined;
}

export function aboutOf({ title, reference, knownGaps, doer = false }: Rule): About {
  return { title, reference, knownGaps: [...knownGaps], doer };
}
