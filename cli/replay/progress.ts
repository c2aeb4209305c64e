import { visibleText } from '../../shared/text/visible-text.ts';
import type { Input } from './input.ts';
import type { Terminal } from '../terminal/terminal.ts';

const megabyte = 1024 * 1024;
/** Smaller files are read before anybody could wonder. */
const worthTelling = 5 * megabyte;

/** The same bytes; how many have been read is told on standard error, once for each tenth, or 50 MB where the size is unknown. */
export async function* withProgress(
  name: string,
  { bytes, size }: Input,
  terminal: Terminal,
): AsyncGenerator<Buffer> {
  if (size !== undefined && size < worthTelling) {
    yield* bytes;
    return;
  }
  const step = size === undefined ? 50 * megabyte : size / (terminal.watched ? 100 : 10);
  const label = name === '-' ? 'standard input' : visibleText(name);
  let read = 0;
  let told = 0;
  let line = '';
  for await (const chunk of bytes) {
    yield chunk;
    read += chunk.length;
    const steps = Math.floor(read / step);
    if (steps === told) continue;
    told = steps;
    line = `reading ${label}: ${
      size === undefined
        ? `${Math.round(read / megabyte)} MB`
        : `${Math.min(100, Math.round((read / size) * 100))} %`
    }`;
    terminal.err(terminal.watched ? `\r${line}` : `${line}\n`);
  }
  if (terminal.watched && line !== '') terminal.err(`\r${' '.repeat(line.length)}\r`);
}
