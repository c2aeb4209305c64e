import { defined } from '../json/defined.ts';
import { asObject, asText, decoded } from '../json/json-value.ts';
import { findGuid, readGuid } from './object-id.ts';

/** A product as an audit record names it. `disabledPlans` are names or lower-case GUIDs, as the record has them. */
interface AssignedLicence {
  skuId?: string;
  partNumber?: string;
  disabledPlans: string[];
  /** The group that granted it (LicenseAssignmentDetail). Granted by several groups, it comes once for each. */
  groupId?: string;
}

/** A record from outside may nest as deep as it likes. */
const deepest = 6;

/**
 * Licences in any form in which the logs write them (FACTS 6.3, 6.5.2): a list of pseudo-lists
 * `[SkuName=…, SkuId=…, DisabledPlans=[…]]`, such a text alone, objects of LicenseAssignmentDetail, any of it as JSON in a string.
 * What names no product gives nothing, so no value, `"[]"` and garbage are no licences.
 */
export function readAssignedLicences(value: unknown): AssignedLicence[] {
  return licencesIn(value, 0);
}

function licencesIn(value: unknown, depth: number): AssignedLicence[] {
  if (depth > deepest) return [];
  const content = decoded(value);
  if (Array.isArray(content)) return content.flatMap((element) => licencesIn(element, depth + 1));
  if (typeof content === 'string') {
    return content === value ? pseudoLists(content).flatMap(licencesOf) : licencesIn(content, depth + 1);
  }
  const object = asObject(content);
  return object === undefined ? [] : licencesOf(fieldsOf(object));
}

/** Field by its name in lower case, letters only: `SkuId`, `skuId` and `sku_id` are one. */
type Fields = ReadonlyMap<string, unknown>;

function fieldsOf(object: Readonly<Record<string, unknown>>): Fields {
  const fields = new Map<string, unknown>();
  for (const value of Object.values(object)) {
    // One level down too: older tools write {AccountSku: {SkuPartNumber}, …}.
    for (const [name, inner] of Object.entries(asObject(value) ?? {})) fields.set(letters(name), inner);
  }
  for (const [name, value] of Object.entries(object)) fields.set(letters(name), value);
  return fields;
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/**
 * Cuts text into pseudo-lists. Keys come in the same order in each, so a key that comes again begins the next; that needs no
 * counting of brackets, which are missing where a text was cut off.
 */
function pseudoLists(text: string): Fields[] {
  const lists: Fields[] = [];
  let current = new Map<string, unknown>();
  for (const [, name = '', value] of text.matchAll(/\b(\w+)\s*=\s*(\[[^[\]]*\]?|[^,[\]\r\n]*)/g)) {
    const key = letters(name);
    if (current.has(key)) {
      lists.push(current);
      current = new Map();
    }
    current.set(key, value);
  }
  if (current.size > 0) lists.push(current);
  return lists;
}

function licencesOf(fields: Fields): AssignedLicence[] {
  const named = asText(fields.get('skuid') ?? fields.get('accountskuid'));
  const skuId = readGuid(named);
  const partNumber =
    asText(fields.get('skuname') ?? fields.get('skupartnumber') ?? fields.get('partnumber')) ??
    // Older tools write the product as `contoso:ENTERPRISEPACK`.
    (skuId === undefined ? named?.split(':').at(-1) : undefined);
  if (skuId === undefined && partNumber === undefined) return [];
  const disabledPlans = plansIn(fields.get('disabledplans') ?? fields.get('disabledserviceplans'));
  const licence: AssignedLicence = { ...defined({ skuId, partNumber }), disabledPlans };
  const groupIds = grantingGroups(fields);
  return groupIds.length === 0 ? [licence] : groupIds.map((groupId) => ({ ...licence, groupId }));
}

function plansIn(value: unknown): string[] {
  const content = decoded(value);
  if (typeof content === 'string') return content.replace(/[[\]]/g, '').split(/[,;]/).flatMap(planOf);
  return Array.isArray(content) ? content.flatMap(planOf) : [];
}

function planOf(value: unknown): string[] {
  const object = asObject(value);
  const fields = object === undefined ? undefined : fieldsOf(object);
  const text = asText(
    fields === undefined
      ? value
      : (fields.get('serviceplanid') ?? fields.get('planid') ?? fields.get('serviceplanname')),
  )?.replace(/^["']+|["']+$/g, '');
  return text === undefined || text === '' ? [] : [readGuid(text) ?? text];
}

/** No source shows the key that holds the granting group (FACTS 6.3): every key that speaks of a group is looked at. */
function grantingGroups(fields: Fields): string[] {
  const ids = [...fields].flatMap(([key, value]) => (key.includes('group') ? groupIdsIn(value) : []));
  return [...new Set(ids)];
}

function groupIdsIn(value: unknown): string[] {
  const content = decoded(value);
  if (Array.isArray(content))
    return content.filter((element) => typeof element === 'string').flatMap(groupIdsIn);
  const id = typeof content === 'string' ? findGuid(content) : undefined;
  return id === undefined ? [] : [id];
}
