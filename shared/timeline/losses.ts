import type { LicenceLoss } from './explanation.ts';
import type { Fact, FactOf, Licence, Timeline } from './fact.ts';
import { licenceDifference } from './licences.ts';

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
    const { products, plans } = licenceDifference(fact.before, fact.after);
    return products.length + plans.length === 0 ? [] : [{ fact, loss: { at: fact.at, products, plans } }];
  });
}

/** What the user had after the last change that is told; undefined where none is. */
export function heldLicences(timeline: Timeline): Licence[] | undefined {
  return timeline.facts
    .filter((fact) => fact.kind === 'licences-changed')
    .findLast(({ after }) => after !== undefined)?.after;
}
