import { ask, type Asked } from '../../shared/evaluate/ask.ts';
import { fingerprintOf } from '../../shared/evaluate/fingerprint.ts';
import type { Firing, Verdict } from '../../shared/rules/verdict.ts';
import type { TimelineView } from '../../shared/rules/views.ts';

/** The life of each alert as the slow, obvious way gives it: at every moment the rule is asked about all that could be known then. */
export interface PlainLife {
  fingerprint: string;
  episode: number;
  state: Verdict['kind'];
  reason: string;
  firing?: Firing;
  openedAt?: string;
  resolvedAt?: string;
  severity?: string;
}

const dayMilliseconds = 86_400_000;

export function plainLives(asked: Asked, timeline: TimelineView, now: string): PlainLife[] {
  const { facts, groupFacts, tenantId } = timeline;
  const look = (moment: string, at: string): Verdict[] => {
    const until = {
      facts: facts.filter((f) => f.at <= moment),
      groupFacts: groupFacts.filter((f) => f.at <= moment),
    };
    return ask(asked, { timeline: { ...timeline, ...until } }, at, at === now);
  };
  const seconds = new Map(facts.map(({ at }) => [at.slice(0, 19), at]));
  const moments = [...seconds.values()];
  const end = [now, ...moments].sort().at(-1) ?? now;
  const lives = new Map<string, PlainLife & { qualifiers: string; firedAt?: string }>();
  let moment: string | undefined = moments[0] ?? end;
  while (moment !== undefined) {
    const at: string = moment;
    const verdicts = look(at, at);
    for (const verdict of verdicts) {
      if (verdict.qualifiers === undefined) continue;
      const fingerprint = fingerprintOf(tenantId, asked.rule.id, asked.subject.id, verdict.qualifiers);
      const before = lives.get(fingerprint);
      const { kind: state, reason } = verdict;
      const life = before ?? {
        fingerprint,
        qualifiers: JSON.stringify(verdict.qualifiers),
        episode: 0,
        state,
        reason,
      };
      if (verdict.kind === 'firing') {
        const goesOn =
          before?.state === 'firing' &&
          !(before.firedAt !== undefined && verdict.happenedAt > before.firedAt);
        const { fingerprint: id, qualifiers } = life;
        lives.set(fingerprint, {
          ...(goesOn ? life : { fingerprint: id, qualifiers, episode: life.episode + 1, openedAt: at }),
          state,
          reason,
          firing: verdict,
          firedAt: at,
        });
      } else if (verdict.kind === 'clear') {
        const ended = before?.state === 'firing';
        const worth = ended && verdict.severity !== undefined ? { severity: verdict.severity } : {};
        lives.set(fingerprint, { ...life, state, reason, ...(ended ? { resolvedAt: at } : {}), ...worth });
      } else if (before === undefined) lives.set(fingerprint, life);
    }
    const again = verdicts.flatMap(({ lookAgainAt }) => lookAgainAt ?? []);
    const later = [...again, ...moments].filter((other) => other > at && other < end).sort();
    moment = at >= end ? undefined : (later[0] ?? end);
  }
  return [...lives.values()].map(({ qualifiers, firedAt, ...life }) => {
    if (life.state === 'firing' || firedAt === undefined || life.resolvedAt === undefined) return life;
    const settled = new Date(Date.parse(life.resolvedAt) + 8 * dayMilliseconds).toISOString();
    const firing = look(firedAt, settled < end ? settled : end).find(
      (verdict) => verdict.kind === 'firing' && JSON.stringify(verdict.qualifiers) === qualifiers,
    );
    return firing?.kind === 'firing' ? { ...life, firing } : life;
  });
}
