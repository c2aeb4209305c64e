import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ProgramsOnPath {
  folder: string;
  /** Puts a shell script of this name on the path. */
  install(name: string, script: string): void;
  /** The path as it was. */
  restore(): void;
}

/** A path for this process on which there is nothing but what a test puts there. POSIX only. */
export function programsOnPath(): ProgramsOnPath {
  const before = process.env['PATH'];
  const folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-path-'));
  process.env['PATH'] = folder;
  return {
    folder,
    install(name, script) {
      const file = path.join(folder, name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    },
    restore() {
      process.env['PATH'] = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
