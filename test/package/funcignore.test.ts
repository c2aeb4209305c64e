import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../flow/running-host.ts';

test('func takes only what runs, and no local settings, when it is started in the project itself', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-funcignore-'));
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const runs = ['LICENSE', 'dist/main.cjs', 'host.json', 'package.json'];
  const others = [
    'local.settings.json',
    'dist/app/host.json',
    'dist/gracewatch.zip',
    'node_modules/zod/package.json',
    'shared/names.json',
    'infra/main.bicep',
  ];
  try {
    for (const file of [...runs, ...others]) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), '');
    }
    // The file has the rules of .gitignore, which git knows best.
    copyFileSync(path.join(root, '.funcignore'), path.join(folder, '.gitignore'));
    git('init', '--quiet');
    expect(git('ls-files', '--others', '--exclude-standard').trim().split('\n')).toEqual(runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
