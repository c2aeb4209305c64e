import { asText } from './json-value.ts';

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
