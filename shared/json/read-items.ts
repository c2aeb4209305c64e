import type { z } from 'zod';

/**
 * The items of a message that fit the schema, and a problem for each that does not: what can be read is handled first, so that one bad
 * item holds up no other, and the message still ends as poison. Problems name places and codes, never values.
 */
export function readItems<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
): { read: T[]; problems: Error[] } {
  const read: T[] = [];
  const problems: Error[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = schema.safeParse(item);
    if (parsed.success) {
      read.push(parsed.data);
      continue;
    }
    const paths = parsed.error.issues.map(
      ({ path, code }) => `${path.map(String).join('.') || '(all)'} ${code}`,
    );
    problems.push(new Error(`item ${String(index + 1)} of the message cannot be read (${paths.join(', ')})`));
  }
  return { read, problems };
}

export function throwFirst(problems: readonly Error[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const others = problems.length === 1 ? '' : ` (and ${String(problems.length - 1)} more)`;
  throw new Error(`${first.message}${others}`, { cause: first });
}
