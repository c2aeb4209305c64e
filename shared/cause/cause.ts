import * as text from './cause-text.ts';
import type { Coverage } from '../coverage/coverage.ts';
import { evidenceOf } from './evidence.ts';
import type { Cause, LicenceLoss } from './explanation.ts';
import type { AccountFact, Fact, FactOf, Timeline } from '../timeline/fact.ts';
import { followGroups } from './group-trail.ts';
import type { GroupTrail } from './group-trail.ts';
import { licenceDifference } from '../timeline/licences.ts';
import { lossFactsOf } from './losses.ts';
import type { LossFact } from './losses.ts';
import { minutesAfter } from '../time/moments.ts';
import { familiesLost, replacementsOf } from './replacement.ts';
import type { Replacement } from './replacement.ts';
import {
  doerOf,
  isGroupService,
  isOnlyLikelyThroughGroups,
  isSubscriptionService,
  ruleChangeBefore,
  takesThroughGroups,
  withTaker,
} from './services.ts';
import { settledFor, settledUpTo } from './settled.ts';
import { timelineUntil } from '../timeline/timeline.ts';

/** One loss with all that is known of it. */
interface Case {
  loss: LicenceLoss;
  /** The facts that tell the loss; the one that took most of it first. None where only the state showed it. */
  lossFacts: LossFact[];
  timeline: Timeline;
  coverage: Coverage;
  now: string;
}

/**
 * Why somebody lost a licence, who did it, and how sure that is; without a loss, why somebody has none. Facts later than `now`
 * (ISO 8601, UTC) do not count. It names an actor only from a record that is in `evidence`.
 */
export function explainLicenceLoss(
  loss: LicenceLoss | undefined,
  timeline: Timeline,
  coverage: Coverage,
  now: string,
): Cause {
  const known = timelineUntil(timeline, now);
  if (loss === undefined) return explainNoLoss(known, coverage, now);
  const lossFacts = lossFactsFor(loss, known.facts);
  return explainLoss({
    loss: withTaker(loss, lossFacts[0]?.fact),
    lossFacts,
    timeline: known,
    coverage,
    now,
  });
}

function explainLoss(found: Case): Cause {
  const { loss, lossFacts, timeline } = found;
  const lossFact = lossFacts[0];
  const replacements = replacementsOf(loss, lossFact, timeline.facts);
  if (replacements !== undefined) return moved(found, replacements);

  if (lossFact !== undefined && isSubscriptionService(lossFact.fact)) return lapsed(found);
  const { actor, group } = lossFact?.fact ?? {};
  const byLicensingService = takesThroughGroups(loss);
  const bySomebody = actor?.kind === 'user' || actor?.kind === 'application';
  if (byLicensingService || !bySomebody) {
    const trail = followGroups({ loss, timeline, namedGroup: group, byLicensingService });
    if (trail !== undefined && trail.confidence !== 'unknown') return throughGroup(found, trail);
    // That the account went says more than what nobody can decide between.
    const deletion = deletionNear(loss.at, timeline.facts);
    if (deletion !== undefined) return accountDeleted(found, deletion);
    if (trail !== undefined) return throughGroup(found, trail);
  }
  if (lossFact !== undefined && (bySomebody || !byLicensingService)) return directly(found, lossFact);
  return untold(found);
}

/** The facts of this loss: the last ones up to it that took any of what it names. */
function lossFactsFor(loss: LicenceLoss, facts: readonly Fact[]): LossFact[] {
  const skus = new Set(loss.products.map(({ skuId }) => skuId));
  const plans = new Set(loss.plans.map(({ id, skuId }) => `${skuId} ${id}`));
  const taken = (candidate: LossFact): number =>
    candidate.loss.products.filter(({ skuId }) => skus.has(skuId)).length +
    candidate.loss.plans.filter(({ id, skuId }) => plans.has(`${skuId} ${id}`)).length;
  const candidates = lossFactsOf(facts).filter(
    (candidate) => Date.parse(candidate.fact.at) <= Date.parse(loss.at) && taken(candidate) > 0,
  );
  const at = candidates.at(-1)?.fact.at;
  return candidates.filter(({ fact }) => fact.at === at).sort((a, b) => taken(b) - taken(a));
}

function moved({ loss, lossFacts, timeline }: Case, replacements: readonly Replacement[]): Cause {
  const fact = lossFacts[0]?.fact;
  const broughtBy = replacements.flatMap((replacement) => replacement.broughtBy ?? []);
  return {
    kind: 'moved-between-licences',
    at: loss.at,
    ...doerOf(fact),
    evidence: evidenceOf(timeline, [...lossFacts.map((item) => item.fact), ...broughtBy]),
    confidence: 'certain',
    text: text.movedText(replacements, { at: loss.at, ...doerOf(fact) }),
  };
}

function directly({ loss, lossFacts, timeline }: Case, lossFact: LossFact): Cause {
  const { fact } = lossFact;
  const doer = doerOf(fact);
  const families = familiesLost(loss, lossFact, timeline.facts);
  const plansOnly = loss.products.length === 0;
  const write = plansOnly ? text.switchedOffText : text.removedText;
  return {
    kind: plansOnly ? 'plan-switched-off' : 'removed-directly',
    at: fact.at,
    ...doer,
    evidence: evidenceOf(
      timeline,
      lossFacts.map((item) => item.fact),
    ),
    confidence: doer.actor === undefined ? 'likely' : 'certain',
    text: write(loss, fact, families),
  };
}

/** @param edit what the service did to the group that gave it, where it took it from the group */
function lapsed({ loss, lossFacts, timeline }: Case, edit?: FactOf<'group-licences-changed'>): Cause {
  const families = familiesLost(loss, lossFacts[0], timeline.facts);
  const facts = [...lossFacts.map(({ fact }) => fact), ...(edit === undefined ? [] : [edit])];
  return {
    kind: 'subscription-lapsed',
    at: edit?.at ?? loss.at,
    ...(edit === undefined ? {} : { group: edit.group }),
    evidence: evidenceOf(timeline, facts),
    confidence: edit === undefined ? 'certain' : 'likely',
    text: text.lapsedText(loss, edit, families),
  };
}

function throughGroup(found: Case, trail: GroupTrail): Cause {
  const { loss, lossFacts, timeline } = found;
  const families = familiesLost(loss, lossFacts[0], timeline.facts);
  const ownFacts = lossFacts.map(({ fact }) => fact);
  if ('candidates' in trail) {
    return {
      kind: trail.kind,
      at: loss.at,
      evidence: evidenceOf(timeline, [...ownFacts, ...trail.candidates]),
      confidence: trail.confidence,
      text: text.severalGroupsText(loss, trail, families),
    };
  }
  if (trail.kind === 'group-licence-edited' && isSubscriptionService(trail.fact)) {
    return lapsed(found, trail.fact);
  }
  const isCertain = trail.confidence === 'certain' && !isOnlyLikelyThroughGroups(loss);
  if (trail.kind === 'removed-from-group' && isGroupService(trail.fact)) {
    return leftDynamicGroup(found, trail.fact, isCertain);
  }
  return {
    kind: trail.kind,
    at: trail.fact.at,
    ...doerOf(trail.fact),
    group: trail.fact.group,
    evidence: evidenceOf(timeline, [...ownFacts, trail.fact]),
    confidence: isCertain ? 'certain' : 'likely',
    text: trailText(loss, trail, isCertain, families),
  };
}

/** The service put him out because the rule no longer fits: by whoever changed the rule, else by nobody. */
function leftDynamicGroup(
  { loss, lossFacts, timeline }: Case,
  removal: FactOf<'group-membership-changed'>,
  isCertain: boolean,
): Cause {
  const families = familiesLost(loss, lossFacts[0], timeline.facts);
  const edit = ruleChangeBefore(removal, timeline);
  const after = edit?.rule.after;
  const facts = [...lossFacts.map(({ fact }) => fact), removal, ...(edit === undefined ? [] : [edit])];
  return {
    kind: 'removed-from-group',
    at: removal.at,
    ...doerOf(edit),
    group: { ...removal.group, dynamic: true, ...(after === undefined ? {} : { rule: after }) },
    evidence: evidenceOf(timeline, facts),
    // Whether the rule or the user changed is never certain, and a record of the rule may come later.
    confidence: 'likely',
    text: text.leftDynamicGroupText(loss, { removal, edit }, isCertain, families),
  };
}

function trailText(
  loss: LicenceLoss,
  trail: Exclude<GroupTrail, { confidence: 'unknown' }>,
  certain: boolean,
  families: Parameters<typeof text.removedText>[2],
): string {
  switch (trail.kind) {
    case 'removed-from-group':
      return text.leftGroupText(loss, trail.fact, certain, families);
    case 'group-deleted':
      return text.groupDeletedText(loss, trail.fact, certain, families);
    case 'group-licence-edited':
      return text.groupEditedText(loss, trail.fact, certain, families);
  }
}

/** Licences go when the account does, within a day; the deletion may be written a little after them. */
function deletionNear(at: string, facts: readonly Fact[]): AccountFact | undefined {
  const [from, until] = [minutesAfter(at, -24 * 60), minutesAfter(at, 5)];
  return facts.filter(isDeletion).findLast((fact) => fact.at >= from && fact.at <= until);
}

function isDeletion(fact: Fact): fact is AccountFact {
  return fact.kind === 'user-deleted';
}

function accountDeleted({ loss, lossFacts, timeline }: Case, deletion: AccountFact): Cause {
  return {
    kind: 'account-deleted',
    at: deletion.at,
    ...doerOf(deletion),
    evidence: evidenceOf(timeline, [...lossFacts.map(({ fact }) => fact), deletion]),
    confidence: 'likely',
    text: text.accountDeletedText(loss, { at: deletion.at, ...doerOf(deletion) }),
  };
}

/** Nothing explains it: say so where both logs are read for the whole time, else say what is awaited (law 5). */
function untold({ loss, lossFacts, timeline, coverage, now }: Case): Cause {
  const settled = settledFor(loss.at, coverage, now);
  const base = {
    at: loss.at,
    evidence: evidenceOf(
      timeline,
      lossFacts.map(({ fact }) => fact),
    ),
  };
  switch (settled.kind) {
    case 'settled':
      return {
        kind: 'not-logged',
        ...base,
        confidence: settled.confidence,
        text: text.notLoggedText(loss, settled),
      };
    case 'early': {
      const { settledBy } = settled;
      return {
        kind: 'pending',
        ...base,
        confidence: 'unknown',
        settledBy,
        text: text.earlyText(loss, settled),
      };
    }
    case 'unread':
      return { kind: 'pending', ...base, confidence: 'unknown', text: text.unreadText(loss, settled.unread) };
  }
}

/** "Where has my licence gone?" of somebody from whom none was taken. */
function explainNoLoss(timeline: Timeline, coverage: Coverage, now: string): Cause {
  const failure = lastFailure(timeline.facts);
  const account = timeline.facts.findLast(
    ({ kind }) => kind === 'user-created' || kind === 'user-deleted' || kind === 'user-restored',
  );
  if (account !== undefined && isDeletion(account) && !(failure !== undefined && failure.at > account.at)) {
    return {
      kind: 'account-deleted',
      at: account.at,
      ...doerOf(account),
      evidence: evidenceOf(timeline, [account]),
      confidence: 'certain',
      text: text.accountDeletedText(undefined, { at: account.at, ...doerOf(account) }),
    };
  }
  if (failure !== undefined) {
    return {
      kind: 'assignment-failed',
      at: failure.at,
      ...doerOf(failure),
      evidence: evidenceOf(timeline, [failure]),
      confidence: 'certain',
      text: text.assignmentFailedText(failure),
    };
  }
  const settled = settledUpTo(coverage, now);
  switch (settled.kind) {
    case 'settled': {
      const { between } = settled;
      return {
        kind: 'not-logged',
        between,
        evidence: [],
        confidence: settled.confidence,
        text: text.notLoggedText(undefined, settled),
      };
    }
    case 'unread':
      return {
        kind: 'pending',
        evidence: [],
        confidence: 'unknown',
        text: text.unreadText(undefined, settled.unread),
      };
  }
}

/** The last failed assignment that nothing later made good: the product, or where none is named any product, came after all. */
function lastFailure(facts: readonly Fact[]): FactOf<'licence-assignment-failed'> | undefined {
  return facts
    .filter((fact) => fact.kind === 'licence-assignment-failed')
    .findLast((failure) => {
      const later = facts
        .slice(facts.indexOf(failure) + 1)
        .filter((fact) => fact.kind === 'licences-changed');
      return !later.some(({ before, after }) =>
        failure.sku === undefined
          ? licenceDifference(before ?? [], after ?? []).addedProducts.length > 0
          : after?.some(({ skuId }) => skuId === failure.sku?.skuId),
      );
    });
}
