import type { AuditRecord, PropertyChange } from './audit-record.ts';
import { entriesOf } from './cut-content.ts';
import { asObject, asText, asWholeNumber, decoded, field } from '../json/json-value.ts';
import { readModifiedProperties, usefulChanges } from './property-change.ts';
import type { ModifiedProperty } from './property-change.ts';

/** Named details of a record. A Map, because the names are a tenant's or an application's text. */
export type Details = ReadonlyMap<string, string>;

/** `additionalDetails` as Graph writes it, a list of `{key, value}`, or as the unified log does, an object as JSON in a string. */
export function readDetails(value: unknown): Details {
  const content = decoded(value);
  const object = asObject(content);
  const entries =
    object === undefined
      ? entriesOf(content).map((entry): [unknown, unknown] => {
          const pair = asObject(entry);
          return [field(pair, 'key') ?? field(pair, 'name'), field(pair, 'value')];
        })
      : Object.entries(object);
  const details = new Map<string, string>();
  for (const [key, detail] of entries) {
    const name = asText(key);
    // Not `asText`: a slice may consist of blanks and end in them.
    const text = typeof detail === 'string' ? detail : asText(detail);
    if (name !== undefined && text !== undefined) details.set(name, text);
  }
  return details;
}

type Slice = NonNullable<AuditRecord['slice']>;

const sliceKeys = ['id', 'seq', 'b', 'c'] as const;

/**
 * One part of a change that did not fit one record (FACTS 6.3.3): `undefined` where the record is whole, `malformed` where it is
 * plainly a part but cannot be put in its place.
 */
export function readSlice(details: Details): Slice | 'malformed' | undefined {
  const text = details.get('b');
  const id = asText(details.get('id'));
  if (text === undefined || id === undefined) return undefined;
  const seq = asWholeNumber(details.get('seq'));
  const of = asWholeNumber(details.get('c'));
  if (seq === undefined || of === undefined || seq < 1 || seq > of) return 'malformed';
  return { id: id.toLowerCase(), seq, of, text };
}

/**
 * The changes in the joined text of all slices: JSON of `{targetUpdatedProperties, additionalDetails}`, the first of which is JSON in
 * a string again (FACTS 6.5.3). Undefined where the text is no such thing, as with a slice missing.
 */
export function readJoinedSlices(text: string): PropertyChange[] | undefined {
  const properties = joinedProperties(text);
  return properties === undefined ? undefined : usefulChanges(properties);
}

/** All properties in that text, raw: some say who wrote it. */
export function joinedProperties(text: string): ModifiedProperty[] | undefined {
  const properties = asObject(decoded(text))?.['targetUpdatedProperties'];
  if (properties === undefined || properties === null || !Array.isArray(decoded(properties)))
    return undefined;
  return readModifiedProperties(properties);
}

/** Longer details are lists of addresses and names that no rule reads. */
const longestDetail = 2_000;

/** What is kept of the details beside the slice. */
export function keptDetails(details: Details, isSlice: boolean): Record<string, string> | undefined {
  const kept = [...details].flatMap(([name, text]): [string, string][] => {
    if (isSlice && sliceKeys.some((key) => key === name)) return [];
    const value = asText(text);
    return value === undefined ? [] : [[name, value.slice(0, longestDetail)]];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
