/** Reading values that nobody has checked yet. Nothing here throws, whatever comes in. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/**
 * How JSON can begin. Most strings are plain text, GUIDs or pseudo-lists (`[SkuName=…`), and trying to parse those costs an exception each.
 */
const beginsLikeJson =
  /^\s*(?:[{"]|\[\s*(?:[[{"\]]|true\b|false\b|null\b|-?\d[\d.eE+-]*\s*[,\]])|(?:true|false|null|-?\d[\d.eE+-]*)\s*$)/;

/** The value of JSON in a string (FACTS 6.2); anything else, and text that is no JSON, as it is. */
export function decoded(value: unknown): unknown {
  if (typeof value !== 'string' || !beginsLikeJson.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A list, also where it is JSON in a string; a single object counts as a list of one. */
export function asList(value: unknown): readonly unknown[] {
  const content = decoded(value);
  if (Array.isArray(content)) return content as readonly unknown[];
  return asObject(content) === undefined ? [] : [content];
}

/** What the services write where they have nothing to write (FACTS 6.5.13; `None` in captures of Azure Monitor). */
const placeholders = new Set(['null', '<null>', 'none', 'not available', 'unknown', 'undefined']);
const longestPlaceholder = Math.max(...[...placeholders].map((text) => text.length));

/** Text without blanks around it; numbers and booleans as text; nothing and placeholders as undefined. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '') return undefined;
  return text.length <= longestPlaceholder && placeholders.has(text.toLowerCase()) ? undefined : text;
}

export function firstText(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = asText(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A whole number, also where it is written as text. */
export function asWholeNumber(value: unknown): number | undefined {
  const text = asText(value);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * A field by its name in Graph's spelling, or with a capital: `targetResources[].Type` in older answers, every field where
 * a log was exported with PowerShell's ConvertTo-Json.
 */
export function field(object: JsonObject | undefined, name: string): unknown {
  if (object === undefined) return undefined;
  const value = object[name];
  return value === undefined ? object[name.charAt(0).toUpperCase() + name.slice(1)] : value;
}
