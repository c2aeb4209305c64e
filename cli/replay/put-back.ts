/**
 * What has been taken from an iterator once more, then the rest. Closing it closes the iterator also where nobody has begun to
 * read, which a generator does not do.
 */
export function putBack<T>(taken: readonly T[], rest: AsyncIterator<T>): AsyncIterableIterator<T> {
  const waiting = [...taken];
  return {
    async next() {
      const [value] = waiting.splice(0, 1);
      return value === undefined ? rest.next() : { done: false, value };
    },
    async return() {
      waiting.length = 0;
      await rest.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
