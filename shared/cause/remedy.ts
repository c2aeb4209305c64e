import type { Actor } from '../ingest/audit-record.ts';
import { listedInFull } from '../text/listed.ts';
import { visibleText } from '../text/visible-text.ts';
import { minutesAfter, writtenMoment } from '../time/moments.ts';
import type { Licence } from '../timeline/fact.ts';
import type { Cause, LicenceLoss } from './explanation.ts';
import {
  addToGroup,
  assignLicences,
  assignToGroup,
  groupsThatGive,
  quoted,
  reprocess,
  restoreDeleted,
  setRule,
  setUsageLocation,
  showGroupLicences,
  showLicences,
  showRecords,
  showRule,
  showSubscriptions,
  skuIdExpression,
} from './graph-powershell.ts';
import { reachBackMinutes } from './group-trail.ts';
import { takesThroughGroups } from './services.ts';
import { usageLocationRefusal } from './usage-location.ts';

/** What is to be put right: a loss, or an assignment that failed. */
export interface Matter {
  user: { id: string; name: string };
  /** When it went, or was refused; and whom the record of it names. */
  loss: Pick<LicenceLoss, 'at' | 'takenBy'>;
  /** The products to be given again, with the plans that are to stay off; none where no record names one. */
  wanted: readonly Licence[];
  /** What the group had before, of which the cause tells: its licences, or the rule of a dynamic group. */
  groupBefore?: { licences?: readonly Licence[]; rule?: string };
  /** Why an assignment was refused, as the record says it. */
  reason?: string;
}

/** Three steps: what to look at or to do first, what puts it right, and how to see that it is. */
export interface Remedy {
  first: string;
  mend: string;
  check: string;
}

/**
 * What to do about a loss, which follows its cause: what was taken away is put back where it was taken. In the words of an administrator,
 * with commands that can be pasted; whoever shows them escapes them.
 */
export function remedyFor(cause: Cause, matter: Matter): Remedy {
  switch (cause.kind) {
    case 'removed-directly':
      return direct(cause, matter, 'assign it again');
    case 'plan-switched-off':
      return direct(cause, matter, 'switch it on again');
    case 'removed-from-group':
      return cause.group === undefined ? unknownGroup(matter) : backIntoGroup(cause, cause.group, matter);
    case 'group-licence-edited':
      return cause.group === undefined ? unknownGroup(matter) : backOnGroup(cause, cause.group, matter);
    case 'group-deleted':
      return cause.group === undefined ? unknownGroup(matter) : groupBack(cause, cause.group, matter);
    case 'group-processing-failed':
      return processAgain(cause, matter);
    case 'assignment-failed':
      return assignAfterAll(matter);
    case 'subscription-lapsed':
      return renew(matter);
    case 'account-deleted':
      return restoreAccount(cause, matter);
    case 'moved-between-licences':
      return leaveMoved(cause, matter);
    case 'not-logged':
    case 'pending':
      return takesThroughGroups({ ...nothing, ...matter.loss })
        ? unknownGroup(matter)
        : direct(cause, matter, 'give it back');
  }
}

const nothing = { products: [], plans: [] };

type Group = NonNullable<Cause['group']>;

function direct(cause: Cause, matter: Matter, again: string): Remedy {
  return {
    first: ask(cause, matter),
    mend: `If it was not meant, ${again}: in ${licencesOf(matter)}${orWithCommand(matter)}.`,
    check: check(matter),
  };
}

function backIntoGroup(cause: Cause, group: Group, matter: Matter): Remedy {
  const { user } = matter;
  if (group.dynamic === true || group.rule !== undefined) return backByRule(cause, group, matter);
  return {
    first: ask(cause, matter),
    mend: `If it was not meant, put the user back into the group ${nameOf(group)}, in Active Directory where the group is synced from there, else with Graph PowerShell: ${addToGroup(group.id, user.id)}. If that group is not to give it: ${licencesOf(matter)}.`,
    check: checkGroup(matter),
  };
}

/** Nobody can be put into a dynamic group by hand. */
function backByRule(cause: Cause, group: Group, matter: Matter): Remedy {
  const before = matter.groupBefore?.rule;
  const rule =
    before === undefined
      ? `correct the rule: ${setRule(group.id, '<the right rule>')}`
      : `take the change of the rule back: ${setRule(group.id, before)}`;
  return {
    first: `Read the rule that decides who is in the group ${nameOf(group)}: ${showRule(group.id)}.${cause.actor === undefined ? '' : ` ${ask(cause, matter)}`}`,
    mend: `If the user is to be in it, correct what the rule asks of the user where that comes from (Active Directory, personnel system, Entra), or ${rule}. Nobody can be put into this group by hand.`,
    check: checkGroup(matter),
  };
}

function backOnGroup(cause: Cause, group: Group, matter: Matter): Remedy {
  const given = matter.groupBefore?.licences ?? [];
  const wanted = matter.wanted.map(
    (licence) => given.find(({ skuId }) => skuId === licence.skuId) ?? licence,
  );
  return {
    first: ask(cause, matter),
    mend: `If it was not meant, put the product back on the group ${nameOf(group)}, so that everybody in it gets it back: admin.microsoft.com > Billing > Licenses > the product > Groups > Assign licenses, or with Graph PowerShell: ${assignToGroup(group.id, wanted)}.`,
    check: checkGroup(matter),
  };
}

/** Deleted groups are kept for 30 days, but not all (FACTS 5.1). */
function groupBack(cause: Cause, group: Group, matter: Matter): Remedy {
  const at = cause.at ?? matter.loss.at;
  return {
    first: ask(cause, matter),
    mend: [
      `If it was not meant, bring the group ${nameOf(group)} back before ${writtenMoment(minutesAfter(at, 30 * 24 * 60))}: Entra admin center > Groups > Deleted groups, or ${restoreDeleted(group.id)}; then see whether it has its licences: ${showGroupLicences(group.id)}.`,
      'That works where the group was made in the cloud. One that is synced is restored in Active Directory, and comes back with a new id and without licences.',
      `Where neither works: ${licencesOf(matter)}${orWithCommand(matter)}.`,
    ].join(' '),
    check: checkGroup(matter),
  };
}

/** The licence went through a group, and which one nobody knows yet: to license the user directly would hide that. */
function unknownGroup(matter: Matter): Remedy {
  const { user, wanted } = matter;
  return {
    first: `Find the group that gave it: ${groupsThatGive(wanted)}; those that the user is in: Get-MgUserMemberOfAsGroup -UserId ${quoted(user.id)} -All -Property Id,DisplayName. A deleted one stands in Entra admin center > Groups > Deleted groups. What happened to groups in the day before: ${showRecords(minutesAfter(matter.loss.at, -reachBackMinutes), matter.loss.at)}, fields ActivityDisplayName, InitiatedBy and TargetResources.`,
    mend: `If it was not meant, put the user back into that group (${addToGroup('<id of the group>', user.id)}), or the product back on it; a dynamic group follows its rule. Only where no group is to give it: ${licencesOf(matter)}.`,
    check: checkGroup(matter),
  };
}

function processAgain(cause: Cause, matter: Matter): Remedy {
  return {
    first: `Read the Error that stands beside the group in LicenseAssignmentStates: ${showLicences(matter.user.id)}. ${ask(cause, matter)}`,
    mend: `Put its reason right (free units, the country of the user, plans that clash or lack another) and have group licensing look again: ${reprocess(matter.user.id)}.`,
    check: check(matter),
  };
}

/** Until it is renewed there is nothing to assign. */
function renew(matter: Matter): Remedy {
  const { wanted } = matter;
  const product = wanted.length === 0 ? 'the product' : listedInFull(wanted.map(({ name }) => name));
  return {
    first: `Look at Status and NextLifecycleDateTime of the subscription of ${product}: ${showSubscriptions(wanted)}. One that is gone is not listed. Everybody who had the product is concerned.`,
    mend: `If it is still needed, renew the subscription or buy it again: admin.microsoft.com > Billing > Your products. Until then there is nothing to assign.`,
    check: `Look again 15 minutes after it is active: ${showLicences(matter.user.id)}. Whoever has not got it back by then gets it as before: by his group, or in ${licencesOf(matter)}. This alert then closes itself.`,
  };
}

function restoreAccount(cause: Cause, matter: Matter): Remedy {
  const at = cause.at ?? matter.loss.at;
  return {
    first: ask(cause, matter),
    mend: `If the account was not to go, restore it before ${writtenMoment(minutesAfter(at, 30 * 24 * 60))}: admin.microsoft.com > Users > Deleted users, or ${restoreDeleted(matter.user.id)}.`,
    check: check(matter),
  };
}

function leaveMoved(cause: Cause, matter: Matter): Remedy {
  return {
    first: `Nothing is to be done where the new product is meant. ${ask(cause, matter)}`,
    mend: `If the old one is to come back: ${licencesOf(matter)}.`,
    check: check(matter),
  };
}

function assignAfterAll(matter: Matter): Remedy {
  const { user, wanted, loss, reason } = matter;
  const again = `${licencesOf(matter)}${orWithCommand(matter)}. After a mailbox move do it within 30 days of the end of the move.`;
  const last = `After 15 minutes check that the product has State Active and no Error: ${showLicences(user.id)}. This alert then closes itself.`;
  switch (usageLocationRefusal(reason)) {
    case 'invalid':
      return {
        first: `Set the country in which the user works, without which nothing can be assigned: ${setUsageLocation(user.id)}.`,
        mend: `Then assign it again: ${again}`,
        check: last,
      };
    case 'prohibited':
      return {
        first: `Look at the country of the user (Get-MgUser -UserId ${quoted(user.id)} -Property UsageLocation), where the product or a part of it is not allowed. If it is wrong, set it: ${setUsageLocation(user.id)}; if it is right, leave the plan out that is not allowed there.`,
        mend: `Then assign it again: ${again}`,
        check: last,
      };
    case undefined: {
      const units = wanted.map((licence) => `SkuId -eq ${skuIdExpression(licence)}`)[0];
      return {
        first: `Read in the audit log why it failed${reason === undefined ? '' : ` (the record says: ${reason})`}: ${showRecords(loss.at, loss.at)}, fields Result, ResultReason, InitiatedBy and TargetResources.`,
        mend: `Look for free units (Get-MgSubscribedSku -All${units === undefined ? '' : ` | Where-Object ${units}`}, PrepaidUnits.Enabled less ConsumedUnits) and for the country (Get-MgUser -UserId ${quoted(user.id)} -Property UsageLocation), and assign it again: ${again}`,
        check: last,
      };
    }
  }
}

/** Whom to ask, and where the records are that tell it. */
function ask(cause: Cause, matter: Matter): string {
  const who = askable(cause.actor);
  const question =
    who === undefined
      ? 'Read in the audit log who did it and ask whether it was meant'
      : `Ask ${who} whether it was meant; the record is in the audit log`;
  return `${question}: ${showRecords(...timesOf(cause, matter))}, ${fieldsOf(cause)}.`;
}

/** When the records were written that the cause is known from. */
function timesOf({ at, evidence }: Cause, { loss }: Matter): [from: string, to: string] {
  const times = [at ?? loss.at, ...evidence.map((record) => record.at)].sort();
  return [times[0] ?? loss.at, times.at(-1) ?? loss.at];
}

function fieldsOf({ kind }: Cause): string {
  const fields = 'fields ActivityDisplayName, InitiatedBy and TargetResources';
  return withoutLicences.has(kind) ? fields : `${fields} (AssignedLicense, old and new value)`;
}

/** Told by records that hold no licences. */
const withoutLicences = new Set<Cause['kind']>(['removed-from-group', 'group-deleted', 'account-deleted']);

function askable(actor: Actor | undefined): string | undefined {
  const name = actor?.name ?? actor?.id;
  if (name === undefined) return undefined;
  if (actor?.kind === 'user') return visibleText(name);
  return actor?.kind === 'application' ? `whoever runs the application "${visibleText(name)}"` : undefined;
}

function check({ user }: Matter): string {
  return `After 15 minutes check that every product has State Active and no Error: ${showLicences(user.id)}. This alert then closes itself.`;
}

function checkGroup(matter: Matter): string {
  return `${check(matter)} If it is not back by then, ${reprocess(matter.user.id)} starts the processing of group licensing again.`;
}

function licencesOf({ user }: Matter): string {
  return `admin.microsoft.com > Users > Active users > ${user.name} > Licenses and apps`;
}

function orWithCommand({ user, wanted }: Matter): string {
  return wanted.length === 0 ? '' : `, or with Graph PowerShell: ${assignLicences(user.id, wanted)}`;
}

function nameOf({ id, name }: Group): string {
  return `"${visibleText(name ?? id)}"`;
}
