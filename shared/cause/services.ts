import type { Actor } from '../ingest/audit-record.ts';
import { isPropagationService, microsoftService } from '../ingest/microsoft-services.ts';
import { minutesAfter } from '../time/moments.ts';
import type { FactOf, Licence, Timeline } from '../timeline/fact.ts';
import type { Cause, LicenceLoss } from './explanation.ts';
import { reachAheadMinutes, reachBackMinutes } from './group-trail.ts';

interface Deed {
  actor?: Actor;
  via?: string;
}

/** Who decided it. A service of Microsoft carries out what somebody else did: it is never the one (FACTS 6.4). */
export function doerOf(fact: Deed | undefined): Deed {
  if (fact === undefined || fact.actor?.kind === 'group-licensing' || fact.actor?.kind === 'system')
    return {};
  return {
    ...(fact.actor === undefined ? {} : { actor: fact.actor }),
    ...(fact.via === undefined ? {} : { via: fact.via }),
  };
}

/** The service that takes licences when a subscription has expired. */
export function isSubscriptionService({ actor }: Deed): boolean {
  return microsoftService(actor) === 'subscription-lifecycle';
}

/** The service that fills and empties dynamic groups, and deletes groups whose lifetime is over. */
export function isGroupService({ actor }: Deed): boolean {
  return microsoftService(actor) === 'group-management';
}

/** A loss with whom its record names. */
export function withTaker(loss: LicenceLoss, fact: FactOf<'licences-changed'> | undefined): LicenceLoss {
  if (fact === undefined) return loss;
  const { actor, group } = fact;
  const takenBy = { ...(actor === undefined ? {} : { actor }), ...(group === undefined ? {} : { group }) };
  return { ...loss, takenBy };
}

/** What happened to a group explains what these take: group licensing, and the service that works on groups. */
export function takesThroughGroups({ takenBy = {} }: LicenceLoss): boolean {
  return takenBy.group !== undefined || takenBy.actor?.kind === 'group-licensing' || isGroupService(takenBy);
}

/** That it went through a group is concluded from little: nothing that follows is certain. */
export function isOnlyLikelyThroughGroups({ takenBy = {} }: LicenceLoss): boolean {
  return isPropagationService(takenBy.actor) || isGroupService(takenBy);
}

/** The last change of a dynamic group's rule that may have put somebody out: the service works through all users, and is not at once done. */
export function ruleChangeBefore(
  { group, at }: FactOf<'group-membership-changed'>,
  { groupFacts }: Timeline,
): FactOf<'group-rule-changed'> | undefined {
  const [from, until] = [minutesAfter(at, -reachBackMinutes), minutesAfter(at, reachAheadMinutes)];
  return groupFacts
    .filter((fact) => fact.kind === 'group-rule-changed')
    .findLast((fact) => fact.group.id === group.id && fact.at >= from && fact.at <= until);
}

/** What the group of a cause gave before it was edited, and the rule that it had before that was changed. */
export function groupBefore(
  { group, at = '' }: Cause,
  { groupFacts }: Timeline,
): { licences?: Licence[]; rule?: string } {
  if (group === undefined) return {};
  const licences = groupFacts
    .filter((fact) => fact.kind === 'group-licences-changed')
    .findLast((fact) => fact.group.id === group.id && fact.at === at)?.before;
  const rule = groupFacts
    .filter((fact) => fact.kind === 'group-rule-changed')
    .filter((fact) => fact.group.id === group.id && fact.rule.after === group.rule)
    .findLast((fact) => fact.at <= minutesAfter(at, reachAheadMinutes))?.rule;
  return {
    ...(licences === undefined ? {} : { licences }),
    ...(group.rule === undefined || rule?.before === undefined ? {} : { rule: rule.before }),
  };
}
