import { z } from 'zod';

/**
 * What something was computed from (law 2): a version for each source that the rule names and that was there. Of a timeline it is the
 * number of the subject's own rows ever stored, of a state the time of the read in milliseconds; neither ever falls.
 */
export const basisSchema = z.object({
  /** All that the rule needs or uses now. */
  names: z.array(z.string()),
  versions: z.record(z.string(), z.number()),
});
export type Basis = z.infer<typeof basisSchema>;

/** Rows of the first version hold one number of several meanings: it says nothing that could be compared. */
export const storedBasisSchema = z.union([
  basisSchema,
  z.number().transform((): Basis => ({ names: [], versions: {} })),
]);

/** The later of two versions of each source. Sources that the rule names no more are dropped. */
export function joinedBasis(stored: Basis, { names, versions }: Basis): Basis {
  // Who has looked at nothing has nothing to add, and nothing of what was seen is forgotten.
  if (names.length === 0) return stored;
  const kept = Object.entries(stored.versions).filter(([source]) => names.includes(source));
  const joined = new Map(kept);
  for (const [source, version] of Object.entries(versions)) {
    joined.set(source, Math.max(version, joined.get(source) ?? version));
  }
  return { names, versions: Object.fromEntries(joined) };
}

export interface BasisComparison {
  /** Of some source it has seen an older version than is known. */
  older: boolean;
  /** Of some source it has seen a newer version, or one where none was known. */
  newer: boolean;
  /** Some source that the rule still names, and that was there before, was not there now. */
  blinder: boolean;
}

/** Source by source: what a new finding has seen against what the alert has. */
export function compareBasis(found: Basis, stored: Basis): BasisComparison {
  const sources = new Set([...Object.keys(found.versions), ...Object.keys(stored.versions)]);
  const comparison = { older: false, newer: false, blinder: false };
  for (const source of sources) {
    const [now, before] = [found.versions[source], stored.versions[source]];
    if (now === undefined) comparison.blinder ||= found.names.includes(source);
    else if (before === undefined || now > before) comparison.newer = true;
    else if (now < before) comparison.older = true;
  }
  return comparison;
}
