import type { CoverageStore } from '../coverage/coverage-store.ts';
import type { Coverage } from '../coverage/coverage.ts';
import { readEnvelope } from '../envelope.ts';
import { readItems, throwFirst } from '../json/read-items.ts';
import type { Clock, Log, OversizeItems, Queues } from '../ports.ts';
import { familyOf, isFolded, type Rule } from '../rules/rule.ts';
import type { Subject } from '../state/subject.ts';
import type { StoredTimeline, SubjectPlan } from '../timeline/timeline-store.ts';
import { aboutOf, basisOf } from './ask.ts';
import { type Evaluated, evaluateRule } from './evaluate-rule.ts';
import { type Family, familyQueues } from './families.ts';
import type { Finding } from './finding.ts';
import type { FoldState } from './fold-state.ts';
import { withoutForgotten } from './forgotten.ts';
import { lookAgainAt } from './look-again.ts';
import type { OpenAlerts } from './open-alerts.ts';
import { readCoverage, type Remembering } from './read-timeline.ts';
import { cutsToRemember, type FoldKeys, foldKeys, planOfFolds, rememberedFolds } from './remembered-folds.ts';
import { readViews, type SubjectViews, type ViewPorts } from './read-views.ts';
import type { RuleSettings } from './rule-set.ts';
import {
  firstSubjectsKind,
  subjectsKind,
  type SubjectToEvaluate,
  subjectToEvaluateSchema,
} from './subject-to-evaluate.ts';
import { supersededFindings } from './superseded.ts';

export interface EvaluatePorts extends ViewPorts {
  openAlerts: OpenAlerts;
  coverage: Pick<CoverageStore, 'read'>;
  queues: Queues;
  oversize: OversizeItems;
  clock: Clock;
  log: Log;
}

export interface EvaluateSettings {
  rules: readonly Rule[];
  settingsOf: RuleSettings['settingsOf'];
  latestArrivalMinutes: number;
  /** Changes whenever the program does: what another build remembered of a fold says nothing. */
  program: string;
}

/** One message, with what all its subjects share. */
interface Evaluation {
  family: Family;
  tenantId: string;
  now: string;
  again: boolean;
  /** Read once, when the first timeline is. */
  coverage: () => Promise<Coverage>;
}

/**
 * Handles one message of the queue of a family: subjects that are to be evaluated. Loads what the family's rules need about each, asks
 * them, and sends what is found to the queue `verdicts`. `handledBefore`: it may have planned the next look and been broken off before it
 * sent what it had found, so no look is taken for one that another message serves.
 * @throws when an item could not be read or a subject not be evaluated, after all others were; handling the message again is harmless
 */
export async function evaluateSubjects(
  family: Family,
  message: unknown,
  handledBefore: boolean,
  ports: EvaluatePorts,
  settings: EvaluateSettings,
): Promise<void> {
  const { tenantId, kind, items, replayed = false } = readEnvelope(message);
  if (kind !== subjectsKind && kind !== firstSubjectsKind) {
    throw new Error(
      `the queue ${familyQueues[family]} does not know messages of kind ${JSON.stringify(kind.slice(0, 40))}`,
    );
  }
  const now = ports.clock.now().toISOString();
  const { read, problems } = readItems(await ports.oversize.resolve(items), subjectToEvaluateSchema);
  // What came of a signal is looked at whatever else is on its way, so it goes before what only time has brought.
  const bySignalLast = read.toSorted((a, b) => Number(b.why === 'time') - Number(a.why === 'time'));
  const subjects = new Map(bySignalLast.map((subject) => [`${subject.kind} ${subject.id}`, subject]));
  let coverage: Promise<Coverage> | undefined;
  const evaluation: Evaluation = {
    family,
    tenantId,
    now,
    again: handledBefore || replayed,
    coverage: () => (coverage ??= readCoverage(tenantId, settings.latestArrivalMinutes, ports.coverage)),
  };
  const findings: Finding[] = [];
  for (const subject of subjects.values()) {
    try {
      findings.push(...(await evaluateSubject(subject, evaluation, ports, settings)));
    } catch (error) {
      problems.push(new Error(`${subject.kind} ${subject.id} could not be evaluated`, { cause: error }));
    }
  }
  if (findings.length > 0) {
    const told = kind === firstSubjectsKind ? findings.map(asOfFirstCollection) : findings;
    await ports.queues.send('verdicts', tenantId, 'findings', told);
  }
  ports.log.info('subjects evaluated', {
    stage: 'evaluate',
    tenantId,
    family,
    subjects: subjects.size,
    findings: findings.length,
  });
  throwFirst(problems);
}

function asOfFirstCollection(finding: Finding): Finding {
  return { ...finding, firstCollection: true };
}

async function evaluateSubject(
  subject: SubjectToEvaluate,
  evaluation: Evaluation,
  ports: EvaluatePorts,
  settings: EvaluateSettings,
): Promise<Finding[]> {
  const { family, tenantId, now } = evaluation;
  const rules = settings.rules.filter(
    (rule) => familyOf(rule.id) === family && rule.subject === subject.kind,
  );
  if (rules.length === 0) return [];
  const settingsOf = (ruleId: string): unknown => settings.settingsOf(ruleId, tenantId);
  const keysOf = (of: Subject): FoldKeys | undefined =>
    foldKeys(tenantId, of, rules, settingsOf, settings.program);
  const remembering: Remembering = {
    fold: family,
    starts: (of, checkpoint) => {
      const keys = keysOf(of);
      return keys === undefined ? undefined : rememberedFolds(checkpoint, keys);
    },
  };
  const seen = await readViews(tenantId, subject, rules, { ...evaluation, remembering }, ports);
  const { views, read } = seen;
  if (!evaluation.again && isServedByAnother(subject, read?.stored.looks[family], now)) return [];

  const keys = read === undefined ? undefined : keysOf(seen.subject);
  const resuming =
    read === undefined || keys === undefined
      ? {}
      : { cuts: cutsToRemember(read.stored, read.timeline.facts, read.starts, now) };
  const evaluated: Evaluated[] = [];
  const folded: { rule: string; key: string; states: FoldState[] }[] = [];
  const findings: Finding[] = [];
  for (const rule of rules) {
    const basis = basisOf(rule, views);
    const asked = { rule, tenantId, subject: seen.subject, settings: settingsOf(rule.id), views, basis };
    const result = evaluateRule(asked, now, { ...resuming, start: read?.starts?.get(rule.id) });
    evaluated.push(result);
    findings.push(...result.findings);
    const key = keys?.get(rule.id);
    if (key !== undefined) folded.push({ rule: rule.id, key, states: result.states });
    // Of a timeline a rule speaks of all that ever fired there, but for what has gone out of it with a name.
    if (result.speaksOfAll || (isFolded(rule) && read?.stored.hasLostName === true)) {
      findings.push(...(await unspoken(rule, seen, result.findings, evaluation, ports)));
    }
  }
  if (read !== undefined) findings.push(...supersededFindings(findings, read.stored.records));
  const checkpoints =
    read === undefined ? undefined : planOfFolds(family, read.stored, read.starts !== undefined, folded);
  await plan(subject, read?.stored, evaluated, checkpoints ?? {}, evaluation, ports);
  if (read?.stored.forgottenUntil === undefined || read.starts !== undefined) return findings;
  return withoutForgotten(findings, now, async ({ rule, fingerprint }) => {
    const open = await ports.openAlerts.ofSubject(tenantId, rule, seen.subject.id);
    return open.some((alert) => alert.fingerprint === fingerprint);
  });
}

/** A look at a moment for which another message is on its way that comes first. */
function isServedByAnother(
  { why, at }: SubjectToEvaluate,
  planned: string | undefined,
  now: string,
): boolean {
  return why === 'time' && planned !== undefined && planned !== at && planned > now;
}

/** Alerts of the subject of which a rule about what is now says nothing any more: that is over. */
async function unspoken(
  rule: Rule,
  { subject, views }: SubjectViews,
  spoken: readonly Finding[],
  { tenantId, now }: Evaluation,
  { openAlerts }: EvaluatePorts,
): Promise<Finding[]> {
  const told = new Set(spoken.map(({ fingerprint }) => fingerprint));
  const open = await openAlerts.ofSubject(tenantId, rule.id, subject.id);
  return open
    .filter(({ fingerprint }) => !told.has(fingerprint))
    .map(({ fingerprint, qualifiers, severity }) => ({
      fingerprint,
      tenantId,
      rule: rule.id,
      about: aboutOf(rule),
      subject,
      qualifiers,
      state: 'clear' as const,
      reason: 'this is not so any more',
      severity,
      basis: basisOf(rule, views),
      evaluatedAt: now,
    }));
}

/** Longest that a message can be hidden (FACTS 11.7); who is to wait longer is looked at on the way. */
const longestDelaySeconds = 7 * 24 * 60 * 60;

/**
 * Sends the subject to itself for the next moment at which time alone may change something, unless a message for that or an earlier one is
 * on its way, and writes down what is to be remembered. The message is sent before that is written: what nobody relies on is no harm,
 * what never comes would be. Where somebody has written since, the next evaluation plans anew.
 */
async function plan(
  subject: SubjectToEvaluate,
  stored: StoredTimeline | undefined,
  evaluated: readonly Evaluated[],
  checkpoints: Pick<SubjectPlan, 'checkpoints'>,
  { family, tenantId, now }: Evaluation,
  { timeline, queues }: EvaluatePorts,
): Promise<void> {
  const at = lookAgainAt(evaluated, now);
  if (at === undefined && checkpoints.checkpoints === undefined) return;
  const owner = { kind: subject.kind, id: subject.id };
  const { looks, version } = stored ?? (await timeline.readSubject(tenantId, owner));
  const planned = looks[family];
  const isThisOne = subject.why === 'time' && subject.at === planned;
  const isOnItsWay =
    planned !== undefined && planned > now && at !== undefined && planned <= at && !isThisOne;
  if (at === undefined || isOnItsWay) {
    if (checkpoints.checkpoints !== undefined) await timeline.plan(tenantId, owner, version, checkpoints);
    return;
  }
  const delaySeconds = Math.min(longestDelaySeconds, (Date.parse(at) - Date.parse(now)) / 1000 + 1);
  await queues.send(familyQueues[family], tenantId, subjectsKind, [{ ...owner, why: 'time', at }], {
    delaySeconds,
  });
  await timeline.plan(tenantId, owner, version, { ...checkpoints, looks: { [family]: at } });
}
