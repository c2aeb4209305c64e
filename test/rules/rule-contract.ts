import { describe, expect, test } from '@jest/globals';
import type { Firing, Rule, Verdict } from '../../shared/evaluate/rule.ts';
import type { Coverage } from '../../shared/timeline/coverage.ts';
import type { Fact, Timeline } from '../../shared/timeline/fact.ts';
import { account, admin, at, covered, licence, licencesChanged, timelineOf } from '../builders/fact.ts';

/** What every rule must be: each function gives the problems in words, so that a test can also plant some. */

export interface RuleSamples {
  /** What happened, and the moment at which the rule is asked about it. */
  firing: { facts: Fact[]; now: string };
  silent: { facts: Fact[]; now: string };
}

const commandOrPortal = /\b[A-Z][a-z]+-Mg[A-Z]\w+|admin\.microsoft\.com/;
const field = /\b[A-Z][a-z]+[A-Z]\w+|\b[a-z]+[A-Z]\w+/;
const time = /\b\d+ (?:minutes?|hours?|days?)\b|\bat the time\b|\d{4}-\d{2}-\d{2}T/;
/** Retired modules, and the portal that no longer assigns licences (FACTS 5.1, 8.8). */
const outdated = /Msol|AzureAD\w*User|entra\.microsoft\.com|portal\.azure\.com/;

export function contractProblems(rule: Rule, path: string): string[] {
  return [
    ...when(rule.id !== path, `its id ${rule.id} is not its path`),
    ...when(rule.title.length < 5, 'it has no title'),
    ...runbookProblems(rule.runbook),
    ...when(!/^https:\/\/\S+$/.test(rule.reference), 'its reference is no https address'),
    ...when(
      rule.knownGaps.length === 0 || rule.knownGaps.some((gap) => gap.length < 10),
      'it tells no known gap',
    ),
    ...when(!rule.settings.safeParse({}).success, 'its settings have no defaults'),
    ...edges().flatMap(([name, timeline]) => edgeProblems(rule, name, timeline)),
  ];
}

export function runbookProblems(runbook: readonly string[]): string[] {
  const text = runbook.join('\n');
  return [
    ...when(runbook.length < 2 || runbook.length > 3, 'its runbook has not two or three steps'),
    ...when(!field.test(text), 'its runbook names no field'),
    ...when(!time.test(text), 'its runbook names no time'),
    ...when(!commandOrPortal.test(text), 'its runbook gives no command and no portal step'),
    ...when(outdated.test(text), 'its runbook uses what is retired'),
  ];
}

export function sampleProblems(rule: Rule, samples: RuleSamples): string[] {
  const firing = ask(rule, timelineOf(samples.firing.facts), samples.firing.now);
  const silent = ask(rule, timelineOf(samples.silent.facts), samples.silent.now);
  const fired = firing.filter((verdict): verdict is Firing => verdict.kind === 'firing');
  return [
    ...when(fired.length === 0, 'its firing sample leaves it silent'),
    ...when(samples.silent.facts.length === 0, 'its silent sample is empty'),
    ...when(
      silent.some(({ kind }) => kind === 'firing'),
      'its silent sample makes it fire',
    ),
    ...fired.flatMap((verdict) => [
      ...runbookProblems(verdict.runbook),
      ...when(verdict.extent.length === 0, 'its verdict says not what is wrong (extent)'),
      ...when(verdict.evidence.length === 0, 'its verdict has no evidence'),
      ...when(!verdict.title.includes('adele@contoso.com'), 'its title does not name the subject'),
    ]),
  ];
}

/** One call in the test of each rule; every-rule.test.ts sees to it that it is there. */
export function holdsSamples(rule: Rule, samples: RuleSamples): void {
  describe('its samples', () => {
    test('fire and stay silent as they should', () => {
      expect(sampleProblems(rule, samples)).toEqual([]);
    });
  });
}

function edgeProblems(rule: Rule, name: string, timeline: Timeline): string[] {
  const unchanged = JSON.stringify(timeline);
  const nothingRead: Coverage = { windows: [], latestArrivalMinutes: 1440 };
  const problems = [covered, nothingRead].flatMap((coverage) => {
    try {
      const once = ask(rule, timeline, at(48), coverage);
      return [
        ...when(once.length === 0, `it gives no verdict for ${name}`),
        ...when(
          once.some(({ reason }) => reason === ''),
          `it gives a verdict without a reason for ${name}`,
        ),
        ...when(
          JSON.stringify(ask(rule, timeline, at(48), coverage)) !== JSON.stringify(once),
          `it gives two answers for ${name}`,
        ),
      ];
    } catch (error) {
      return [`it throws for ${name}: ${String(error)}`];
    }
  });
  return [...problems, ...when(JSON.stringify(timeline) !== unchanged, `it changes ${name}`)];
}

function ask(rule: Rule, timeline: Timeline, now: string, coverage = covered): Verdict[] {
  return rule.evaluate({ timeline, coverage, settings: rule.settings.parse({}), now });
}

/** Timelines with as little in them as a record may leave out. */
function edges(): [string, Timeline][] {
  const bare = { at: at(1), logs: [], records: [], complete: true };
  const e3 = licence('ENTERPRISEPACK');
  const unknown = {
    skuId: 'SOMETHING_NEW',
    name: 'SOMETHING_NEW',
    disabledPlans: [{ id: 'PLAN', name: 'PLAN' }],
  };
  const group = { id: 'group-1' };
  const facts: [string, Fact[]][] = [
    ['no facts', []],
    ['a change without before and after', [{ kind: 'licences-changed', ...bare }]],
    ['a change that is not complete', [licencesChanged(at(1), [e3], [], { complete: false })]],
    ['a change without actor', [{ kind: 'licences-changed', ...bare, before: [e3], after: [] }]],
    ['a product that no table knows', [licencesChanged(at(1), [unknown], [])]],
    ['plans that no table knows', [licencesChanged(at(1), [{ ...unknown, disabledPlans: [] }], [unknown])]],
    ['a failure without product and reason', [{ kind: 'licence-assignment-failed', ...bare }]],
    ['a failure that is not complete', [{ kind: 'licence-assignment-failed', ...bare, complete: false }]],
    [
      'facts of groups without names',
      [
        { kind: 'group-membership-changed', ...bare, change: 'removed', group, user: { id: 'user-1' } },
        { kind: 'group-licences-changed', ...bare, group },
        { kind: 'group-deleted', ...bare, group },
        { kind: 'group-licensing-finished', ...bare, group },
      ],
    ],
    [
      'an account that comes and goes',
      [
        account('user-created', at(1)),
        licencesChanged(at(2), [e3], []),
        account('user-deleted', at(3)),
        account('user-restored', at(4)),
        account('account-disabled', at(5)),
        account('account-enabled', at(6), { actor: admin }),
      ],
    ],
  ];
  return facts.map(([name, known]) => [
    name,
    { tenantId: 'tenant-1', subject: { kind: 'user', id: 'user-1' }, facts: known, groupFacts: [], rows: 1 },
  ]);
}

function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
