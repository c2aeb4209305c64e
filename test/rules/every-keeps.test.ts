import { rules } from '#rules';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Rule } from '../../shared/rules/rule.ts';
import type { Views } from '../../shared/rules/views.ts';
import type { Verdict } from '../../shared/rules/verdict.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import { timelineUntil } from '../../shared/timeline/timeline.ts';
import { account, at, covered, timelineOf } from '../builders/fact.ts';
import { firing } from '../builders/finding.ts';
import { factHistory, groupFactsAround, someSettings } from '../builders/random-facts.ts';

/** What every `keeps` must be, whatever its rule is about. */

interface History {
  facts: Fact[];
  groupFacts: Fact[];
  settings: Record<string, unknown>;
  /** After so many facts the rule is asked what it can forget; each time of what it had kept before and of what came since. */
  cuts: number[];
}

const histories = factHistory(24).chain((facts) =>
  fc.record({
    facts: fc.constant(facts),
    groupFacts: groupFactsAround(facts),
    settings: someSettings,
    cuts: fc.array(fc.integer({ min: 0, max: facts.length }), { minLength: 1, maxLength: 4 }),
  }),
);

function inputOf(rule: Rule, { groupFacts, settings }: History, facts: Fact[], now: string) {
  const timeline = timelineUntil(timelineOf(facts, { groupFacts }), now);
  const views = { timeline: { ...timeline, coverage: covered } } as unknown as Views;
  return { subject: timeline.subject, views, settings: rule.settings.parse(settings), now };
}

function kept(rule: Rule, history: History, facts: Fact[], now: string): Fact[] {
  return [...(rule.keeps?.(inputOf(rule, history, facts, now)) ?? facts)];
}

/** What is wrong with what the rule keeps of this history, in words. */
function keepProblems(rule: Rule, history: History): string[] {
  const { facts } = history;
  let few: Fact[] = [];
  let from = 0;
  for (const cut of [...history.cuts].sort((left, right) => left - right)) {
    const now = facts[cut - 1]?.at ?? at(0);
    const until = facts.filter((fact) => fact.at <= now).length;
    const known = [...few, ...facts.slice(from, until)];
    few = kept(rule, history, known, now);
    from = until;
    if (!isPartOf(few, known)) return ['it keeps what it was not given, or in another order'];
  }
  const later = facts.slice(from);
  const since = facts[from - 1]?.at ?? at(0);
  const moments = [since, ...later.map((fact) => fact.at)].flatMap((moment) => [moment, afterwards(moment)]);
  return moments
    .filter((moment, index) => index < 2 || moment > since)
    .filter((moment) => {
      const [all, some] = [facts, [...few, ...later]].map((each): Verdict[] =>
        rule.evaluate(inputOf(rule, history, each, moment)),
      );
      return JSON.stringify(all) !== JSON.stringify(some);
    })
    .map((moment) => `at ${moment} it says something else of what it keeps than of all`);
}

/** Long enough for any period of grace to be over. */
function afterwards(moment: string): string {
  return new Date(Date.parse(moment) + 30 * 3_600_000).toISOString();
}

function isPartOf(some: readonly Fact[], all: readonly Fact[]): boolean {
  let place = -1;
  return some.every((fact) => {
    place = all.indexOf(fact, place + 1);
    return place >= 0;
  });
}

const forgetful = rules.filter((rule) => rule.keeps !== undefined);

test('the rules about licences of users keep what matters, and no more', () => {
  expect(forgetful.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['licence/licence-assignment-failed', 'licence/licence-lost']),
  );
});

describe.each(forgetful.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('says of what it keeps, whatever comes, what it says of all', () => {
    fc.assert(
      fc.property(histories, (history) => {
        expect(keepProblems(rule, history)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  }, 60_000);
});

describe('the suite', () => {
  const facts = [account('account-disabled', at(1)), account('account-enabled', at(2))];
  const history: History = { facts, groupFacts: [], settings: {}, cuts: [1] };
  const [rule] = forgetful as [Rule];
  const factsIn = ({ views: { timeline } }: Parameters<Rule['evaluate']>[0]): Fact[] =>
    'facts' in timeline ? timeline.facts : [];
  const counting: Rule = {
    ...rule,
    evaluate: (input) => [firing({ reason: `${String(factsIn(input).length)} facts` })],
  };

  test('finds a rule that forgets what it counts', () => {
    expect(keepProblems({ ...counting, keeps: () => [] }, history)).not.toEqual([]);
    expect(keepProblems({ ...counting, keeps: factsIn }, history)).toEqual([]);
  });

  test('finds a rule that makes facts up', () => {
    const made = (): Fact[] => [account('user-created', at(0))];
    expect(keepProblems({ ...counting, keeps: made }, history)).toEqual([
      'it keeps what it was not given, or in another order',
    ]);
  });
});
