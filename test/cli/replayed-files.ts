import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReplayDocument } from '../../cli/replay/document.ts';
import { run } from '../../cli/run.ts';

/** Runs the command line as a process would, with files of the given contents in a folder of its own. */

export interface Ran {
  code: number;
  out: string;
  err: string;
}

const folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-cli-'));
let files = 0;
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file's name says nothing about its format. */
export function file(content: string | Buffer | object): string {
  files += 1;
  const name = path.join(folder, `export-${files}`);
  const isBytes = typeof content === 'string' || Buffer.isBuffer(content);
  writeFileSync(name, isBytes ? content : JSON.stringify(content));
  return name;
}

export async function gracewatch(args: readonly string[], stdin: string | Buffer = ''): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  ran.code = await run(args, '1.2.3', {
    stdin: Readable.from([Buffer.from(stdin)]),
    out: (text) => {
      ran.out += text;
      return Promise.resolve();
    },
    err: (text) => {
      ran.err += text;
    },
    watched: false,
  });
  return ran;
}

export async function replayJson(...args: string[]): Promise<ReplayDocument & { code: number; err: string }> {
  const { out, code, err } = await gracewatch(['replay', '--json', ...args]);
  return { ...(JSON.parse(out) as ReplayDocument), code, err };
}
