import { asText } from '../json/json-value.ts';
import type { AuditRecord } from './audit-record.ts';
import type { Details } from './record-details.ts';
import { keyOf } from './property-name.ts';
import type { ModifiedProperty } from './property-change.ts';

/** Whom the activity is about; a membership is about a user and a group. */
type ActivitySubject = 'user' | 'group' | 'membership';

export interface RelevantActivity {
  name: string;
  subject: ActivitySubject;
  /** What a record of it is good for. */
  why: string;
  /** The name goes on in different ways: the reference page writes "to user", the service "to users" (FACTS 5.3). */
  prefix?: true;
  /** Only records that `touchesLicenceOrAccess` are of use: 43 of 44 are the noise of directory sync (FACTS 6.2). */
  sifted?: true;
  /** Of Exchange: only the unified log has it, and says what was done by its parameters. */
  cmdlet?: true;
}

/** All activities from which a fact can come or that take part in a join. To read more of the logs, add a line. */
export const relevantActivities: readonly RelevantActivity[] = [
  { name: 'Change user license', subject: 'user', why: 'licences, or the mark of a change told elsewhere' },
  { name: 'Update user', subject: 'user', why: 'licences, account switched on or off', sifted: true },
  { name: 'Add user', subject: 'user', why: 'user created, with licences (FACTS 6.5.5)' },
  { name: 'Delete user', subject: 'user', why: 'user deleted' },
  { name: 'Hard Delete user', subject: 'user', why: 'user deleted for good' },
  { name: 'Restore user', subject: 'user', why: 'user restored' },
  { name: 'Enable account', subject: 'user', why: 'account enabled' },
  { name: 'Disable account', subject: 'user', why: 'account disabled' },
  { name: 'Add member to group', subject: 'membership', why: 'group membership' },
  { name: 'Remove member from group', subject: 'membership', why: 'group membership' },
  { name: 'Set group license', subject: 'group', why: 'licences of a group' },
  {
    name: 'Update group',
    subject: 'group',
    why: 'rule of a dynamic group; may tell what a bare "Set group license" changed, as "Update user" does (no capture: FACTS 13.7)',
    sifted: true,
  },
  { name: 'Delete group', subject: 'group', why: 'group deleted' },
  { name: 'Hard Delete group', subject: 'group', why: 'group deleted for good' },
  {
    name: 'Start applying group based license',
    subject: 'group',
    why: 'group licensing began',
    prefix: true,
  },
  {
    name: 'Finish applying group based license',
    subject: 'group',
    why: 'group licensing ended',
    prefix: true,
  },
  {
    name: 'Trigger group license recalculation',
    subject: 'group',
    why: 'group licensing was started by hand',
  },
  {
    name: 'Set-Mailbox',
    subject: 'user',
    why: 'a mailbox that becomes a shared one needs no licence (FACTS 4.4)',
    sifted: true,
    cmdlet: true,
  },
];

const exact = new Map(
  relevantActivities
    .filter((activity) => activity.prefix === undefined)
    .map((activity) => [activity.name.toLowerCase(), activity]),
);
const prefixes = relevantActivities.filter((activity) => activity.prefix === true);

/**
 * One name for an activity in both logs: without trailing full stop and blanks (the unified log writes `Update user.`), typographic
 * dashes as hyphens (FACTS 6.5.11). Undefined where there is none.
 */
export function readActivityName(value: unknown): string | undefined {
  const text = asText(value)
    ?.replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ');
  if (text === undefined) return undefined;
  let end = text.length;
  while (end > 0 && (text[end - 1] === '.' || text[end - 1] === ' ')) end -= 1;
  return end === 0 ? undefined : text.slice(0, end);
}

/** `name` as `readActivityName` gives it. */
export function relevantActivity(name: string): RelevantActivity | undefined {
  const lower = name.toLowerCase();
  return exact.get(lower) ?? prefixes.find((activity) => lower.startsWith(activity.name.toLowerCase()));
}

const telling = new Set(
  [
    'AssignedLicense',
    'AssignedPlan',
    'LicenseAssignmentDetail',
    'AccountEnabled',
    'MembershipRule',
    'MailboxType',
  ].map(keyOf),
);

/** Pseudo-properties that stand in every record, whatever was updated (FACTS 6.2). */
const frame = /^(included ?updated ?properties|targetid\..*|spn|methodexecutionresult\.?)$/i;

interface SiftedContent {
  properties: readonly ModifiedProperty[];
  outcome: AuditRecord['outcome'];
  reason: string | undefined;
  details: Details;
  isSlice: boolean;
}

/**
 * Whether a sifted record is of use: it names a licence, the account's switch or the rule of a dynamic group; or it is part of a longer change; or it failed and
 * either speaks of licences or names nothing at all, and so may be the failing twin of a bare "Change user license" (FACTS 6.4).
 */
export function touchesLicenceOrAccess(content: SiftedContent): boolean {
  const names = namesOf(content.properties);
  if (content.isSlice || names.some((name) => telling.has(keyOf(name)))) return true;
  if (content.outcome !== 'failure') return false;
  const words = [content.reason ?? '', ...content.details.values()];
  return names.length === 0 || words.some((text) => /licen[cs]e|\bsku|service ?plan/i.test(text));
}

/** Names of changed properties, also those that stand only in the list of names. */
function namesOf(properties: readonly ModifiedProperty[]): string[] {
  return properties.flatMap(({ name, after }) => {
    if (!frame.test(name)) return [name];
    if (!/^included/i.test(name) || typeof after !== 'string') return [];
    return after.split(',').flatMap((part) => part.replace(/[\s"[\]]/g, '') || []);
  });
}
