import { Readable, type Transform } from 'node:stream';
import { DamagedInputError } from './input-error.ts';

export const chunkBytes = 64 * 1024;

/** Logs shrink to a tenth, some to a fiftieth: each record has ids of its own. What grows more than this is made to fill a machine. */
const mostTimes = 200;
/** Below this nothing is filled. */
const harmlessBytes = 256 * 1024 * 1024;

/** What `unpack` (of node:zlib) makes of packed bytes, as they come. Throws `DamagedInputError` where it breaks off or grows beyond any log. */
export async function* unpacked(
  packed: AsyncIterable<Buffer>,
  unpack: Transform,
  harmless = harmlessBytes,
): AsyncGenerator<Buffer> {
  let packedBytes = 0;
  let bytes = 0;
  const source = Readable.from(
    (async function* counted() {
      for await (const chunk of packed) {
        packedBytes += chunk.length;
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
  source.on('error', (error) => unpack.destroy(error));
  try {
    for await (const chunk of source.pipe(unpack)) {
      bytes += (chunk as Buffer).length;
      if (bytes > harmless + mostTimes * packedBytes)
        throw new DamagedInputError(
          `grows to more than ${mostTimes} times its size, as no log does; it is not read further`,
        );
      yield chunk as Buffer;
    }
  } catch (error) {
    throw error instanceof DamagedInputError
      ? error
      : new DamagedInputError('the compressed data is damaged or cut off here');
  } finally {
    source.destroy();
  }
}
