import { certainMinutes } from '../cause/settled.ts';
import { minutesAfter } from '../time/moments.ts';
import type { Evaluated } from './evaluate-rule.ts';

/** A log is read every few minutes: what was due by a moment has been read soon after it. */
const readWithinMinutes = 15;

/**
 * When time alone may change what was found: when a rule said so, when a cause that is pending must have come, and once more when it can
 * come no more. Undefined where only a signal can.
 */
export function lookAgainAt(evaluated: readonly Evaluated[], now: string): string | undefined {
  const moments = evaluated.flatMap(({ findings, verdicts }) => [
    ...verdicts.flatMap(({ lookAgainAt: at }) => at ?? []),
    ...findings.flatMap(({ firing }) => {
      // Also of what is over already: what is told of it must not go on saying that something may still arrive.
      const cause = firing?.cause;
      const isOpen =
        cause?.kind === 'pending' || (cause?.kind === 'not-logged' && cause.confidence !== 'certain');
      if (!isOpen) return [];
      return [
        ...(cause.settledBy === undefined ? [] : [minutesAfter(cause.settledBy, readWithinMinutes)]),
        ...(cause.at === undefined ? [] : [minutesAfter(cause.at, certainMinutes + readWithinMinutes)]),
      ];
    }),
  ]);
  return moments.filter((at) => at > now).sort()[0];
}
