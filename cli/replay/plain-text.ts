/**
 * What would steer the terminal or turn the direction of a line: control characters, the marks that embed, override and isolate
 * directions, line and paragraph separators, and characters without a width. Text of a tenant is hostile (law 10).
 */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One line of text that is safe to print, whoever wrote it. */
export function plainText(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(steering, '').trim();
}
