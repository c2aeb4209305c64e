import { asList, asObject, asText, decoded } from '../json/json-value.ts';

/**
 * Lists and objects in records that people exported. PowerShell's ConvertTo-Json goes two levels deep unless `-Depth` says more, and
 * writes what lies deeper as a text: an object as the name of its class (`Microsoft.Graph.PowerShell.Models.…`,
 * `System.Collections.Hashtable`) or as `@{Name=…; Value=…}`, a list as such texts with blanks between them; Export-Csv does so at the
 * first level (`System.Object[]`). Read as if it were nothing, such a record would tell that nothing happened.
 */

/** The entries of a list, also of one that stands as JSON in a string; those of which PowerShell wrote a complete text are read from it. */
export function entriesOf(value: unknown): readonly unknown[] {
  const content = withoutCount(decoded(value));
  if (typeof content === 'string') return asList(readCustomObject(content));
  const entries = asList(content);
  if (!entries.some((entry) => typeof entry === 'string')) return entries;
  return entries.map((entry) => (typeof entry === 'string' ? (readCustomObject(entry) ?? entry) : entry));
}

/** Why a list or an object is not all there; undefined where it is, or where there is nothing. */
export function cutIn(value: unknown): string | undefined {
  const content = withoutCount(decoded(value));
  if (typeof content === 'string') {
    if (asText(content) === undefined || readCustomObject(content) !== undefined) return undefined;
    return whyCut(content);
  }
  const isCut = asList(content).some(
    (entry) => typeof entry === 'string' && byPowerShell.test(entry) && readCustomObject(entry) === undefined,
  );
  return isCut ? cutByPowerShell : undefined;
}

/** A part of a record by the name of its field. A service may write a text where somebody stands, and never where a `list` does. */
export type Part = readonly [field: string, content: unknown, kind?: 'list'];

/** The first of a record's parts that is not all there, and why. */
export function firstCutOf(parts: readonly Part[]): string | undefined {
  for (const [name, content, kind] of parts) {
    const cut = cutIn(content) ?? (kind === 'list' && isPlainText(content) ? 'text, no list' : undefined);
    if (cut !== undefined) return `${name}: ${cut}`;
  }
  return undefined;
}

function isPlainText(value: unknown): boolean {
  const content = decoded(value);
  return (
    typeof content === 'string' && asText(content) !== undefined && readCustomObject(content) === undefined
  );
}

/** Why a text that holds a list or an object does not hold it whole; undefined for any other text. */
export function whyCut(text: string): string | undefined {
  // Who asks has tried to read it as JSON.
  return cutByPowerShellIn(text) ?? (/^\s*(?:\{|\[\s*(?:["{[]|$))/.test(text) ? cutJson : undefined);
}

/** Why, where PowerShell wrote a text in place of what stood there. */
export function cutByPowerShellIn(text: string): string | undefined {
  return byPowerShell.test(text) ? cutByPowerShell : undefined;
}

const byPowerShell = /^\s*(?:@\{|(?:System|Microsoft|Deserialized)\.[A-Z])/;
export const cutByPowerShell =
  'cut off by PowerShell, which wrote the name of a class or @{…} in its place; export again with ConvertTo-Json -Depth 10';
const cutJson = 'JSON that is cut off or damaged (spreadsheets cut off a cell after 32,767 characters)';

/** Windows PowerShell may write a list as `{value: […], Count: 2}`. */
function withoutCount(content: unknown): unknown {
  const object = asObject(content);
  return Array.isArray(object?.['value']) && typeof object['Count'] === 'number' ? object['value'] : content;
}

/** The objects that stand in lists of records, with all their fields: who changed what, in both logs. */
const shapes = [
  ['Name', 'NewValue', 'OldValue'],
  ['displayName', 'newValue', 'oldValue'],
  ['ID', 'Type'],
  ['Name', 'Value'],
  ['key', 'value'],
];

/**
 * The object of `@{Name=AssignedLicense; NewValue=[]; OldValue=…}`. Only where each name of its fields stands once: then no value, which may
 * be what somebody chose to be called, holds what looks like a field, and it is one object and not several with blanks between them.
 */
function readCustomObject(text: string): Record<string, string> | undefined {
  if (!text.startsWith('@{') || !text.endsWith('}')) return undefined;
  const body = `; ${text.slice(2, -1)}`;
  for (const shape of shapes) {
    const places = shape.flatMap((name) => {
      const begin = `; ${name}=`;
      const at = body.indexOf(begin);
      return at === -1 || body.indexOf(begin, at + 1) !== -1 ? [] : [{ name, at, from: at + begin.length }];
    });
    places.sort((left, right) => left.at - right.at);
    if (places.length < shape.length || places[0]?.at !== 0) continue;
    return Object.fromEntries(
      places.map(({ name, from }, index) => [name, body.slice(from, places[index + 1]?.at)]),
    );
  }
  return undefined;
}
