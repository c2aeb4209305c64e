import { createHash } from 'node:crypto';
import { z } from 'zod';
import { logNames } from '../ingest/audit-record.ts';
import { firingSchema, qualifiersSchema, severities } from '../rules/verdict.ts';
import { type Fact, factSchema, type Timeline } from '../timeline/fact.ts';
import type { Asked } from './ask.ts';
import type { Life } from './life.ts';

/** Places in `facts`: a fact that several want stands there once. */
const placesSchema = z.array(z.number().int().min(0));

const storedLifeSchema = z.object({
  qualifiers: qualifiersSchema,
  episode: z.number().int().min(0),
  state: z.enum(['firing', 'clear', 'unknown']),
  reason: z.string(),
  firing: firingSchema.exactOptional(),
  firedAt: z.string().exactOptional(),
  known: placesSchema.exactOptional(),
  openedAt: z.string().exactOptional(),
  resolvedAt: z.string().exactOptional(),
  severity: z.enum(severities).exactOptional(),
});

/**
 * What is remembered of one rule folded over one timeline up to a moment: with it and the facts after it the fold gives what it gives
 * over all facts. Plain JSON; a few kilobytes, whatever came before.
 */
export const foldStateSchema = z.object({
  /** The facts up to and including this moment (ISO 8601, UTC) are in it. */
  until: z.string(),
  /** What the subject held then, for `buildTimeline` over the records after it. */
  held: z.string().exactOptional(),
  facts: z.array(factSchema),
  /** Log and time of the records of these facts, by id. */
  origins: z.record(z.string(), z.object({ log: z.enum(logNames), at: z.string() })),
  /** Those that may still matter to what comes. */
  kept: placesSchema,
  /** When time alone was to change the rule's mind, later than `until`. */
  again: z.array(z.string()),
  lives: z.array(storedLifeSchema),
});
export type FoldState = z.infer<typeof foldStateSchema>;

/** A moment of a fold, as it goes on from there. */
export interface Reached {
  until: string;
  held?: string;
  kept: readonly Fact[];
  again: readonly string[];
  lives: readonly Life[];
}

export function stored({ kept, lives, ...reached }: Reached, origins: Timeline['origins']): FoldState {
  const places = new Map<Fact, number>();
  const placesOf = (facts: readonly Fact[]): number[] =>
    facts.map((fact) => {
      const place = places.get(fact) ?? places.size;
      places.set(fact, place);
      return place;
    });
  const storedLives = lives.map(({ known, ...life }) => ({
    ...life,
    ...(known === undefined ? {} : { known: placesOf(known) }),
  }));
  const keptPlaces = placesOf(kept);
  const facts = [...places.keys()];
  const told = facts
    .flatMap(({ records }) => records)
    .flatMap((record): [string, { log: (typeof logNames)[number]; at: string }][] => {
      const origin = origins?.get(record);
      return origin === undefined ? [] : [[record, origin]];
    });
  return {
    ...reached,
    again: [...reached.again],
    facts,
    origins: Object.fromEntries(told),
    kept: keptPlaces,
    lives: storedLives,
  };
}

export function reached({ until, held, facts, kept, again, lives }: FoldState): Reached {
  const factsAt = (places: readonly number[]): Fact[] => places.flatMap((place) => facts[place] ?? []);
  return {
    until,
    ...(held === undefined ? {} : { held }),
    kept: factsAt(kept),
    again,
    lives: lives.map(({ known, ...life }) => ({
      ...life,
      ...(known === undefined ? {} : { known: factsAt(known) }),
    })),
  };
}

/**
 * What a state hangs on besides the records. A state that was stored under another key says nothing.
 * @param program changes whenever the program does: another build may fold, join or judge otherwise
 */
export function foldKeyOf(
  { rule, tenantId, subject, settings }: Pick<Asked, 'rule' | 'tenantId' | 'subject' | 'settings'>,
  program: string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([program, tenantId, rule.id, subject.kind, subject.id, subject.name, settings]))
    .digest('hex');
}
