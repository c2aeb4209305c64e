import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ReplayDocument } from '../../cli/replay/document.ts';
import { commandLine, type Ran } from '../builders/command-line.ts';

/** Runs the command line as a process would, with files of the given contents in a folder of its own. */

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

export function gracewatch(args: readonly string[], stdin: string | Buffer = ''): Promise<Ran> {
  return commandLine(args, { stdin });
}

export async function replayJson(...args: string[]): Promise<ReplayDocument & { code: number; err: string }> {
  const { out, code, err } = await gracewatch(['replay', '--json', ...args]);
  return { ...(JSON.parse(out) as ReplayDocument), code, err };
}
