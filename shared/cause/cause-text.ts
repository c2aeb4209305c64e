import type { Actor, LogName } from '../ingest/audit-record.ts';
import { isPropagationService } from '../ingest/microsoft-services.ts';
import { familyName } from '../products/products.ts';
import type { PlanFamily } from '../products/products.ts';
import type { LicenceLoss } from './explanation.ts';
import type { Fact, FactOf, GroupReference } from '../timeline/fact.ts';
import { listed, listedInFull } from '../text/listed.ts';
import { visibleText } from '../text/visible-text.ts';
import { writtenMoment } from '../time/moments.ts';
import type { Replacement } from './replacement.ts';
import type { Early, Settled, UnreadTime } from './settled.ts';
import { isGroupService } from './services.ts';

/** Who did something, as the record tells it. */
export interface Doing {
  at: string;
  actor?: Actor | undefined;
  via?: string | undefined;
}

/** Two or three sentences of plain English, plain text: whoever shows them escapes them. */

export function removedText(loss: LicenceLoss, doing: Doing, families: readonly PlanFamily[]): string {
  return sentences(
    `${lostThings(loss)} ${wasOrWere(loss)} removed on ${writtenMoment(doing.at)}${by(doing)}.`,
    nobodyNamed(doing),
    missed(families),
  );
}

export function switchedOffText(loss: LicenceLoss, doing: Doing, families: readonly PlanFamily[]): string {
  return sentences(
    `${lostThings(loss)} ${wasOrWere(loss)} switched off on ${writtenMoment(doing.at)}${by(doing)}.`,
    nobodyNamed(doing),
    `The ${several(productsOf(loss)) ? 'products themselves are' : 'product itself is'} still assigned.`,
    missed(families),
  );
}

export function movedText(replacements: readonly Replacement[], doing: Doing): string {
  const pairs = replacements.map(
    ({ lost, by: product }) => `${visibleText(lost.name)} was replaced by ${visibleText(product.name)}`,
  );
  return sentences(
    `${listedInFull(pairs)} on ${writtenMoment(doing.at)}${by(doing)}.`,
    'Nothing is lost: what the old product gave, the new one gives too.',
  );
}

export function leftGroupText(
  loss: LicenceLoss,
  removal: FactOf<'group-membership-changed'>,
  certain: boolean,
  families: readonly PlanFamily[],
): string {
  return sentences(
    `The user was removed from the group ${groupName(removal.group)} on ${writtenMoment(removal.at)}${by(removal)}.`,
    groupGave(loss, certain),
    datedLater(loss, removal),
    missed(families),
  );
}

/** Out of a group of which a rule decides who is in it. */
export function leftDynamicGroupText(
  loss: LicenceLoss,
  {
    removal,
    edit,
  }: { removal: FactOf<'group-membership-changed'>; edit: FactOf<'group-rule-changed'> | undefined },
  certain: boolean,
  families: readonly PlanFamily[],
): string {
  return sentences(
    `The user left the dynamic group ${groupName(removal.group)} on ${writtenMoment(removal.at)}, because its rule no longer fits the user.`,
    edit === undefined
      ? 'No record that was read tells of a change of the rule; a changed property of the user does the same.'
      : `The rule was changed on ${writtenMoment(edit.at)}${by(edit)}, which is most likely why.`,
    groupGave(loss, certain),
    datedLater(loss, removal),
    missed(families),
  );
}

/** @param edit where the service took it from the group that gave it */
export function lapsedText(
  loss: LicenceLoss,
  edit: FactOf<'group-licences-changed'> | undefined,
  families: readonly PlanFamily[],
): string {
  const service = "Microsoft's subscription service";
  return sentences(
    edit === undefined
      ? `${service} took ${lostThings(loss)} from the user on ${writtenMoment(loss.at)}.`
      : `${service} changed the licences of the group ${groupName(edit.group)} on ${writtenMoment(edit.at)}.`,
    'It does that when a subscription has expired: nobody did it by hand.',
    edit === undefined
      ? ''
      : `${taker(loss)} took ${lostThings(loss)} from the user on ${writtenMoment(loss.at)}, most likely because of that.`,
    missed(families),
  );
}

export function groupDeletedText(
  loss: LicenceLoss,
  deletion: FactOf<'group-deleted'>,
  certain: boolean,
  families: readonly PlanFamily[],
): string {
  return sentences(
    `The group ${groupName(deletion.group)} was deleted on ${writtenMoment(deletion.at)}${by(deletion)}.`,
    groupGave(loss, certain),
    datedLater(loss, deletion),
    missed(families),
  );
}

export function groupEditedText(
  loss: LicenceLoss,
  edit: FactOf<'group-licences-changed'>,
  certain: boolean,
  families: readonly PlanFamily[],
): string {
  return sentences(
    `The licences of the group ${groupName(edit.group)} were changed on ${writtenMoment(edit.at)}${by(edit)}.`,
    certain
      ? `${lostThings(loss)} ${wasOrWere(loss)} taken out, and so group licensing took it from the user on ${writtenMoment(loss.at)}.`
      : `${taker(loss)} took ${lostThings(loss)} from the user on ${writtenMoment(loss.at)}, most likely because of that.`,
    datedLater(loss, edit),
    missed(families),
  );
}

/** What comes into question, where nothing says which of it was the cause. */
export function severalGroupsText(
  loss: LicenceLoss,
  { candidates, groups }: { candidates: readonly { kind: Fact['kind']; at: string }[]; groups: number },
  families: readonly PlanFamily[],
): string {
  const shown = candidates.length < groups ? ` The nearest ${candidates.length} are in the evidence.` : '';
  return sentences(
    `${certainTaker(loss)} took ${lostThings(loss)} away on ${writtenMoment(loss.at)}.`,
    `${inQuestion(candidates, groups)}${shown}`,
    missed(families),
  );
}

function inQuestion(candidates: readonly { kind: Fact['kind']; at: string }[], groups: number): string {
  const [first] = candidates;
  if (groups === 1 && first !== undefined) {
    return `The user had been removed from a group on ${writtenMoment(first.at)}, and no record says whether that group gave it.`;
  }
  if (candidates.every(({ kind }) => kind === 'group-membership-changed')) {
    return `The user was removed from ${groups} groups before, and no record says which of them gave it.`;
  }
  if (candidates.every(({ kind }) => kind === 'group-deleted')) {
    return `${groups} groups were deleted shortly before, and no record says which of them gave it.`;
  }
  return candidates.every(({ kind }) => kind === 'group-licences-changed')
    ? `${groups} groups lost it shortly before, and no record says which of them the user was in.`
    : `${groups} groups come into question that were changed or deleted, or that the user left, and no record says which of them it was.`;
}

export function accountDeletedText(loss: LicenceLoss | undefined, doing: Doing): string {
  return sentences(
    `The account was deleted on ${writtenMoment(doing.at)}${by(doing)}.`,
    loss === undefined
      ? 'Its licences went with it.'
      : `${lostThings(loss)} ${wasOrWere(loss)} taken from it on ${writtenMoment(loss.at)}.`,
  );
}

export function assignmentFailedText(failure: FactOf<'licence-assignment-failed'>): string {
  const product = failure.sku === undefined ? 'a licence' : visibleText(failure.sku.name);
  const who = by(failure).trim();
  return sentences(
    `Nothing was removed: the assignment of ${product} failed on ${writtenMoment(failure.at)}${who === '' ? '' : ` (${who})`}.`,
    failure.reason === undefined ? '' : `The reason given was: ${ended(visibleText(failure.reason))}`,
    'No later record shows that it was assigned.',
  );
}

export function notLoggedText(
  loss: LicenceLoss | undefined,
  { between: [from, to], confidence, certainBy, unread }: Extract<Settled, { kind: 'settled' }>,
): string {
  if (loss === undefined) {
    return sentences(
      `Between ${writtenMoment(from)} and ${writtenMoment(to)} no licence was removed from the user and no assignment failed, as far as the audit logs tell.`,
      'Both logs were read completely for that time.',
    );
  }
  if (confidence === 'certain') {
    return sentences(
      wentAway(loss),
      'Both audit logs were read completely for that time, and neither holds a record that says who did it or why.',
    );
  }
  const few = 'A few records come later than that';
  return sentences(
    wentAway(loss),
    `Both audit logs were read completely until ${writtenMoment(to)}, and neither holds a record that says who did it or why.`,
    unread.length === 0
      ? `${few}, so it is not certain before ${writtenMoment(certainBy)}.`
      : `${few}, and ${notRead(unread)}, so it is not certain.`,
  );
}

export function earlyText(loss: LicenceLoss, { settledBy, unread }: Early): string {
  return sentences(
    wentAway(loss),
    `No record that was read so far says who did it or why; one may still arrive until ${writtenMoment(settledBy)}.`,
    unread.length === 0 ? '' : `But ${notRead(unread)}, so it may never be known.`,
  );
}

export function unreadText(loss: LicenceLoss | undefined, unread: readonly UnreadTime[]): string {
  return loss === undefined
    ? `No record that was read tells of a licence that was removed or failed. But ${notRead(unread)}, so nothing can be said for certain.`
    : sentences(wentAway(loss), `No record that was read says who did it or why, but ${notRead(unread)}.`);
}

/** So many times are told of one log; of more, how many there are. */
const mostTimes = 3;

/** `the unified audit log was not read from … to …`. */
function notRead(unread: readonly UnreadTime[]): string {
  const logs = [...new Set(unread.map(({ log }) => log))];
  return listedInFull(
    logs.map((log) => {
      const times = unread.filter((time) => time.log === log).map(timeInWords);
      return [`${logTitles[log]} was not read`, listed(times, mostTimes)].join(' ').trim();
    }),
  );
}

function timeInWords({ from, to }: UnreadTime): string {
  if (from === undefined) return to === undefined ? 'yet' : `before ${writtenMoment(to)}`;
  if (to === undefined) return `after ${writtenMoment(from)}`;
  const [begin, end] = [writtenMoment(from), writtenMoment(to)];
  return begin === end ? `at ${begin}` : `from ${begin} to ${end}`;
}

const logTitles = {
  entra: 'the Entra audit log',
  unified: 'the unified audit log',
} as const satisfies Record<LogName, string>;

function groupGave(loss: LicenceLoss, certain: boolean): string {
  const taken = `away on ${writtenMoment(loss.at)}`;
  return certain
    ? `That group gave ${lostThings(loss)}, which group licensing took ${taken}.`
    : `${taker(loss)} took ${lostThings(loss)} ${taken}, most likely because that group gave it.`;
}

/** A cause within the tolerance of the clocks may bear a later time than its effect. */
function datedLater(loss: LicenceLoss, cause: { at: string }): string {
  return cause.at > loss.at
    ? 'That its record bears the later time comes from the clocks of the services, which differ a little.'
    : '';
}

/** Who carried it out, for a sentence that hedges. */
function taker({ takenBy }: LicenceLoss): string {
  if (takenBy !== undefined && isGroupService(takenBy))
    return `The service ${quoted(takenBy.actor?.name ?? '')}`;
  return 'Group licensing';
}

/** Who carried it out, for a sentence that does not. */
function certainTaker(loss: LicenceLoss): string {
  return isPropagationService(loss.takenBy?.actor) ? 'Most likely group licensing' : taker(loss);
}

function wentAway(loss: LicenceLoss): string {
  if (loss.takenBy?.actor?.kind === 'group-licensing' || isGroupService(loss.takenBy ?? {})) {
    return `${certainTaker(loss)} took ${lostThings(loss)} from the user on ${writtenMoment(loss.at)}.`;
  }
  return `${lostThings(loss)} ${wasOrWere(loss)} taken from the user on ${writtenMoment(loss.at)}.`;
}

function by({ actor, via }: Doing): string {
  const through = via === undefined ? '' : `, using ${visibleText(via)}`;
  const name = actor?.name ?? actor?.id;
  switch (actor?.kind) {
    case 'user':
      return ` by ${name === undefined ? 'a user whom the record does not name' : visibleText(name)}${through}`;
    case 'application':
      return ` by ${name === undefined ? 'an application that the record does not name' : `the application ${quoted(name)}`}${through}`;
    case 'system':
      return ` by ${name === undefined ? 'a service of Microsoft' : `the service ${quoted(name)}`}`;
    case 'group-licensing':
      return ' by group licensing';
    case undefined:
      return through === '' ? '' : ` ${through.slice(2)}`;
  }
}

function nobodyNamed({ actor }: Doing): string {
  if (actor?.kind === 'system' && actor.name !== undefined) return 'The record names nobody else.';
  return actor === undefined || actor.kind === 'system' ? 'The record does not name anybody who did it.' : '';
}

function missed(families: readonly PlanFamily[]): string {
  return families.length === 0 ? '' : `The user is now without: ${families.map(familyName).join(', ')}.`;
}

function lostThings({ products, plans }: LicenceLoss): string {
  return listedInFull([
    ...products.map(({ name }) => visibleText(name)),
    ...plans.map(({ name, product }) => `${visibleText(name)} in ${visibleText(product)}`),
  ]);
}

function wasOrWere({ products, plans }: LicenceLoss): string {
  return products.length + plans.length > 1 ? 'were' : 'was';
}

function productsOf({ plans }: LicenceLoss): string[] {
  return [...new Set(plans.map(({ skuId }) => skuId))];
}

function several(items: readonly unknown[]): boolean {
  return items.length > 1;
}

function groupName({ id, name }: GroupReference): string {
  return quoted(name ?? id);
}

function quoted(text: string): string {
  return `"${visibleText(text)}"`;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function sentences(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
}
