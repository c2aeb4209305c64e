import type { Coverage } from '../../shared/coverage/coverage.ts';
import { basisOf } from '../../shared/evaluate/ask.ts';
import { type Evaluated, evaluateRule, silenceOf as silence } from '../../shared/evaluate/evaluate-rule.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import type { Timeline } from '../../shared/timeline/fact.ts';

/** What a rule that needs the timeline alone says about it. */
export function evaluated(
  rule: Rule,
  settings: unknown,
  timeline: Timeline,
  coverage: Coverage,
  now: string,
): Evaluated {
  const { tenantId, subject } = timeline;
  const views = { timeline: { ...timeline, coverage } };
  return evaluateRule({ rule, tenantId, subject, settings, views, basis: basisOf(rule, views) }, now);
}

export function findingsOf(...asked: Parameters<typeof evaluated>): Finding[] {
  return evaluated(...asked).findings;
}

export function silenceOf(...asked: Parameters<typeof evaluated>): string[] {
  return silence(evaluated(...asked));
}
