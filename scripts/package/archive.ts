import { type Zippable, zipSync } from 'fflate';

/** One file of the app: its path with slashes, and what it holds. */
export interface AppFile {
  path: string;
  content: Uint8Array;
}

/** The first year that a zip can name. Noon, because a zip holds local time, and there is a noon on every day of every zone. */
const fixedTime = new Date(1980, 0, 1, 12);
const unix = 3;
const readableFile = 0o100644;

/**
 * A zip of which the bytes depend on nothing but the files: in order of their paths, with one time and one mode. It is compressed in
 * JavaScript, because what zlib writes differs with the version of Node and with the processor.
 */
export function zipOf(files: readonly AppFile[]): Uint8Array {
  const entries: Zippable = {};
  for (const { path, content } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    entries[path] = [content, { level: 9, mtime: fixedTime, os: unix, attrs: (readableFile << 16) >>> 0 }];
  }
  return zipSync(entries);
}
