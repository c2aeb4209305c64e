/**
 * A tenant's text as one line without what cannot be seen (law 10): control, direction and zero-width characters, half surrogates,
 * line breaks.
 */
export function visibleText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}+/gu, '')
    .replace(/\p{Cs}/gu, '\u{FFFD}')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** By code point, so that no character is cut in two. */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const points = Array.from(text);
  if (points.length <= longest) return text;
  return `${points
    .slice(0, Math.max(longest - 1, 0))
    .join('')
    .trimEnd()}…`;
}
