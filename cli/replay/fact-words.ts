import type { Actor } from '../../shared/ingest/audit-record.ts';
import type { Fact, FactOf, GroupReference, Licence } from '../../shared/timeline/fact.ts';
import { licenceDifference } from '../../shared/timeline/licences.ts';
import { plainName, plainWords } from '../terminal/plain-words.ts';

/** What happened, in the words of the timeline of its subject. */
export function factWords(fact: Fact, subject: 'user' | 'group'): string {
  switch (fact.kind) {
    case 'licences-changed':
      return changeWords('Licences changed', fact.before, fact.after);
    case 'licence-assignment-failed':
      return `Assignment of ${fact.sku?.name ?? 'a licence (the record does not say which)'} FAILED`;
    case 'group-membership-changed': {
      const group = `the group ${groupName(fact.group)}`;
      if (subject === 'user') return fact.change === 'added' ? `Added to ${group}` : `Removed from ${group}`;
      return `${plainName(fact.user.name ?? fact.user.id)} ${fact.change === 'added' ? 'added to' : 'removed from'} the group`;
    }
    case 'group-licences-changed':
      return changeWords(`Licences of the group ${groupName(fact.group)} changed`, fact.before, fact.after);
    case 'group-rule-changed':
      return `The rule of the dynamic group ${groupName(fact.group)} was changed${ruleWords(fact.rule)}`;
    case 'group-deleted':
      return `The group ${groupName(fact.group)} was deleted`;
    case 'group-licensing-finished':
      return fact.counts === undefined
        ? 'Licence processing of the group finished'
        : `Licence processing of the group finished: ${fact.counts.succeeded} succeeded, ${fact.counts.failed} failed`;
    case 'user-created':
      return 'Account created';
    case 'user-deleted':
      return 'Account deleted';
    case 'user-restored':
      return 'Account restored';
    case 'account-disabled':
      return 'Account disabled';
    case 'account-enabled':
      return 'Account enabled';
    case 'mailbox-converted':
      return `Mailbox converted to ${mailboxWords[fact.mailbox]}`;
  }
}

const mailboxWords = {
  user: 'a user mailbox',
  shared: 'a shared mailbox',
  room: 'a room mailbox',
  equipment: 'an equipment mailbox',
} satisfies Record<FactOf<'mailbox-converted'>['mailbox'], string>;

function ruleWords({ before, after }: FactOf<'group-rule-changed'>['rule']): string {
  const [from, to] = [before, after].map((rule) =>
    rule === undefined ? 'none' : plainWords(rule, longestRule),
  );
  return ` from ${from} to ${to}`;
}

/** A rule may have thousands of characters; `--json` has all of them. */
const longestRule = 300;

function changeWords(
  what: string,
  before: readonly Licence[] | undefined,
  after: readonly Licence[] | undefined,
): string {
  if (before === undefined || after === undefined)
    return `${what}; from what to what is not in these logs (incomplete)`;
  const { products, plans, addedProducts, addedPlans } = licenceDifference(before, after);
  const changes = [
    ...products.map(({ name }) => `${name} REMOVED`),
    ...plans.map(({ name, product }) => `${name} SWITCHED OFF in ${product}`),
    ...addedProducts.map(({ name }) => `${name} added`),
    ...addedPlans.map(({ name, product }) => `${name} switched on in ${product}`),
  ];
  return changes.length === 0 ? what : changes.join(', ');
}

/** Who did it, through what and from where; empty where no record says so. */
export function doerWords(fact: Fact): string {
  const { actor, via } = fact;
  const grantedBy = fact.kind === 'licences-changed' ? fact.group : undefined;
  return [
    actor === undefined ? '' : `by ${plainName(actorName(actor))}`,
    grantedBy === undefined ? '' : `for the group ${groupName(grantedBy)}`,
    via === undefined ? '' : `using ${plainName(via)}`,
    actor?.ip === undefined ? '' : `from ${actor.ip}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Which log tells it; two witnesses are better than one. */
export function logWords({ logs }: Pick<Fact, 'logs'>): string {
  const [only, ...others] = logs;
  if (others.length > 0) return '[both logs]';
  return only === 'unified' ? '[unified log]' : '[Entra log]';
}

function actorName({ kind, name, id }: Actor): string {
  switch (kind) {
    case 'user':
      return name ?? id ?? 'a user without a name';
    case 'application':
      return `the application ${name ?? id ?? 'without a name'}`;
    case 'group-licensing':
      return 'group licensing';
    case 'system':
      return name ?? 'the service';
  }
}

function groupName({ id, name }: GroupReference): string {
  return plainName(name ?? id);
}
