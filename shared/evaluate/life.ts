import type { Firing, Qualifiers, Severity, Verdict } from '../rules/verdict.ts';
import type { Fact } from '../timeline/fact.ts';
import { minutesAfter } from '../time/moments.ts';

/** What is remembered of one alert from one moment to the next. */
export interface Life {
  qualifiers: Qualifiers;
  episode: number;
  /** What was said last, and why. */
  state: Verdict['kind'];
  reason: string;
  /** The last firing verdict and its moment. */
  firing?: Firing;
  firedAt?: string;
  /** The facts of then, as far as they matter. Absent where the verdict is explained for good. */
  known?: readonly Fact[];
  openedAt?: string;
  resolvedAt?: string;
  /** What the end of the last episode showed it to have been worth. */
  severity?: Severity;
}

/**
 * For so long after an episode has ended its cause is looked at again. Logs bring their records within a day and are read again within
 * a week, so what nobody knows by then nobody will; and what need not be looked at again need not be remembered.
 */
const explainedDays = 8;

/** @param known the facts up to `moment`, of which the verdict was given. Law 3: `unknown` opens and closes nothing. */
export function lived(
  before: Life | undefined,
  verdict: Verdict,
  qualifiers: Qualifiers,
  moment: string,
  known: readonly Fact[],
): Life {
  const wasFiring = before?.state === 'firing';
  const { kind: state, reason } = verdict;
  const life = before ?? { qualifiers, episode: 0, state, reason };
  switch (verdict.kind) {
    case 'unknown':
      return life;
    case 'clear': {
      const ended = wasFiring ? { resolvedAt: moment } : {};
      const worth = wasFiring && verdict.severity !== undefined ? { severity: verdict.severity } : {};
      return { ...life, state, reason, ...ended, ...worth };
    }
    case 'firing': {
      const firing = { state, reason, firing: verdict, firedAt: moment, known };
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

/** Until when the cause of an episode that is over is looked at again; undefined while it lasts. */
export function explainedUntil({ state, resolvedAt }: Life): string | undefined {
  return state === 'firing' || resolvedAt === undefined
    ? undefined
    : minutesAfter(resolvedAt, explainedDays * 24 * 60);
}

/**
 * An episode that is over keeps what was known while it lasted, but its cause is no longer waited for.
 * @param look asks the rule again about the facts of `moment`, at a later time
 */
export function explained(
  life: Life,
  look: (known: readonly Fact[], moment: string, at: string) => Verdict[],
  end: string,
): Life {
  const { known, firedAt } = life;
  const until = explainedUntil(life);
  if (until === undefined || known === undefined || firedAt === undefined) return life;
  const qualifiers = JSON.stringify(life.qualifiers);
  const firing = look(known, firedAt, end < until ? end : until).find(
    (verdict): verdict is Firing =>
      verdict.kind === 'firing' && JSON.stringify(verdict.qualifiers) === qualifiers,
  );
  return firing === undefined ? life : { ...life, firing };
}
