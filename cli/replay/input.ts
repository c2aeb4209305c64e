import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { asObject } from '../../shared/ingest/json-value.ts';
import { putBack } from './put-back.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Why an input is no log that can be read: one line for people, without the name of the input. */
export class InputError extends Error {
  override name = 'InputError';
}

/** The input ends early or is damaged, after what has been read of it. */
export class DamagedInputError extends Error {
  override name = 'DamagedInputError';
}

/** Bytes as they come, and how many there will be where that is known. */
export interface Input {
  bytes: AsyncIterable<Buffer>;
  size?: number;
}

const chunkBytes = 64 * 1024;

/** @throws InputError for what is not there, a folder, or not to be read */
export async function openInput(name: string, stdin: Terminal['stdin']): Promise<Input> {
  if (name === '-') return { bytes: stdin };
  try {
    const status = await stat(name);
    if (status.isDirectory()) throw new InputError('is a folder; name the files in it');
    // Opened here and not by the stream, so that what is forbidden is told before anything is read.
    const file = await open(name);
    const bytes = createReadStream(name, { fd: file, highWaterMark: chunkBytes });
    return status.isFile() ? { bytes, size: status.size } : { bytes };
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(reasonOf(error));
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

/** The content as UTF-8 without byte order mark, whatever it is packed in. Throws `DamagedInputError` where it breaks off. */
export async function* contentOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const raw = await peeked(readable(bytes), 4);
  const isGzip = raw.head[0] === 0x1f && raw.head[1] === 0x8b;
  if (raw.head.toString('latin1', 0, 4) === 'PK\x03\x04') {
    await raw.all.return?.();
    throw new InputError('is a ZIP archive; unpack it first');
  }
  const plain = isGzip ? await peeked(unpacked(raw.all), 4) : raw;
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
    throw new DamagedInputError(`the file cannot be read further (${codeOf(error)})`);
  }
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(packed, { objectMode: false });
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    throw error instanceof DamagedInputError
      ? error
      : new DamagedInputError('the compressed data is damaged or cut off here');
  } finally {
    source.destroy();
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
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 'utf-8' : undefined;
}
