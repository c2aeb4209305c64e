/** Steers a terminal or turns the direction of what stands behind it; JSON itself escapes only some of these. */
const steering = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON for a line of a log or the output of a command, without a line break behind it. Names come from tenants (law 10): whatever steers
 * a terminal, ends a line or turns its direction is escaped, so that it is shown as text and a program still reads the value as it was.
 * @param indentation in blanks; 0 for a single line
 */
export function jsonText(value: unknown, indentation = 2): string {
  // A line break inside a text is escaped already, so one that is left belongs to the layout.
  return JSON.stringify(value, undefined, indentation).replace(steering, escaped);
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
