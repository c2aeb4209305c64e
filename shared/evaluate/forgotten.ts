import { minutesAfter } from '../time/moments.ts';
import type { Finding } from './finding.ts';

/** No log brings a record later than this; what is older and has no alert was judged before. */
const newsWithinMinutes = 35 * 24 * 60;

/**
 * Findings of folds that began at the first record that is left, because nothing was remembered of before, in a timeline whose older records
 * retention has deleted. What those told may have been the reason why something later was nothing, so of long ago nothing is opened; what
 * is open goes on, and what is news is told.
 * @param isOpen whether the alert is there and not resolved
 */
export async function withoutForgotten(
  findings: readonly Finding[],
  now: string,
  isOpen: (finding: Finding) => Promise<boolean>,
): Promise<Finding[]> {
  const news = minutesAfter(now, -newsWithinMinutes);
  const told: Finding[] = [];
  for (const finding of findings) {
    const { state, episode, firing } = finding;
    const isOld =
      state === 'firing' && episode !== undefined && firing !== undefined && firing.happenedAt < news;
    if (!isOld || (await isOpen(finding))) told.push(finding);
  }
  return told;
}
