import { z } from 'zod';
import { explainingWindows } from '../cause/losses.ts';
import { isFolded, type Rule } from '../rules/rule.ts';
import type { Subject } from '../state/subject.ts';
import { minutesAfter } from '../time/moments.ts';
import { cutsOf, thinnedCuts } from '../timeline/cuts.ts';
import type { Fact } from '../timeline/fact.ts';
import type { Checkpoint, StoredTimeline, SubjectPlan } from '../timeline/timeline-store.ts';
import { type FoldState, foldKeyOf, foldStateSchema } from './fold-state.ts';

/** What a checkpoint holds: by rule what its fold had come to, and under which key. */
const rememberedSchema = z.record(z.string(), z.object({ key: z.string(), state: foldStateSchema }));

/** By rule id: under which key what its fold had come to is remembered now. */
export type FoldKeys = ReadonlyMap<string, string>;

/**
 * The keys under which the folds of these rules may be remembered; undefined where one of them must see the whole timeline, for then
 * nothing is gained.
 */
export function foldKeys(
  tenantId: string,
  subject: Subject,
  rules: readonly Rule[],
  settingsOf: (ruleId: string) => unknown,
  program: string,
): FoldKeys | undefined {
  const looking = rules.filter(({ needs, uses }) => [...needs, ...uses].includes('timeline'));
  if (looking.length === 0 || looking.some((rule) => !isFolded(rule) || rule.keeps === undefined))
    return undefined;
  const keys = looking.map((rule): [string, string] => {
    const asked = { rule, tenantId, subject, settings: settingsOf(rule.id) };
    return [rule.id, foldKeyOf(asked, program)];
  });
  return new Map(keys);
}

/** Where the folds of all rules can go on from; undefined where the checkpoint does not hold them all under their keys. */
export function rememberedFolds(
  checkpoint: Checkpoint | undefined,
  keys: FoldKeys,
): ReadonlyMap<string, FoldState> | undefined {
  if (checkpoint === undefined) return undefined;
  const read = rememberedSchema.safeParse(checkpoint.state);
  if (!read.success) return undefined;
  const states = new Map<string, FoldState>();
  for (const [rule, key] of keys) {
    const remembered = read.data[rule];
    if (remembered?.key !== key || remembered.state.until !== checkpoint.until) return undefined;
    states.set(rule, remembered.state);
  }
  return states;
}

/** What is remembered of fewer records costs more than it saves. */
const fewestRecords = 64;
/** A loss whose time of explanation is over: its groups are not to be read again and again. */
const longAgoMinutes = 9 * 24 * 60;

/**
 * The moments up to which these folds are to be remembered; few, and none of a short timeline without old losses. `starts`: what the folds
 * go on from; an old loss in there may have healed by what came since, and then its groups need not be read any more.
 */
export function cutsToRemember(
  stored: StoredTimeline,
  facts: readonly Fact[],
  starts: ReadonlyMap<string, FoldState> | undefined,
  now: string,
): string[] {
  const longAgo = minutesAfter(now, -longAgoMinutes);
  const hasOldLoss = (told: readonly Fact[]): boolean =>
    explainingWindows(told).some(({ to }) => to < longAgo);
  const remembered = [...(starts?.values() ?? [])].flatMap((state) => state.facts);
  const mayHaveHealed = facts.some(({ kind }) => kind === 'licences-changed') && hasOldLoss(remembered);
  return cutsOf(stored.records, hasOldLoss(facts) || mayHaveHealed ? 1 : fewestRecords);
}

/** What is to be written down of the folds; undefined where nothing is. `resumed`: the folds went on from the stored checkpoint. */
export function planOfFolds(
  fold: string,
  stored: StoredTimeline,
  resumed: boolean,
  folded: readonly { rule: string; key: string; states: readonly FoldState[] }[],
): Pick<SubjectPlan, 'checkpoints'> | undefined {
  const [first] = folded;
  const newest = stored.records.at(-1)?.at;
  if (first === undefined || newest === undefined) return undefined;
  const added = first.states.flatMap(({ until }): Checkpoint[] => {
    const ofRules = folded.flatMap(({ rule, key, states }) => {
      const state = states.find((each) => each.until === until);
      return state === undefined ? [] : [[rule, { key, state }] as const];
    });
    return ofRules.length === folded.length ? [{ until, state: Object.fromEntries(ofRules) }] : [];
  });
  if (added.length === 0) return undefined;
  // Those that were not gone on from are of another build or other settings, or too late for what has come.
  const before = resumed ? stored.checkpoints : [];
  const kept = new Set(thinnedCuts([...before, ...added.map(({ until }) => until)], newest));
  return {
    checkpoints: {
      fold,
      keep: before.filter((until) => kept.has(until)),
      add: added.filter(({ until }) => kept.has(until)),
    },
  };
}
