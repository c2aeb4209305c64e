import { isFolded } from '../rules/rule.ts';
import type { Verdict } from '../rules/verdict.ts';
import { aboutOf, ask, type Asked, unreadNeed } from './ask.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import { foldedFindings, type Resumed } from './fold.ts';
import type { FoldState } from './fold-state.ts';

export interface Evaluated {
  findings: Finding[];
  /** What the rule said, without qualifiers too: when to look again, and why it is silent. */
  verdicts: readonly Verdict[];
  /** True where the rule was asked about what is now and could answer: what it does not speak of is clear. */
  speaksOfAll: boolean;
  /** What may be remembered of it, one for each cut that was asked for. */
  states: FoldState[];
}

/**
 * What a rule says about its subject: folded over the timeline, or as it is now. Law 3 is held here: what was not read is `unknown`.
 * `resumed` spares a folded rule what is long past.
 */
export function evaluateRule(asked: Asked, now: string, resumed: Resumed = {}): Evaluated {
  const { rule, views } = asked;
  const unread = unreadNeed(rule, views);
  if (unread !== undefined) {
    return { findings: [], verdicts: [{ kind: 'unknown', reason: unread }], speaksOfAll: false, states: [] };
  }
  const { timeline } = views;
  if (isFolded(rule) && timeline !== undefined && !('unread' in timeline)) {
    return { ...foldedFindings(asked, timeline, now, resumed), speaksOfAll: false };
  }
  const verdicts = ask(asked, {}, now, true);
  return {
    findings: verdicts.flatMap((verdict) => findingNow(asked, verdict, now)),
    verdicts,
    speaksOfAll: verdicts.every(({ kind }) => kind !== 'unknown'),
    states: [],
  };
}

/** Why the rule raises nothing; empty where it does. */
export function silenceOf({ verdicts }: Evaluated): string[] {
  if (verdicts.some(({ kind }) => kind === 'firing')) return [];
  return [...new Set(verdicts.map(({ reason }) => reason))];
}

function findingNow({ rule, subject, tenantId, basis }: Asked, verdict: Verdict, now: string): Finding[] {
  const { kind, reason, qualifiers } = verdict;
  if (qualifiers === undefined) return [];
  return [
    {
      fingerprint: fingerprintOf(tenantId, rule.id, subject.id, qualifiers),
      tenantId,
      rule: rule.id,
      about: aboutOf(rule),
      subject,
      qualifiers: { ...qualifiers },
      state: kind,
      reason,
      ...(verdict.kind === 'firing' ? { firing: verdict } : {}),
      severity: (verdict.kind === 'unknown' ? undefined : verdict.severity) ?? rule.severity,
      basis,
      evaluatedAt: now,
    },
  ];
}
