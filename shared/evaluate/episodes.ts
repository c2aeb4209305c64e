import type { Coverage } from '../timeline/coverage.ts';
import type { Timeline } from '../timeline/fact.ts';
import { timelineUntil } from '../timeline/timeline.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Clear, Firing, Qualifiers, Rule, Severity, Verdict } from './rule.ts';

/** What the fold remembers of one alert between two moments. */
interface Life {
  qualifiers: Qualifiers;
  episode: number;
  last: Firing | Clear;
  firing?: Firing;
  /** The moment of the last firing verdict. */
  firedAt?: string;
  openedAt?: string;
  resolvedAt?: string;
  severity?: Severity;
}

/**
 * Everything that one rule says about one subject: the rule is asked at every moment at which something happened, in order, and
 * once more at `now`, which settles what time settles. `unknown` opens and closes nothing (law 3). What comes out depends on the
 * timeline and not on the order in which its records arrived, so the functions and `replay` give the same.
 */
export function findingsOf(
  rule: Rule,
  settings: unknown,
  timeline: Timeline,
  coverage: Coverage,
  now: string,
): Finding[] {
  const lives = new Map<string, Life>();
  const silent = new Map<string, Verdict>();
  const ask = (moment: string, known: Timeline): Verdict[] =>
    rule.evaluate({ timeline: known, coverage, settings, now: moment });

  const { tenantId, subject } = timeline;
  const moments = momentsOf(timeline);
  const end = [now, ...moments.slice(-1)].reduce((left, right) => (left < right ? right : left));
  let verdicts: Verdict[] = [];
  const lookAt = (moment: string): void => {
    verdicts = ask(moment, timelineUntil(timeline, moment));
    for (const verdict of verdicts) {
      if (verdict.qualifiers === undefined) continue;
      const fingerprint = fingerprintOf(tenantId, rule.id, subject.id, verdict.qualifiers);
      if (verdict.kind === 'unknown') silent.set(fingerprint, verdict);
      else lives.set(fingerprint, lived(lives.get(fingerprint), verdict, verdict.qualifiers, moment));
    }
  };
  for (const [index, moment] of moments.entries()) {
    lookAt(moment);
    const next = moments[index + 1] ?? end;
    let again = lookAgainAt(verdicts, moment);
    while (again !== undefined && again < next) {
      lookAt(again);
      again = lookAgainAt(verdicts, again);
    }
  }
  lookAt(end);
