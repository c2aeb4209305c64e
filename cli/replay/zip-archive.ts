import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { DamagedInputError, InputError } from './input-error.ts';
import { chunkBytes, unpacked } from './unpacked.ts';

/**
 * A ZIP archive with one log in it, as portals and mail programs make them (PKWARE, APPNOTE.TXT 6.3). Of our own because only its
 * directory has to be read, which says what is in it before anything is unpacked; libraries unpack into memory, or as the bytes come.
 */

/** A file, the end of an archive without one, and what stands before the parts of a split one. */
const beginnings = ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];

export function beginsLikeZip(head: Buffer): boolean {
  return beginnings.includes(head.toString('latin1', 0, 4));
}

/** The one log in the archive. @throws InputError for any other archive: it says what to do */
export async function openZip(
  file: FileHandle,
  length: number,
): Promise<{ bytes: AsyncIterable<Buffer>; size: number }> {
  const entry = onlyLog(await readDirectory(file, length));
  if (entry.isEncrypted) throw new InputError('is a ZIP archive with a password; unpack it first');
  if (entry.method !== stored && entry.method !== deflated) {
    throw new InputError(
      `is a ZIP archive packed in a way that is not read here (method ${entry.method}); unpack it first`,
    );
  }
  const header = await readAt(file, entry.offset, 30);
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw damaged();
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.packedSize > length) throw damaged();
  const packed: AsyncIterable<Buffer> =
    entry.packedSize === 0
      ? Readable.from([])
      : createReadStream('', {
          fd: file,
          start,
          end: start + entry.packedSize - 1,
          highWaterMark: chunkBytes,
        });
  const bytes =
    entry.method === stored ? packed : unpacked(packed, createInflateRaw({ chunkSize: chunkBytes }));
  return { bytes: asDeclared(bytes, entry), size: entry.size };
}

interface Entry {
  name: string;
  isEncrypted: boolean;
  method: number;
  checkSum: number;
  packedSize: number;
  size: number;
  /** Where its own header stands. */
  offset: number;
}

const stored = 0;
const deflated = 8;
/** The end of the archive, with the longest comment. */
const longestEnd = 22 + 0xffff;
/** Of thousands of files no more has to be known than that there are several. */
const enoughOfDirectory = 1024 * 1024;

async function readDirectory(file: FileHandle, length: number): Promise<Entry[]> {
  const tail = await readAt(file, Math.max(0, length - longestEnd), longestEnd);
  const at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at === -1 || at + 22 > tail.length) throw damaged();
  if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0)
    throw new InputError('is one part of a ZIP archive that was split; put it together and unpack it');
  const count = tail.readUInt16LE(at + 10);
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) throw tooLarge();
  const directory = await readAt(file, offset, Math.min(size, enoughOfDirectory));
  const entries: Entry[] = [];
  for (let from = 0; entries.length < count && from < enoughOfDirectory;) {
    const entry = readEntry(directory, from);
    if (entry === undefined && directory.length === enoughOfDirectory) break;
    if (entry === undefined) throw damaged();
    entries.push(entry.entry);
    from = entry.end;
  }
  return entries;
}

function readEntry(directory: Buffer, from: number): { entry: Entry; end: number } | undefined {
  if (from + 46 > directory.length || directory.readUInt32LE(from) !== 0x02014b50) return undefined;
  const nameEnd = from + 46 + directory.readUInt16LE(from + 28);
  const end = nameEnd + directory.readUInt16LE(from + 30) + directory.readUInt16LE(from + 32);
  if (end > directory.length) return undefined;
  const entry = {
    name: directory.toString('utf8', from + 46, nameEnd),
    isEncrypted: (directory.readUInt16LE(from + 8) & 0x41) !== 0,
    method: directory.readUInt16LE(from + 10),
    checkSum: directory.readUInt32LE(from + 16),
    packedSize: directory.readUInt32LE(from + 20),
    size: directory.readUInt32LE(from + 24),
    offset: directory.readUInt32LE(from + 42),
  };
  return { entry, end };
}

function onlyLog(entries: readonly Entry[]): Entry {
  if (entries.some(({ name }) => name.startsWith('xl/'))) throw new InputError(workbook);
  if (entries.some(({ name }) => name === '[Content_Types].xml' || name === 'mimetype'))
    throw new InputError('is a document of an office program and no log; save a table as CSV');
  // What macOS and Windows add is nobody's log.
  const files = entries.filter(
    ({ name }) => !name.endsWith('/') && !/(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$)/.test(name),
  );
  const [only, ...others] = files;
  if (only === undefined) throw new InputError('is a ZIP archive without a file in it');
  if (others.length > 0)
    throw new InputError(`is a ZIP archive of ${files.length} files; unpack it and name the logs in it`);
  if ([only.size, only.packedSize, only.offset].includes(0xffffffff)) throw tooLarge();
  return only;
}

export const workbook = 'is an Excel workbook: save it as CSV, or export the log as CSV or JSON';

/** What the archive says of its entry holds, so nothing that was cut off or made up passes for a log. */
async function* asDeclared(bytes: AsyncIterable<Buffer>, { size, checkSum }: Entry): AsyncGenerator<Buffer> {
  let length = 0;
  let sum = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > size)
      throw new DamagedInputError('is longer than its ZIP archive says; it is not read further');
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (length < size || sum !== checkSum)
    throw new DamagedInputError('its ZIP archive is damaged: the check sum is another');
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
  return buffer.subarray(0, bytesRead);
}

function damaged(): InputError {
  return new InputError('is a ZIP archive that is damaged or cut off; get it again');
}

function tooLarge(): InputError {
  return new InputError('is a ZIP archive of the form for more than 4 GB (ZIP64); unpack it first');
}
