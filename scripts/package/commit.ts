import { spawnSync } from 'node:child_process';

/** From which state of the sources a package is made. */
export interface Commit {
  /** Short hash, with `-dirty` where files differ from it. */
  id: string;
  dirty: boolean;
}

/** @returns undefined where there is no git, or no repository of the project's own, such as in an unpacked archive */
export function readCommit(root: string): Commit | undefined {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  };
  // In a folder of another repository its commits would say nothing.
  if (git('rev-parse', '--show-prefix') !== '') return undefined;
  // Of one length on every machine: git chooses its own by the number of objects.
  const hash = git('rev-parse', '--short=12', 'HEAD');
  const changes = git('status', '--porcelain');
  if (hash === undefined || changes === undefined) return undefined;
  const dirty = changes !== '';
  return { id: dirty ? `${hash}-dirty` : hash, dirty };
}
