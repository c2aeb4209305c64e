import type { Cut } from '../../../cli/replay/cut.ts';

/** What cuts bytes into records, chunk by chunk. */
export interface Cutter {
  push(chunk: Buffer): Iterable<Cut>;
  end(): Iterable<Cut>;
}

/** All that the cutter finds, given the bytes in chunks of this length. */
export function cutInChunks(cutter: Cutter, bytes: Buffer, chunkLength = Number.POSITIVE_INFINITY): Cut[] {
  const found: Cut[] = [];
  for (let at = 0; at < bytes.length; at += chunkLength) {
    found.push(...cutter.push(bytes.subarray(at, Math.min(at + chunkLength, bytes.length))));
  }
  return [...found, ...cutter.end()];
}

/** The values, and `!` and the reason for what could not be read. */
export function valuesOf(cuts: readonly Cut[]): unknown[] {
  return cuts.map((cut) => (cut.kind === 'value' ? cut.value : `! ${cut.reason}`));
}
