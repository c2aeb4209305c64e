import { describe, expect, test } from '@jest/globals';
import { ask, type Asked, basisOf, type ReadViews } from '../../shared/evaluate/ask.ts';
import { type Evaluated, evaluateRule } from '../../shared/evaluate/evaluate-rule.ts';
import { isFolded, type Rule } from '../../shared/rules/rule.ts';
import { type Detail, type Firing, firingSchema, type Verdict } from '../../shared/rules/verdict.ts';
import type { Subject } from '../../shared/state/subject.ts';
import { timelineUntil } from '../../shared/timeline/timeline.ts';
import { at, tenantId, userId, userName } from '../builders/fact.ts';
import { type Edge, edgesFor } from './edges.ts';

/** What every rule must be, whatever it is about: each function gives the problems in words, so that a test can also plant some. */

interface RuleSample {
  /** What the rule looks at: all that it needs. What it only uses may be left out; then nobody has read it. */
  views: ReadViews;
  /** The moment at which it is asked (ISO 8601, UTC). */
  now: string;
  /** Somebody of the rule's kind where it is left out (`exampleOf`). */
  subject?: Subject;
}

export interface RuleSamples {
  firing: RuleSample;
  silent: RuleSample;
}

/** A cmdlet, a command of ours, or the address of a portal. */
const commandOrPortal = /\b[A-Z][a-z]+-[A-Z]\w+|\bnpx gracewatch \w+|\b[a-z]+\.(?:microsoft|azure)\.com\b/;
const field = /\b[A-Z][a-z]+[A-Z]\w+|\b[a-z]+[A-Z]\w+|\b[A-Z]+_[A-Z_]+\b/;
const time = /\b\d+ (?:minutes?|hours?|days?)\b|\bat the time\b|\d{4}-\d{2}-\d{2}T/;
/** Modules that Microsoft has switched off (FACTS 5.1, 8.8). */
const outdated = /\b[A-Z][a-z]+-(?:Msol|AzureAD)\w+/;

export function contractProblems(rule: Rule, path: string): string[] {
  const subject = { ...exampleOf(rule), name: exampleOf(rule).id };
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
    ...when(isFolded(rule) && rule.keeps === undefined, 'it does not say which facts it keeps'),
    ...edgeProblems(rule, edgesFor(rule, subject), subject),
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

/** Somebody or something of the kind that the rule is about. */
function exampleOf({ subject: kind }: Pick<Rule, 'subject'>): Subject {
  return kind === 'user'
    ? { kind, id: userId, name: userName }
    : { kind, id: `${kind}-1`, name: `the ${kind} of the sample` };
}

export function sampleProblems(rule: Rule, { firing, silent }: RuleSamples): string[] {
  const subject = firing.subject ?? exampleOf(rule);
  const fired = firedBy(rule, firing, subject);
  const renamed = firedBy(rule, firing, { ...subject, name: 'somebody else' });
  const silentVerdicts = evaluated(rule, silent, silent.subject ?? exampleOf(rule)).verdicts;
  return [
    ...[firing, silent].flatMap((sample) => missingViews(rule, sample)),
    ...when(fired.length === 0, 'its firing sample leaves it silent'),
    ...when(isEmpty(silent.views), 'its silent sample is empty'),
    ...when(
      silentVerdicts.some(({ kind }) => kind === 'firing'),
      'its silent sample makes it fire',
    ),
    ...when(
      JSON.stringify(fired.map(qualifiersOf)) !== JSON.stringify(renamed.map(qualifiersOf)),
      'its qualifiers change with a name',
    ),
    ...fired.flatMap((verdict) => [
      ...firingProblems(verdict, subject),
      ...when(verdict.details.length === 0, 'its verdict has no details'),
    ]),
    ...[firing, silent].flatMap((sample) => forgottenProblems(rule, sample)),
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

/** What must hold of the verdict that opens an alert. */
function firingProblems(verdict: Firing, { id, name }: Subject): string[] {
  const parsed = firingSchema.safeParse(verdict);
  const issues = parsed.error?.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  return [
    ...when(issues !== undefined, `its verdict is none (${issues?.join('; ') ?? ''})`),
    ...runbookProblems(verdict.runbook),
    ...when(verdict.extent.length === 0, 'its verdict says not what is wrong (extent)'),
    ...when(verdict.evidence.length === 0, 'its verdict has no evidence'),
    ...when(!verdict.title.includes(name), 'its title does not name the subject'),
    ...when(verdict.summary.length < 10, 'its verdict has no summary'),
    ...detailProblems(verdict.details),
    ...Object.entries(verdict.qualifiers).flatMap(([key, value]) =>
      when(!isId(value) || (value === name && name !== id), `its qualifier ${key} is no id`),
    ),
  ];
}

/** An id, a code or the name of a setting: none of them has a blank in it. */
function isId(value: string): boolean {
  return /^\S{1,200}$/.test(value);
}

function detailProblems(details: readonly Detail[]): string[] {
  const labels = details.map(({ label }) => label);
  return [
    ...when(new Set(labels).size < labels.length, 'two of its details have one label'),
    ...details.flatMap(({ label, value, weight }) => [
      ...when(label.trim() === '' || label.endsWith(':'), `the label ${JSON.stringify(label)} is no label`),
      ...when(!(weight >= 0 && Number.isFinite(weight)), `the detail ${label} has no weight`),
      ...when(
        value === '' || (Array.isArray(value) && value.length === 0),
        `the detail ${label} says nothing`,
      ),
      ...when(typeof value === 'number' && !Number.isFinite(value), `the detail ${label} is no number`),
    ]),
  ];
}

/** @param edges what the rule must bear, beyond its samples */
export function edgeProblems(rule: Rule, edges: readonly Edge[], subject = exampleOf(rule)): string[] {
  return edges.flatMap(([name, views]) => {
    const unchanged = JSON.stringify(views);
    const sample = { views, now: at(48) };
    let problems: string[];
    try {
      const { verdicts } = evaluated(rule, sample, subject);
      problems = [
        ...when(verdicts.length === 0, 'it gives no verdict'),
        ...verdicts.flatMap((verdict) => verdictProblems(verdict, sample.now)),
        ...when(
          JSON.stringify(evaluated(rule, sample, subject).verdicts) !== JSON.stringify(verdicts),
          'it gives two answers',
        ),
        ...verdicts.flatMap((verdict) => (verdict.kind === 'firing' ? firingProblems(verdict, subject) : [])),
        ...forgottenProblems(rule, sample, subject),
        ...when(JSON.stringify(views) !== unchanged, 'it changes what it is given'),
      ];
    } catch (error) {
      problems = [`it throws: ${String(error)}`];
    }
    return [...new Set(problems)].map((problem) => `${name}: ${problem}`);
  });
}

function verdictProblems({ reason, lookAgainAt }: Verdict, now: string): string[] {
  return [
    ...when(reason === '', 'it gives a verdict without a reason'),
    ...when(lookAgainAt !== undefined && !(lookAgainAt > now), 'it is to be looked at again in the past'),
  ];
}

/** A rule that is folded over a timeline must go on speaking of what it once raised: else its alert stays open for ever. */
function forgottenProblems(rule: Rule, { views, now }: RuleSample, subject = exampleOf(rule)): string[] {
  const { timeline } = views;
  if (!isFolded(rule) || timeline === undefined || 'unread' in timeline) return [];
  const raised = new Set<string>();
  const moments = [...new Set([...timeline.facts.map(({ at: moment }) => moment), now])].sort();
  for (const moment of moments) {
    const until = { ...timelineUntil(timeline, moment), coverage: timeline.coverage };
    const verdicts = ask(askedOf(rule, views, subject), { timeline: until }, moment, false);
    const spokenOf = new Set(verdicts.map(qualifiersOf));
    const forgotten = [...raised].filter((qualifiers) => !spokenOf.has(qualifiers));
    if (forgotten.length > 0) return [`it no longer speaks of ${forgotten.join(', ')}`];
    for (const verdict of verdicts) if (verdict.kind === 'firing') raised.add(qualifiersOf(verdict));
  }
  return [];
}

function qualifiersOf({ qualifiers }: Verdict): string {
  return JSON.stringify(qualifiers);
}

function firedBy(rule: Rule, sample: RuleSample, subject: Subject): Firing[] {
  return evaluated(rule, sample, subject).verdicts.filter((verdict) => verdict.kind === 'firing');
}

/** As the runner asks it, with the settings that hold where nothing is set. */
function evaluated(rule: Rule, { views, now }: RuleSample, subject: Subject): Evaluated {
  return evaluateRule(askedOf(rule, views, subject), now);
}

function askedOf(rule: Rule, views: ReadViews, subject: Subject): Asked {
  return { rule, tenantId, subject, settings: rule.settings.parse({}), views, basis: basisOf(rule, views) };
}

function missingViews(rule: Rule, { views }: RuleSample): string[] {
  return rule.needs.flatMap((name) =>
    when(views[name] === undefined, `a sample lacks ${name}, which it needs`),
  );
}

function isEmpty({ timeline }: ReadViews): boolean {
  return timeline !== undefined && 'facts' in timeline && timeline.facts.length === 0;
}

function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
