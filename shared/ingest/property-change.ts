import type { PropertyChange } from './audit-record.ts';
import { defined } from '../json/defined.ts';
import { cutIn, entriesOf, whyCut } from './cut-content.ts';
import { keyOf } from './property-name.ts';
import { asObject, asText, decoded, field } from '../json/json-value.ts';

/** An entry of modifiedProperties (Graph: displayName) or ModifiedProperties (unified log: Name), values still encoded. */
export interface ModifiedProperty {
  name: string;
  before: unknown;
  after: unknown;
}

/** Entries of Exchange may be plain strings (FACTS 6.5.14): those say nothing about a value and are left out. */
export function readModifiedProperties(value: unknown): ModifiedProperty[] {
  return entriesOf(value).flatMap((entry) => {
    const object = asObject(entry);
    const name = asText(field(object, 'displayName')) ?? asText(object?.['Name'] ?? object?.['name']);
    if (object === undefined || name === undefined) return [];
    return [{ name, before: field(object, 'oldValue'), after: field(object, 'newValue') }];
  });
}

type Encoding = 'list' | 'flag' | 'text';

/** The properties that some fact is made of. What is not named here is left out, so that records stay small. */
const usefulProperties: readonly { name: string; encoding: Encoding }[] = [
  { name: 'AssignedLicense', encoding: 'list' },
  { name: 'LicenseAssignmentDetail', encoding: 'list' },
  { name: 'AccountEnabled', encoding: 'flag' },
  { name: 'Group.ObjectID', encoding: 'text' },
  { name: 'Group.DisplayName', encoding: 'text' },
  { name: 'MembershipRule', encoding: 'text' },
  { name: 'MailboxType', encoding: 'text' },
  { name: 'Result', encoding: 'text' },
  { name: 'UserPrincipalName', encoding: 'text' },
  { name: 'DisplayName', encoding: 'text' },
];
const usefulByKey = new Map(usefulProperties.map((property) => [keyOf(property.name), property]));
const assignedPlan = 'AssignedPlan';

/**
 * The changes that are of use, values decoded, names in one spelling, each property once. `AssignedPlan` is many times as long as
 * `AssignedLicense` and says less: it is kept by name alone, and only where nothing else tells that licences were touched. A change
 * without any value is left out.
 */
export function usefulChanges(properties: readonly ModifiedProperty[]): PropertyChange[] {
  const changes = new Map<string, PropertyChange>();
  for (const property of properties) {
    const useful = usefulByKey.get(keyOf(property.name));
    if (useful === undefined || changes.has(useful.name)) continue;
    const before = decodeAs(useful.encoding, property.before);
    const after = decodeAs(useful.encoding, property.after);
    if (before === undefined && after === undefined) continue;
    changes.set(useful.name, { property: useful.name, ...defined({ before, after }) });
  }
  const plansOnly = !changes.has('AssignedLicense') && !changes.has('LicenseAssignmentDetail');
  if (plansOnly && properties.some(({ name }) => keyOf(name) === keyOf(assignedPlan))) {
    changes.set(assignedPlan, { property: assignedPlan });
  }
  return [...changes.values()];
}

/** Why a list of licences is not all there; read as far as it goes it would tell of licences that nobody took away. */
export function cutInLicences(properties: readonly ModifiedProperty[]): string | undefined {
  for (const { name, before, after } of properties) {
    if (usefulByKey.get(keyOf(name))?.encoding !== 'list') continue;
    for (const value of [before, after]) {
      const content = decoded(decoded(value));
      const cut = typeof content === 'string' ? cutInText(content) : cutIn(content);
      if (cut !== undefined) return `${name}: ${cut}`;
    }
  }
  return undefined;
}

/** A text alone may be pseudo-lists, which are no JSON and have each bracket closed. */
function cutInText(text: string): string | undefined {
  const cut = whyCut(text);
  if (cut !== undefined) return cut;
  const open = text.split('[').length - text.split(']').length;
  return open === 0 ? undefined : 'a list that is cut off';
}
/** Whether a record tells of licences at all, by whichever of their properties. */
export function speaksOfLicences(changes: readonly PropertyChange[]): boolean {
  return changes.some(({ property }) => licenceProperties.has(property));
}

const licenceProperties = new Set(['AssignedLicense', assignedPlan, 'LicenseAssignmentDetail']);

/** The value of a property as text, after or else before: a group is in the new values when a member came, in the old when he left. */
export function textOfProperty(changes: readonly PropertyChange[], name: string): string | undefined {
  const change = changes.find(({ property }) => property === name);
  return asText(change?.after) ?? asText(change?.before);
}

function decodeAs(encoding: Encoding, value: unknown): unknown {
  switch (encoding) {
    case 'list':
      return decodedList(value);
    case 'flag':
      return decodedFlag(value);
    case 'text':
      return decodedText(value);
  }
}

/** A list of pseudo-lists or objects; text that is no JSON stays text, for `readAssignedLicences` reads that too. */
function decodedList(value: unknown): unknown {
  // Twice: some records hold JSON in a string in a string (FACTS 6.2).
  const content = decoded(decoded(value));
  if (Array.isArray(content)) return content as unknown[];
  return asObject(content) === undefined ? asText(content) : [content];
}

/** `[true]`, `"[true]"`, `true` and `"True"` are all true. */
function decodedFlag(value: unknown): boolean | undefined {
  const text = asText(onlyElement(decoded(value)))?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Graph writes `"\"Licensed users\""`, the unified log `Licensed users`; a name may look like a number and must stay text. */
function decodedText(value: unknown): string | undefined {
  const content = onlyElement(decoded(value));
  return typeof content === 'string' ? asText(content) : content === undefined ? undefined : asText(value);
}

/** What stands alone in a list; undefined for an empty list and for nothing. */
function onlyElement(content: unknown): unknown {
  if (Array.isArray(content)) return content.length === 1 ? (content[0] as unknown) : undefined;
  return content ?? undefined;
}
