import type { LicenceLoss } from './explanation.ts';
import { minutesAfter } from '../time/moments.ts';
import type { Fact, FactOf, Licence, Timeline } from '../timeline/fact.ts';
import { differenceOf } from '../timeline/licences.ts';

/** A fact that took something away, with what it took. */
export interface LossFact {
  fact: FactOf<'licences-changed'>;
  loss: LicenceLoss;
}

/** Every loss that the records tell, in order of time, also those that turn out to be moves to another product. */
export function lossesOf(timeline: Timeline): LicenceLoss[] {
  return lossFactsOf(timeline.facts).map(({ loss }) => loss);
}

export function lossFactsOf(facts: readonly Fact[]): LossFact[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'licences-changed' || fact.before === undefined || fact.after === undefined) return [];
    const { products, plans } = differenceOf(fact);
    return products.length + plans.length === 0 ? [] : [{ fact, loss: { at: fact.at, products, plans } }];
  });
}

/** What the user had after the last change that is told; undefined where none is. */
export function heldLicences(timeline: Timeline): Licence[] | undefined {
  return timeline.facts
    .filter((fact) => fact.kind === 'licences-changed')
    .findLast(({ after }) => after !== undefined)?.after;
}

/** Group licensing works within minutes, and takes a day when it is busy (FACTS 5.1); then it writes that it has finished. */
const aroundMinutes = 24 * 60;

/**
 * When something may have happened to a group of the tenant that explains the losses of these facts: around each of them, unless somebody
 * is named who took the licence himself.
 */
export function explainingWindows(facts: readonly Fact[]): { from: string; to: string }[] {
  return lossFactsOf(facts)
    .filter(({ fact }) => !isBySomebody(fact))
    .map(({ loss: { at } }) => ({
      from: minutesAfter(at, -aroundMinutes),
      to: minutesAfter(at, aroundMinutes),
    }));
}

function isBySomebody({ actor, group }: LossFact['fact']): boolean {
  return group === undefined && (actor?.kind === 'user' || actor?.kind === 'application');
}
