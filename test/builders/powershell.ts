import type { Raw } from './raw-audit.ts';

/** What PowerShell makes of records that a script holds as objects, as far as depth goes. */

interface PowerShellObject {
  fields: [name: string, value: unknown][];
  /** What stands where the object lies too deep. */
  asText: () => string;
}

function isPowerShellObject(value: unknown): value is PowerShellObject {
  return typeof value === 'object' && value !== null && 'asText' in value;
}

/** As ConvertFrom-Json and Invoke-RestMethod give them: `@{Name=…; Value=…}`. */
export function customObjects(value: unknown): unknown {
  return objects(value, (fields) => {
    return `@{${fields.map(([name, inner]) => `${name}=${within(inner)}`).join('; ')}}`;
  });
}

/** Within such a text lists and objects are not written out. */
function within(value: unknown): string {
  if (Array.isArray(value)) return 'System.Object[]';
  return isPowerShellObject(value) ? '' : plainText(value);
}

function plainText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

/** As the Microsoft Graph PowerShell SDK gives them: names with a capital, and of what lies too deep the class. */
export function graphObjects(raw: Raw): unknown {
  return objects(capitalised(raw), () => 'Microsoft.Graph.PowerShell.Models.MicrosoftGraphModifiedProperty');
}

function objects(value: unknown, asText: (fields: PowerShellObject['fields']) => string): unknown {
  if (Array.isArray(value)) return value.map((element) => objects(element, asText));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [
    name,
    objects(inner, asText),
  ]);
  return { fields, asText: () => asText(fields) };
}

function capitalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      capitalised(inner),
    ]),
  );
}

/** `ConvertTo-Json -Depth`: what lies deeper is a text, a list the texts of its elements with blanks between them. */
export function convertedToJson(value: unknown, depth: number): unknown {
  if (depth < 0 && (isPowerShellObject(value) || Array.isArray(value))) return asText(value);
  if (Array.isArray(value)) return value.map((element) => convertedToJson(element, depth - 1));
  if (!isPowerShellObject(value)) return value;
  return Object.fromEntries(value.fields.map(([name, inner]) => [name, convertedToJson(inner, depth - 1)]));
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(' ');
  return isPowerShellObject(value) ? value.asText() : plainText(value);
}
