import type { Coverage } from '../timeline/coverage.ts';
import type { Timeline } from '../timeline/fact.ts';
import { timelineUntil } from '../timeline/timeline.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Firing, Qualifiers, Rule, Severity, Verdict } from './rule.ts';

/** What is remembered of one alert from one moment to the next. */
interface Life {
  qualifiers: Qualifiers;
  episode: number;
  last: Verdict;
  /** The last firing verdict and its moment. */
  firing?: Firing;
  firedAt?: string;
  openedAt?: string;
  resolvedAt?: string;
  /** What the end of the last episode showed it to have been worth. */
  severity?: Severity | undefined;
}

type Look = (moment: string, now: string) => Verdict[];

/**
 * Everything that one rule says about one subject. The rule is asked at every moment at which something happened, in order, where
 * it said that time alone may change its mind, and once more at `now`. What comes out depends on the timeline and not on the order
 * in which its records arrived, so that the functions and `replay` give the same.
 */
export function findingsOf(
  rule: Rule,
  settings: unknown,
  timeline: Timeline,
  coverage: Coverage,
  now: string,
): Finding[] {
  const look: Look = (moment, at) =>
    rule.evaluate({ timeline: timelineUntil(timeline, moment), coverage, settings, now: at });
  const moments = momentsOf(timeline);
  const end = latest(now, moments.at(-1));
  const lives = new Map<string, Life>();
  let moment: string | undefined = moments[0] ?? end;
  while (moment !== undefined) {
    const verdicts = look(moment, moment);
    for (const verdict of verdicts) {
      if (verdict.qualifiers === undefined) continue;
      const fingerprint = fingerprintOf(timeline.tenantId, rule.id, timeline.subject.id, verdict.qualifiers);
      lives.set(fingerprint, lived(lives.get(fingerprint), verdict, verdict.qualifiers, moment));
    }
    moment = nextMoment(moment, moments, verdicts, end);
  }
  return [...lives].map(([fingerprint, life]) =>
    findingOf(rule, timeline, fingerprint, settled(life, look, end), now),
  );
}

/** Why the rule raises nothing about the subject; empty where it does. */
export function silenceOf(
  rule: Rule,
  settings: unknown,
  timeline: Timeline,
  coverage: Coverage,
  now: string,
): string[] {
  const verdicts = rule.evaluate({ timeline, coverage, settings, now });
  if (verdicts.some(({ kind }) => kind === 'firing')) return [];
  return [...new Set(verdicts.map(({ reason }) => reason))];
}

/** Facts of one second belong together: a log gives no order within it, and a swap is not a loss and a gain. */
function momentsOf({ facts }: Timeline): string[] {
  const lastOfSecond = new Map<string, string>();
  for (const { at } of facts) {
    const second = at.slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
    lastOfSecond.set(second, latest(at, lastOfSecond.get(second)));
  }
  return [...lastOfSecond.values()].sort();
}

function nextMoment(
  moment: string,
  moments: readonly string[],
  verdicts: readonly Verdict[],
  end: string,
): string | undefined {
  if (moment >= end) return undefined;
  const again = verdicts.flatMap((verdict) => lookAgainAt(verdict) ?? []);
  return [...again, ...moments.filter((other) => other > moment).slice(0, 1)]
    .filter((other) => other > moment && other < end)
    .reduce((left, right) => (right < left ? right : left), end);
}

/** Law 3: `unknown` opens and closes nothing. */
function lived(before: Life | undefined, verdict: Verdict, qualifiers: Qualifiers, moment: string): Life {
  const wasFiring = before?.last.kind === 'firing';
  const life = before ?? { qualifiers, episode: 0, last: verdict };
  switch (verdict.kind) {
    case 'unknown':
      return life;
    case 'clear':
      return wasFiring
        ? { ...life, last: verdict, resolvedAt: moment, severity: verdict.severity }
        : { ...life, last: verdict };
    case 'firing': {
      const firing = { last: verdict, firing: verdict, firedAt: moment };
      return wasFiring && !isAnother(life, verdict)
        ? { ...life, ...firing }
        : { qualifiers, episode: life.episode + 1, openedAt: moment, ...firing };
    }
  }
}

/**
 * Everything that is wrong now happened after the condition was last seen: what was wrong then has ended, in the same moment in
 * which this began, and the one episode gave way to another.
 */
function isAnother({ firedAt }: Life, { happenedAt }: Firing): boolean {
  return firedAt !== undefined && Date.parse(happenedAt) > Date.parse(firedAt);
}

/** An episode that is over keeps what was known while it lasted, but its cause is no longer waited for. */
function settled(life: Life, look: Look, end: string): Life {
  if (life.last.kind === 'firing' || life.firing === undefined || life.firedAt === undefined) return life;
  const qualifiers = JSON.stringify(life.qualifiers);
  const firing = look(life.firedAt, end).find(
    (verdict): verdict is Firing =>
      verdict.kind === 'firing' && JSON.stringify(verdict.qualifiers) === qualifiers,
  );
  return firing === undefined ? life : { ...life, firing };
}

function findingOf(rule: Rule, timeline: Timeline, fingerprint: string, life: Life, now: string): Finding {
  const { firing, openedAt, resolvedAt, last } = life;
  const { id, name } = timeline.subject;
  const again = lookAgainAt(last);
  return {
    fingerprint,
    tenantId: timeline.tenantId,
    rule: rule.id,
    subject: { kind: rule.subject, id, ...(name === undefined ? {} : { name }) },
    qualifiers: life.qualifiers,
    episode: life.episode,
    state: last.kind,
    reason: last.reason,
    ...(firing === undefined ? {} : { firing }),
    severity: life.severity ?? firing?.severity ?? rule.severity,
    ...(openedAt === undefined ? {} : { openedAt }),
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
    basis: timeline.rows,
    evaluatedAt: now,
    ...(again === undefined || again <= now ? {} : { lookAgainAt: again }),
  };
}

function lookAgainAt(verdict: Verdict): string | undefined {
  return verdict.kind === 'clear' ? verdict.lookAgainAt : undefined;
}

function latest(left: string, right: string | undefined): string {
  return right === undefined || left > right ? left : right;
}
