import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { asObject } from '../../shared/json/json-value.ts';
import { DamagedInputError, InputError } from './input-error.ts';
import { putBack } from './put-back.ts';
import { chunkBytes, unpacked } from './unpacked.ts';
import { beginsLikeZip, openZip, workbook } from './zip-archive.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Bytes as they come, and how many there will be where that is known. */
export interface Input {
  bytes: AsyncIterable<Buffer>;
  size?: number;
}

/** @throws InputError for what is not there, a folder, not to be read, or an archive without one log in it */
export async function openInput(name: string, stdin: Terminal['stdin']): Promise<Input> {
  if (name === '-') return { bytes: stdin };
  try {
    const status = await stat(name);
    if (status.isDirectory()) throw new InputError('is a folder; name the files in it');
    // Opened here and not by the stream, so that what is forbidden is told before anything is read.
    const file = await open(name);
    const zip = status.isFile() ? await openedZip(file, status.size) : undefined;
    if (zip !== undefined) return zip;
    const bytes = createReadStream(name, { fd: file, highWaterMark: chunkBytes });
    return status.isFile() ? { bytes, size: status.size } : { bytes };
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(reasonOf(error));
  }
}

/** The log in an archive, whose directory stands at its end: so only of a file, and of one that is not packed again. */
async function openedZip(file: FileHandle, size: number): Promise<Input | undefined> {
  const { buffer } = await file.read({ buffer: Buffer.alloc(4), position: 0 });
  if (!beginsLikeZip(buffer)) return undefined;
  try {
    return await openZip(file, size);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read: permission denied';
    default:
      return `cannot be opened (${codeOf(error)})`;
  }
}

function codeOf(error: unknown): string {
  const code = asObject(error)?.['code'];
  return typeof code === 'string' ? code : 'unknown error';
}

/** Where the name of the first file in an archive has ended. */
const archiveHead = 64;

/** The content as UTF-8 without byte order mark, whatever it is packed in. Throws `DamagedInputError` where it breaks off. */
export async function* contentOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const raw = await peeked(readable(bytes), archiveHead);
  const isGzip = raw.head[0] === 0x1f && raw.head[1] === 0x8b;
  const plain = isGzip
    ? await peeked(unpacked(raw.all, createGunzip({ chunkSize: chunkBytes })), archiveHead)
    : raw;
  if (beginsLikeZip(plain.head)) {
    await plain.all.return?.();
    throw new InputError(
      /^(?:\[Content_Types\]\.xml|xl\/)/.test(plain.head.toString('latin1', 30))
        ? workbook
        : 'is a ZIP archive that comes through standard input or stands in another archive; unpack it first',
    );
  }
  yield* decodedText(plain.head, plain.all);
}

/** The first bytes, at least so many unless there are fewer, and all bytes including these. */
export async function peeked(
  bytes: AsyncIterable<Buffer>,
  atLeast: number,
): Promise<{ head: Buffer; all: AsyncIterableIterator<Buffer> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < atLeast) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, all: putBack(head.length === 0 ? [] : [head], iterator) };
}

async function* readable(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    if (error instanceof DamagedInputError) throw error;
    throw new DamagedInputError(`the file cannot be read further (${codeOf(error)})`);
  }
}

/** Windows PowerShell writes UTF-16 where it redirects (`>`), and a mark before UTF-8. */
async function* decodedText(head: Buffer, all: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const encoding = encodingOf(head);
  if (encoding === undefined) {
    yield* all;
    return;
  }
  // `stream` keeps a character that is cut by the end of a chunk; the mark is taken off.
  const decoder = new TextDecoder(encoding);
  for await (const chunk of all) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

function encodingOf(head: Buffer): string | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  // Without a mark: no text has such a character, and all of what a log begins with is of one byte.
  if (head.length >= 4 && head[1] === 0 && head[3] === 0 && head[0] !== 0 && head[2] !== 0) return 'utf-16le';
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 'utf-8' : undefined;
}
