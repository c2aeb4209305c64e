import { eachBounded } from './bounded.ts';

/**
 * Several sorted streams as one. Of each no more is read than its place in the order asks for; the first of all are read together, at most
 * `atOnce` at a time.
 */
export async function* merged<T>(
  streams: readonly AsyncIterable<T>[],
  compare: (left: T, right: T) => number,
  atOnce: number,
): AsyncGenerator<T> {
  const heads = new Map<AsyncIterator<T>, T>();
  const advance = async (stream: AsyncIterator<T>): Promise<void> => {
    const next = await stream.next();
    if (next.done === true) heads.delete(stream);
    else heads.set(stream, next.value);
  };
  await eachBounded(
    streams.map((stream) => stream[Symbol.asyncIterator]()),
    atOnce,
    advance,
  );
  while (heads.size > 0) {
    const [stream, first] = [...heads].reduce((best, each) => (compare(each[1], best[1]) < 0 ? each : best));
    yield first;
    await advance(stream);
  }
}
