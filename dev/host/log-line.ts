/** Where the host's own lines go; each call is one line. */
export type LogLine = (line: string) => void;

const longestText = 4_000;

/** Controls, line separators and direction marks: what could make a second line of a name, or turn a line around. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of somebody else, fit to stand in one line: nothing in it can begin a new one. */
export function oneLine(text: string): string {
  const escaped = text
    .replaceAll('\n', '\\n')
    .replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.length > longestText ? `${escaped.slice(0, longestText)}…` : escaped;
}

/** What an error says, without its stack. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) {
    return `not an Error: ${typeof error === 'string' ? error : typeof error}`;
  }
  // A connection that was tried on several addresses fails with an empty message and the reason in its parts.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message === '' && first !== undefined ? errorText(first) : `${error.name}: ${error.message}`;
}
