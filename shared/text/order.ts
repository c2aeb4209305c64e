/** By code units: the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The items under each key; keys and items in the order in which they come. */
export function groupedBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * Runs of items, in order of time, in which each is at most `seconds` after the one before and at most `inAll` after the first.
 */
export function chained<T extends { at: string }>(
  items: readonly T[],
  seconds: number,
  inAll = Number.POSITIVE_INFINITY,
): T[][] {
  const runs: T[][] = [];
  let previous = Number.NEGATIVE_INFINITY;
  let first = Number.NEGATIVE_INFINITY;
  for (const item of items.toSorted((a, b) => compareText(a.at, b.at))) {
    const at = Date.parse(item.at);
    const run = runs.at(-1);
    if (run === undefined || at - previous > seconds * 1000 || at - first > inAll * 1000) {
      runs.push([item]);
      first = at;
    } else run.push(item);
    previous = at;
  }
  return runs;
}
