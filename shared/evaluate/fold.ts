import type { Verdict } from '../rules/verdict.ts';
import type { TimelineView } from '../rules/views.ts';
import { secondOf } from '../timeline/cuts.ts';
import type { Fact } from '../timeline/fact.ts';
import { heldAfter } from '../timeline/facts.ts';
import { aboutOf, ask, type Asked, keptFacts } from './ask.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type FoldState, reached, stored } from './fold-state.ts';
import { explained, explainedUntil, type Life, lived } from './life.ts';

export interface Resumed {
  /** Where an earlier fold had come to: then the timeline holds only facts after that, built with what was held there. */
  start?: FoldState | undefined;
  /** Where this one is to be remembered (`cutsOf`), in order of time. */
  cuts?: readonly string[];
}

export interface Folded {
  findings: Finding[];
  verdicts: Verdict[];
  /** One for each cut; none of a rule that forgets nothing. */
  states: FoldState[];
}

/** After so many facts, or as many as are kept where those are more, the rule is asked what it can forget. */
const fewestBetween = 32;

/**
 * Everything that one rule says about one subject of which it needs the timeline alone. The rule is asked at every moment at which
 * something happened, in order, where it said that time alone may change its mind, and once more at `now`. What comes out depends on the
 * timeline and not on the order in which its records arrived, so that the functions and `replay` give the same; nor on whether the
 * fold began at the first fact or went on from a state that was remembered.
 */
export function foldedFindings(
  asked: Asked,
  timeline: TimelineView,
  now: string,
  { start, cuts = [] }: Resumed = {},
): Folded {
  const { rule, subject } = asked;
  const { facts } = timeline;
  const from = start === undefined ? undefined : reached(start);
  const origins = start === undefined ? timeline.origins : allOrigins(start, timeline);
  const groupFactsUntil = knownUntil(timeline.groupFacts);
  const viewOf = (known: readonly Fact[], moment: string): TimelineView => ({
    ...timeline,
    ...(origins === undefined ? {} : { origins }),
    facts: [...known],
    groupFacts: [...groupFactsUntil(moment)],
  });
  const look = (known: readonly Fact[], moment: string, at: string): Verdict[] =>
    ask(asked, { timeline: viewOf(known, moment) }, at, at === now);
  const keep = (known: readonly Fact[], moment: string): readonly Fact[] =>
    keptFacts(asked, viewOf(known, moment), moment);

  const end = latest(now, facts.at(-1)?.at, from?.until);
  const lives = new Map<string, Life>();
  const fingerprint = (qualifiers: Life['qualifiers']): string =>
    fingerprintOf(timeline.tenantId, rule.id, subject.id, qualifiers);
  for (const life of from?.lives ?? []) lives.set(fingerprint(life.qualifiers), life);

  let kept = from?.kept ?? [];
  /** How many facts of this timeline are known, and how many were when it was last asked what can be forgotten. */
  let index = 0;
  let forgotten = 0;
  let known = kept;
  let moment = from?.until ?? '';
  let again = from?.again ?? [];
  let verdicts: Verdict[] = [];
  const waiting = rule.keeps === undefined ? [] : cuts.filter((cut) => cut > moment);
  const states: FoldState[] = [];

  for (let isFirst = true; isFirst || moment < end; isFirst = false) {
    const next = nextMoment(moment, facts, index, again, end);
    for (let [cut] = waiting; cut !== undefined && cut < next; [cut] = waiting) {
      states.push(stateAt(cut));
      waiting.shift();
    }
    moment = next;
    const before = index;
    for (let fact = facts[index]; fact !== undefined && fact.at <= moment; fact = facts[index]) index += 1;
    if (index > before) known = [...kept, ...facts.slice(forgotten, index)];
    verdicts = look(known, moment, moment);
    again = verdicts.flatMap(({ lookAgainAt }) => lookAgainAt ?? []);
    for (const verdict of verdicts) {
      if (verdict.qualifiers === undefined) continue;
      const id = fingerprint(verdict.qualifiers);
      lives.set(id, lived(lives.get(id), verdict, verdict.qualifiers, moment, known));
    }
    if (rule.keeps !== undefined && index - forgotten >= Math.max(fewestBetween, kept.length)) {
      kept = keep(known, moment);
      known = kept;
      forgotten = index;
    }
  }

  function stateAt(cut: string): FoldState {
    const shared = new Map<readonly Fact[], readonly Fact[]>([[known, keep(known, cut)]]);
    const held = heldAfter(facts.slice(0, index)) ?? from?.held;
    return stored(
      {
        until: cut,
        ...(held === undefined ? {} : { held }),
        kept: shared.get(known) ?? [],
        again: again.filter((at) => at > cut),
        lives: [...lives.values()].map((life) => remembered(life, shared)),
      },
      origins,
    );
  }

  /** What is explained for good needs its facts no more. */
  function remembered(life: Life, shared: Map<readonly Fact[], readonly Fact[]>): Life {
    const { known: ofThen, ...rest } = life;
    if (ofThen === undefined || life.firedAt === undefined) return rest;
    const until = explainedUntil(life);
    if (until !== undefined && until <= end) {
      const { known: _, ...done } = explained(life, look, end);
      return done;
    }
    const short = shared.get(ofThen) ?? keep(ofThen, life.firedAt);
    shared.set(ofThen, short);
    return { ...life, known: short };
  }

  const findings = [...lives].map(([id, life]) =>
    findingOf(asked, timeline, id, explained(life, look, end), now),
  );
  return { findings, verdicts, states };
}

/**
 * The next fact, or when time alone may have changed something; at last the end. Facts of one second belong together: a log gives no
 * order within it, and a swap is not a loss and a gain.
 */
function nextMoment(
  moment: string,
  facts: readonly Fact[],
  index: number,
  again: readonly string[],
  end: string,
): string {
  const [fact] = facts.slice(index, index + 1);
  let next = fact?.at ?? end;
  for (let at = index + 1; fact !== undefined; at += 1) {
    const other = facts[at];
    if (other === undefined || secondOf(other.at) !== secondOf(fact.at)) break;
    next = other.at;
  }
  return [...again.filter((at) => at > moment), next].reduce(
    (left, right) => (right < left ? right : left),
    end,
  );
}

/** A prefix of facts in order of time, cut anew only when it has grown. */
function knownUntil(facts: readonly Fact[]): (moment: string) => readonly Fact[] {
  let known: readonly Fact[] = [];
  let last = '';
  return (moment) => {
    if (moment < last) return facts.filter(({ at }) => at <= moment);
    last = moment;
    let length = known.length;
    for (let fact = facts[length]; fact !== undefined && fact.at <= moment; fact = facts[length]) length += 1;
    if (length !== known.length) known = facts.slice(0, length);
    return known;
  };
}

function allOrigins({ origins }: FoldState, timeline: TimelineView): NonNullable<TimelineView['origins']> {
  return new Map([...Object.entries(origins), ...(timeline.origins ?? [])]);
}

function findingOf(
  { rule, subject, basis }: Asked,
  timeline: TimelineView,
  fingerprint: string,
  life: Life,
  now: string,
): Finding {
  const { firing, openedAt, resolvedAt, state, reason } = life;
  return {
    fingerprint,
    tenantId: timeline.tenantId,
    rule: rule.id,
    about: aboutOf(rule),
    subject,
    qualifiers: { ...life.qualifiers },
    episode: life.episode,
    state,
    reason,
    ...(firing === undefined ? {} : { firing }),
    severity: life.severity ?? firing?.severity ?? rule.severity,
    ...(openedAt === undefined ? {} : { openedAt }),
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
    basis,
    evaluatedAt: now,
  };
}

function latest(...moments: readonly (string | undefined)[]): string {
  return moments.reduce<string>((left, right) => (right === undefined || left > right ? left : right), '');
}
