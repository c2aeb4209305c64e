import type { Actor, LogName } from '../ingest/audit-record.ts';
import { familyName } from '../products/products.ts';
import type { PlanFamily } from '../products/products.ts';
import type { LicenceLoss } from './explanation.ts';
import type { Fact, FactOf, GroupReference } from './fact.ts';
import { writtenMoment } from './moments.ts';
import type { Replacement } from './replacement.ts';

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
    ({ lost, by: product }) => `${plain(lost.name)} was replaced by ${plain(product.name)}`,
  );
  return sentences(
    `${list(pairs)} on ${writtenMoment(doing.at)}${by(doing)}.`,
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
      : `Group licensing took ${lostThings(loss)} from the user on ${writtenMoment(loss.at)}, most likely because of that.`,
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
    `Group licensing took ${lostThings(loss)} away on ${writtenMoment(loss.at)}.`,
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
  const product = failure.sku === undefined ? 'a licence' : plain(failure.sku.name);
  const who = by(failure).trim();
  return sentences(
    `Nothing was removed: the assignment of ${product} failed on ${writtenMoment(failure.at)}${who === '' ? '' : ` (${who})`}.`,
    failure.reason === undefined ? '' : `The reason given was: ${ended(plain(failure.reason))}`,
    'No later record shows that it was assigned.',
  );
}

export function notLoggedText(loss: LicenceLoss | undefined, [from, to]: [string, string]): string {
  if (loss === undefined) {
    return sentences(
      `Between ${writtenMoment(from)} and ${writtenMoment(to)} no licence was removed from the user and no assignment failed, as far as the audit logs tell.`,
      'Both logs were read completely for that time.',
    );
  }
  return sentences(
    wentAway(loss),
    'Both audit logs were read completely for that time, and neither holds a record that says who did it or why.',
  );
}

export function earlyText(loss: LicenceLoss, settledBy: string): string {
  return sentences(
    wentAway(loss),
    `No record that was read so far says who did it or why; one may still arrive until ${writtenMoment(settledBy)}.`,
  );
}

export function unreadText(loss: LicenceLoss | undefined, logs: readonly LogName[]): string {
  const unread = `${list(logs.map((log) => logTitles[log]))} ${several(logs) ? 'were' : 'was'} not read for that time`;
  return loss === undefined
    ? `No record that was read tells of a licence that was removed or failed. But ${unread}, so nothing can be said for certain.`
    : sentences(wentAway(loss), `No record that was read says who did it or why, but ${unread}.`);
}

const logTitles = {
  entra: 'the Entra audit log',
  unified: 'the unified audit log',
} as const satisfies Record<LogName, string>;

function groupGave(loss: LicenceLoss, certain: boolean): string {
  const taken = `away on ${writtenMoment(loss.at)}`;
  return certain
    ? `That group gave ${lostThings(loss)}, which group licensing took ${taken}.`
    : `Group licensing took ${lostThings(loss)} ${taken}, most likely because that group gave it.`;
}

/** A cause within the tolerance of the clocks may bear a later time than its effect. */
function datedLater(loss: LicenceLoss, cause: { at: string }): string {
  return cause.at > loss.at
    ? 'That its record bears the later time comes from the clocks of the services, which differ a little.'
    : '';
}

function wentAway(loss: LicenceLoss): string {
  return `${lostThings(loss)} ${wasOrWere(loss)} taken from the user on ${writtenMoment(loss.at)}.`;
}

function by({ actor, via }: Doing): string {
  const through = via === undefined ? '' : `, using ${plain(via)}`;
  const name = actor?.name ?? actor?.id;
  switch (actor?.kind) {
    case 'user':
      return ` by ${name === undefined ? 'a user whom the record does not name' : plain(name)}${through}`;
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
  return actor === undefined ? 'The record does not name anybody who did it.' : '';
}

function missed(families: readonly PlanFamily[]): string {
  return families.length === 0 ? '' : `The user is now without: ${families.map(familyName).join(', ')}.`;
}

function lostThings({ products, plans }: LicenceLoss): string {
  return list([
    ...products.map(({ name }) => plain(name)),
    ...plans.map(({ name, product }) => `${plain(name)} in ${plain(product)}`),
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
  return `"${plain(text)}"`;
}

/** A name is a tenant's text: no line breaks, control characters or direction marks (law 10). */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function list(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

function sentences(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
}
