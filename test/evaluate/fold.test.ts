import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { evaluated, findingsOf, silenceOf } from '../builders/evaluated.ts';
import { fingerprintOf } from '../../shared/evaluate/fingerprint.ts';
import { defineRule, type Rule, type RuleInput } from '../../shared/rules/rule.ts';
import type { Verdict } from '../../shared/rules/verdict.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import { account, at, covered, tenantId, timelineOf, userId } from '../builders/fact.ts';
import { firing, rowsSeen } from '../builders/finding.ts';

const coverage = covered;

function ruleThat(evaluate: (input: RuleInput<unknown, 'timeline'>) => Verdict[]): Rule {
  return defineRule({
    id: 'licence/example',
    title: 'Example',
    severity: 'medium',
    subject: 'user',
    needs: ['timeline'],
    settings: z.unknown(),
    runbook: [],
    reference: '',
    knownGaps: [],
    evaluate,
  });
}

/** Fires while the account is disabled; cannot see while it is deleted. */
const whileDisabled = ruleThat(
  ({
    views: {
      timeline: { facts },
    },
    now,
  }) => {
    const last = facts.at(-1);
    if (last === undefined) return [{ kind: 'clear', reason: 'nothing known' }];
    if (last.kind === 'user-deleted') return [{ kind: 'unknown', reason: 'cannot see', qualifiers: {} }];
    const since = facts.findLastIndex(({ kind }) => kind === 'account-enabled') + 1;
    return last.kind === 'account-disabled'
      ? [
          firing({
            happenedAt: facts[since]?.at ?? last.at,
            severity: 'high',
            reason: `disabled, seen at ${now}`,
          }),
        ]
      : [{ kind: 'clear', reason: 'enabled', qualifiers: {} }];
  },
);

const off = (time: string): Fact => account('account-disabled', time);
const on = (time: string): Fact => account('account-enabled', time);

describe('the life of a condition, folded over all facts', () => {
  test('firing, clear, firing is two episodes and the first one is over', () => {
    const timeline = timelineOf([off(at(1)), on(at(2)), off(at(3))]);
    expect(findingsOf(whileDisabled, {}, timeline, coverage, at(4))).toMatchObject([
      {
        fingerprint: fingerprintOf(tenantId, 'licence/example', userId, {}),
        state: 'firing',
        episode: 2,
        openedAt: at(3),
        basis: rowsSeen(3),
        evaluatedAt: at(4),
        severity: 'high',
        firing: { reason: `disabled, seen at ${at(4)}` },
      },
    ]);
  });

  test('an episode that is over keeps its verdict and has both dates', () => {
    const [finding] = findingsOf(whileDisabled, {}, timelineOf([off(at(1)), on(at(2))]), coverage, at(4));
    expect(finding).toMatchObject({
      state: 'clear',
      reason: 'enabled',
      episode: 1,
      openedAt: at(1),
      resolvedAt: at(2),
      firing: { happenedAt: at(1) },
    });
  });

  test('unknown opens and closes nothing', () => {
    const deleted = account('user-deleted', at(2));
    const [still] = findingsOf(whileDisabled, {}, timelineOf([off(at(1)), deleted]), coverage, at(4));
    expect(still).toMatchObject({ state: 'firing', episode: 1, openedAt: at(1) });
    const [never] = findingsOf(whileDisabled, {}, timelineOf([deleted]), coverage, at(4));
    expect(never).toMatchObject({ state: 'unknown', reason: 'cannot see', episode: 0 });
    expect(never).not.toHaveProperty('firing');
  });

  test('a condition that never held is told with episode 0, so that an alert from before can resolve', () => {
    expect(findingsOf(whileDisabled, {}, timelineOf([on(at(1))]), coverage, at(4))).toMatchObject([
      { state: 'clear', episode: 0, severity: 'medium', reason: 'enabled' },
    ]);
  });

  test('a rule that has nothing to say gives no finding', () => {
    expect(findingsOf(whileDisabled, {}, timelineOf([]), coverage, at(4))).toEqual([]);
  });

  test('facts of one second are seen together: off and on within it is no episode', () => {
    const facts = [off('2026-02-03T01:00:00.100Z'), on('2026-02-03T01:00:00.900Z')];
    expect(findingsOf(whileDisabled, {}, timelineOf(facts), coverage, at(4))).toMatchObject([{ episode: 0 }]);
  });

  test('the rule sees at every moment what could be known then, and nothing later', () => {
    const seen: [string, number][] = [];
    const watching = ruleThat(
      ({
        views: {
          timeline: { facts },
        },
        now,
      }) => {
        seen.push([now, facts.length]);
        return [{ kind: 'clear', reason: 'watching', qualifiers: {} }];
      },
    );
    findingsOf(watching, {}, timelineOf([off(at(1)), on(at(2)), off(at(2)), on(at(3))]), coverage, at(9));
    expect(seen).toEqual([
      [at(1), 1],
      [at(2), 3],
      [at(3), 4],
      [at(9), 4],
    ]);
  });

  test('time alone can open it where the rule said when', () => {
    const patient = ruleThat(({ now }) =>
      now < at(6)
        ? [{ kind: 'clear', reason: 'still waiting', qualifiers: {}, lookAgainAt: at(6) }]
        : [firing({ happenedAt: at(1) })],
    );
    const timeline = timelineOf([off(at(1))]);
    const waiting = evaluated(patient, {}, timeline, coverage, at(4));
    expect(waiting).toMatchObject({
      findings: [{ state: 'clear', episode: 0 }],
      verdicts: [{ lookAgainAt: at(6) }],
    });
    const [opened] = findingsOf(patient, {}, timeline, coverage, at(48));
    expect(opened).toMatchObject({ state: 'firing', episode: 1, openedAt: at(6) });
  });

  test('the cause of an episode that is over is settled by time as well', () => {
    const settling = ruleThat(
      ({
        views: {
          timeline: { facts },
        },
        now,
      }) =>
        facts.at(-1)?.kind === 'account-disabled'
          ? [firing({ reason: now < at(20) ? 'cause is pending' : 'cause is not logged' })]
          : [{ kind: 'clear', reason: 'enabled', qualifiers: {} }],
    );
    const timeline = timelineOf([off(at(1)), on(at(2))]);
    expect(findingsOf(settling, {}, timeline, coverage, at(3))[0]?.firing?.reason).toBe('cause is pending');
    expect(findingsOf(settling, {}, timeline, coverage, at(30))[0]?.firing?.reason).toBe(
      'cause is not logged',
    );
  });

  test('one thing ends and another begins in one moment: a second episode, which opens no earlier than it happened', () => {
    const sinceLastOn = ruleThat(
      ({
        views: {
          timeline: { facts },
        },
      }) => {
        const since = facts.findLastIndex(({ kind }) => kind === 'account-enabled');
        const [first] = facts.slice(since + 1);
        return first === undefined
          ? [{ kind: 'clear', reason: 'enabled', qualifiers: {} }]
          : [firing({ happenedAt: first.at })];
      },
    );
    const [onAgain, offAgain] = ['2026-02-03T05:00:00.100Z', '2026-02-03T05:00:00.900Z'];
    const facts = [off(at(1)), off(at(2)), on(onAgain), off(offAgain)];
    const [found] = findingsOf(sinceLastOn, {}, timelineOf(facts), coverage, at(9));
    expect(found).toMatchObject({ state: 'firing', episode: 2, openedAt: offAgain });
    expect(found).not.toHaveProperty('resolvedAt');
  });

  test('what is left of an episode began while it lasted: it goes on', () => {
    const lastOff = ruleThat(
      ({
        views: {
          timeline: { facts },
        },
      }) => [firing({ happenedAt: facts.length > 2 ? at(2) : at(1) })],
    );
    const facts = [off(at(1)), off(at(2)), on(at(3))];
    expect(findingsOf(lastOff, {}, timelineOf(facts), coverage, at(9))).toMatchObject([
      { episode: 1, openedAt: at(1) },
    ]);
  });

  test('what ends an episode may show that it was worth less', () => {
    const offBoarding = ruleThat(
      ({
        views: {
          timeline: { facts },
        },
      }) =>
        facts.at(-1)?.kind === 'user-deleted'
          ? [{ kind: 'clear', reason: 'deleted', qualifiers: {}, severity: 'low' }]
          : [firing({ severity: 'high' })],
    );
    const timeline = timelineOf([off(at(1)), account('user-deleted', at(2))]);
    expect(findingsOf(offBoarding, {}, timeline, coverage, at(3))).toMatchObject([
      { state: 'clear', severity: 'low', firing: { severity: 'high' } },
    ]);
  });

  test('several sets of qualifiers live on their own', () => {
    const perProduct = ruleThat(
      ({
        views: {
          timeline: { facts },
        },
      }) => [
        firing({ qualifiers: { skuId: 'a' } }),
        facts.length > 1
          ? { kind: 'clear', reason: 'came', qualifiers: { skuId: 'b' } }
          : firing({ qualifiers: { skuId: 'b' } }),
      ],
    );
    const found = findingsOf(perProduct, {}, timelineOf([off(at(1)), on(at(2))]), coverage, at(3));
    expect(found.map(({ qualifiers, state }) => [qualifiers['skuId'], state])).toEqual([
      ['a', 'firing'],
      ['b', 'clear'],
    ]);
  });

  test('a fact from after now, by a clock that is ahead, is not lost', () => {
    const [found] = findingsOf(whileDisabled, {}, timelineOf([off(at(5))]), coverage, at(1));
    expect(found).toMatchObject({ state: 'firing', episode: 1, openedAt: at(5), evaluatedAt: at(1) });
  });

  test('episodes are the changes from clear to firing, and the last one is open when the last fact fires', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (states) => {
        const facts = states.map((isOff, hour) => (isOff ? off(at(hour)) : on(at(hour))));
        const openings = states.filter((isOff, index) => isOff && states[index - 1] !== true).length;
        const [found] = findingsOf(whileDisabled, {}, timelineOf(facts), coverage, at(100));
        expect(found?.episode).toBe(openings);
        expect(found?.state).toBe(states.at(-1) === true ? 'firing' : 'clear');
      }),
    );
  });

  test('a thousand facts are asked about once each', () => {
    let asked = 0;
    const counting = ruleThat(() => {
      asked += 1;
      return [{ kind: 'clear', reason: 'counted', qualifiers: {} }];
    });
    const facts = Array.from({ length: 1000 }, (_, hour) => off(at(hour)));
    findingsOf(counting, {}, timelineOf(facts), coverage, at(2000));
    expect(asked).toBe(1001);
  });
});

describe('why a rule is silent', () => {
  test('is what its verdicts say', () => {
    expect(silenceOf(whileDisabled, {}, timelineOf([on(at(1))]), coverage, at(2))).toEqual(['enabled']);
    expect(silenceOf(whileDisabled, {}, timelineOf([]), coverage, at(2))).toEqual(['nothing known']);
  });

  test('is nothing while it fires', () => {
    expect(silenceOf(whileDisabled, {}, timelineOf([off(at(1))]), coverage, at(2))).toEqual([]);
  });
});
