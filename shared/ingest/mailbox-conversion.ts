import { readUnifiedDoer } from './actor.ts';
import { assembleRecord, ignored } from './assemble-record.ts';
import type { RecordHead, Target } from './assemble-record.ts';
import { entriesOf, firstCutOf } from './cut-content.ts';
import { asObject, asText, decoded, firstText } from '../json/json-value.ts';
import type { JsonObject } from '../json/json-value.ts';
import { readGuid } from './object-id.ts';
import { readOutcome } from './outcome.ts';
import { unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readUserName } from './user-name.ts';

/** Under this name a record tells what a mailbox became; the words are those of the fact. */
export const mailboxTypeProperty = 'MailboxType';

/** What `-Type` takes, and how Exchange calls the same when it shows a mailbox: `SharedMailbox`. */
const types = new Map([
  ['regular', 'user'],
  ['user', 'user'],
  ['shared', 'shared'],
  ['room', 'room'],
  ['equipment', 'equipment'],
]);

/** `Set-Mailbox` of the unified log (FACTS 6.5.14): of all that it sets, only the kind of the mailbox is of use here. */
export function readMailboxConversion(head: RecordHead, record: JsonObject): ReadRecord {
  const workload = asText(record['Workload'])?.toLowerCase();
  const written = record['Parameters'];
  if (workload !== undefined && workload !== 'exchange') return ignored(head, head.activity.name);
  const cut = firstCutOf([['Parameters', written, 'list']]);
  if (cut !== undefined) return unreadable(cut);
  const parameters = readParameters(written);
  const type = types.get(
    parameters
      .get('type')
      ?.toLowerCase()
      .replace(/mailbox$/, '') ?? '',
  );
  if (type === undefined) return ignored(head, head.activity.name);
  return assembleRecord(head, {
    doer: () => readUnifiedDoer(record),
    outcome: readOutcome(record['ResultStatus']),
    reason: firstText(record['ResultReason']),
    correlationId: undefined,
    user: ownerOf(parameters.get('identity'), asText(record['ObjectId'])),
    group: undefined,
    // A mailbox that no user is surely known by is none of ours: whose it is would be a guess.
    otherTarget: true,
    properties: [{ name: mailboxTypeProperty, before: undefined, after: type }],
    details: new Map(),
  });
}

/** A list of `{Name, Value}`, or an object; names as the cmdlet has them, as a command line writes them (`-Type:`), and in any case. */
function readParameters(value: unknown): ReadonlyMap<string, string> {
  const content = asObject(decoded(value));
  const isList = content === undefined || 'Name' in content || 'value' in content;
  const pairs = isList
    ? entriesOf(value).map((entry): [unknown, unknown] => {
        const pair = asObject(entry);
        return [pair?.['Name'] ?? pair?.['name'], pair?.['Value'] ?? pair?.['value']];
      })
    : Object.entries(content);
  const parameters = new Map<string, string>();
  for (const [name, text] of pairs) {
    const key = asText(name)?.replace(/^-|:$/g, '').toLowerCase();
    const parameter = asText(text);
    if (key !== undefined && parameter !== undefined) parameters.set(key, parameter);
  }
  return parameters;
}

/**
 * Whose mailbox it is. An administrator may name one by much that is nobody's alone: an alias, a display name. A UPN is surely a user's, and so
 * is an object id; the GUIDs of Exchange itself look like one and are no user's, so that they find nobody. Only one of them: taken together
 * they would make such a GUID the id of the user.
 */
function ownerOf(...named: readonly (string | undefined)[]): Target | undefined {
  const names = named.flatMap((name) => (name === undefined ? [] : lastNameOf(name)));
  const users = names.map((name) => readUserName(name)).filter(({ upn }) => upn !== undefined && isUpn(upn));
  const [user] = users;
  if (user !== undefined) {
    const isOne = users.every(({ upn }) => upn?.toLowerCase() === user.upn?.toLowerCase());
    return isOne ? user : undefined;
  }
  const ids = new Set(names.flatMap((name) => readGuid(name) ?? []));
  const [id] = ids;
  return id === undefined || ids.size > 1 ? undefined : { id };
}

/** Exchange writes an object as a path, as a distinguished name, or with its organisation before it: `contoso.onmicrosoft.com\\adele`. */
function lastNameOf(name: string): string {
  const common = /^CN=([^,]+),/i.exec(name)?.[1];
  return (common ?? name.split(/[\\/]/).at(-1) ?? name).trim();
}

/** Not every text with an @ in it: these characters are in no UPN. */
function isUpn(name: string): boolean {
  return !/[=,;:<>"()]/.test(name);
}
