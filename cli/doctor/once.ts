/** The same answer for all who ask, found when the first one does. */
export function once<T>(find: () => T | Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= Promise.resolve().then(find));
}
