import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readCommit } from '../../scripts/package/commit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-commit-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function git(...args: string[]): string {
  const who = ['-c', 'user.name=Contoso', '-c', 'user.email=it@contoso.com', '-c', 'commit.gpgsign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

function commitFile(): string {
  git('init', '--quiet');
  writeFileSync(path.join(folder, 'file'), 'one');
  git('add', 'file');
  git('commit', '--quiet', '--message', 'one');
  return git('rev-parse', 'HEAD');
}

describe('the commit of a package', () => {
  test('is that of the sources', () => {
    const hash = commitFile();
    expect(readCommit(folder)).toEqual({ id: hash.slice(0, 12), dirty: false });
  });

  test.each(['file', 'new'])('is marked where %s differs from it', (name) => {
    const hash = commitFile();
    writeFileSync(path.join(folder, name), 'two');
    expect(readCommit(folder)).toEqual({ id: `${hash.slice(0, 12)}-dirty`, dirty: true });
  });

  test('is not known without a repository, without a commit, and in the repository of something else', () => {
    expect(readCommit(folder)).toBeUndefined();
    git('init', '--quiet');
    expect(readCommit(folder)).toBeUndefined();
    commitFile();
    const inside = path.join(folder, 'inside');
    mkdirSync(inside);
    expect(readCommit(inside)).toBeUndefined();
  });
});
