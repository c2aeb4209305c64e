import { explainLicenceLoss } from '../../cause/cause.ts';
import type { Cause } from '../../cause/explanation.ts';
import { heldLicences, type LossFact, lossFactsOf, lossesOf } from '../../cause/losses.ts';
import { type Matter, type Remedy, remedyFor } from '../../cause/remedy.ts';
import { groupBefore, withTaker } from '../../cause/services.ts';
import type { Coverage } from '../../coverage/coverage.ts';
import { listed } from '../../text/listed.ts';
import type { FactOf, Licence, Timeline } from '../../timeline/fact.ts';
import { timelineUntil } from '../../timeline/timeline.ts';
import { lossesIn, type MissingLicences, missingLicences, partOf } from './missing-licences.ts';
import { toldLoss } from './several-losses.ts';

/** So many other losses are told how to put right; a step is to be read. */
const mostOthers = 3;

type Explain = (loss: LossFact) => Cause;

/**
 * What to do about all that is missing. `serious` is the loss that the alert explains, by `cause`; what went the same way comes back with it,
 * what went another way is told of behind it, for each loss comes back as it went.
 */
export function remedyOfLosses(
  missing: MissingLicences,
  { serious, cause }: { serious: LossFact; cause: Cause },
  timeline: Timeline,
  explain: Explain,
): string[] {
  const others = lossesIn(missing).filter(({ fact }) => fact !== serious.fact);
  const told = others.slice(-mostOthers).map((loss) => ({ loss, cause: explain(loss) }));
  const alike = told.filter((other) => wayOf(other.cause) === wayOf(cause)).map(({ loss }) => loss);
  const remedy = remedyFor(cause, matterOf(missing, [serious, ...alike], cause, timeline));
  const elsewhere = told
    .filter(({ loss }) => !alike.includes(loss))
    .map((other) => {
      const { mend } = remedyFor(other.cause, matterOf(missing, [other.loss], other.cause, timeline));
      return `${listed(toldLoss(missing, other.loss).products)} went another way. ${mend}`;
    });
  const untold = others.length - told.length;
  return stepsOf({
    ...remedy,
    mend: [
      remedy.mend,
      ...elsewhere,
      ...(untold === 0 ? [] : [`For ${String(untold)} earlier losses see the history of the user.`]),
    ].join(' '),
  });
}

export function remedyOfFailure(
  cause: Cause,
  { sku, at, reason }: FactOf<'licence-assignment-failed'>,
  user: { id: string; name: string },
): string[] {
  const matter: Matter = {
    user,
    loss: { at },
    wanted: sku === undefined ? [] : [{ ...sku, disabledPlans: [] }],
    ...(reason === undefined ? {} : { reason }),
  };
  return stepsOf(remedyFor(cause, matter));
}

/** A cause, with what to do where something is still missing by it. */
export type Explained = Cause & { remedy?: string[] };

/** One for each loss of a user; without a loss the one answer to why he has none. */
export function explainedLosses(timeline: Timeline, coverage: Coverage, now: string): Explained[] {
  const losses = lossesOf(timeline);
  if (losses.length === 0) return [explainedFailure(timeline, coverage, now)];
  const { facts } = timelineUntil(timeline, now);
  const missing = missingLicences(facts);
  const standing = new Set(lossesIn(missing).map(({ fact }) => fact));
  return lossFactsOf(timeline.facts).map((loss): Explained => {
    const cause = explainLicenceLoss(loss.loss, timeline, coverage, now);
    if (!standing.has(loss.fact)) return cause;
    return { ...cause, remedy: stepsOf(remedyFor(cause, matterOf(missing, [loss], cause, timeline))) };
  });
}

function explainedFailure(timeline: Timeline, coverage: Coverage, now: string): Explained {
  const cause = explainLicenceLoss(undefined, timeline, coverage, now);
  if (cause.kind !== 'assignment-failed') return cause;
  const records = new Set(cause.evidence.map(({ record }) => record));
  const failure = timeline.facts
    .filter((fact) => fact.kind === 'licence-assignment-failed')
    .findLast((fact) => fact.at === cause.at && fact.records.some((record) => records.has(record)));
  return failure === undefined
    ? cause
    : { ...cause, remedy: remedyOfFailure(cause, failure, timeline.subject) };
}

function stepsOf({ first, mend, check }: Remedy): string[] {
  return [first, mend, check];
}

/** Losses that come back together. */
function wayOf({ kind, group }: Cause): string {
  return JSON.stringify([kind, group?.id]);
}

function matterOf(
  missing: MissingLicences,
  [first, ...others]: readonly [LossFact, ...LossFact[]],
  cause: Cause,
  timeline: Timeline,
): Matter {
  const { subject } = timeline;
  const parts = [first, ...others].map((loss) => partOf(missing, loss));
  return {
    user: { id: subject.id, name: subject.name },
    loss: withTaker(first.loss, first.fact),
    wanted: wanted(
      {
        products: parts.flatMap(({ products }) => products),
        plans: parts.flatMap(({ plans }) => plans),
      },
      heldLicences(timeline) ?? [],
    ),
    groupBefore: groupBefore(cause, timeline),
  };
}

/** The missing products as they were, and the products that stayed without what is switched off in them now. */
function wanted({ products, plans }: MissingLicences, held: readonly Licence[]): Licence[] {
  const stayed = held
    .map((licence) => ({
      ...licence,
      disabledPlans: licence.disabledPlans.filter(
        ({ id }) => !plans.some(({ plan }) => plan.skuId === licence.skuId && plan.id === id),
      ),
    }))
    .filter(({ skuId }) => plans.some(({ plan }) => plan.skuId === skuId));
  return [...products.map(({ licence }) => licence), ...stayed];
}
