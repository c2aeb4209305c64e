import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { root } from '../flow/running-host.ts';

/** On Windows the stand-in for npm would have to be a command file. */
const onPosix = process.platform === 'win32' ? describe.skip : describe;

/** A project of which only the starter is real: its npm notes that it was called, its step says what started it. */
onPosix('a hook of azd', () => {
  let project: string;
  const write = (file: string, text: string): string => {
    const target = path.join(project, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  };
  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), 'gracewatch azd '));
    write('scripts/package.ts', 'const step: string = "package"; console.log(`ran ${step}`);');
    copyFileSync(path.join(root, 'scripts', 'azd.mjs'), path.join(project, 'scripts', 'azd.mjs'));
    mkdirSync(path.join(project, 'node_modules', 'node', 'bin'), { recursive: true });
    symlinkSync(process.execPath, path.join(project, 'node_modules', 'node', 'bin', 'node'));
    write('package-lock.json', '{}');
    chmodSync(write('bin/npm', '#!/bin/sh\necho "npm $*"\nexit "${NPM_STATUS:-0}"\n'), 0o755);
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  const hook = (step: string, environment: Record<string, string> = {}) =>
    spawnSync(process.execPath, [path.join(project, 'scripts', 'azd.mjs'), step], {
      env: { ...process.env, PATH: `${path.join(project, 'bin')}:/usr/bin:/bin`, ...environment },
      encoding: 'utf8',
    });

  test('installs first where nothing is installed', () => {
    const { status, stdout } = hook('package');
    expect(stdout).toMatch(/^npm ci .*\nran package\n$/);
    expect(status).toBe(0);
  });

  test('installs again where the lock file is newer', () => {
    const installed = write('node_modules/.package-lock.json', '{}');
    const earlier = new Date(Date.now() - 60_000);
    utimesSync(installed, earlier, earlier);
    expect(hook('package').stdout).toContain('npm ci');
  });

  test('installs nothing where all is there', () => {
    const earlier = new Date(Date.now() - 60_000);
    utimesSync(path.join(project, 'package-lock.json'), earlier, earlier);
    write('node_modules/.package-lock.json', '{}');
    expect(hook('package').stdout).toBe('ran package\n');
  });

  test('ends with an error where the installation or the step fails', () => {
    const failed = hook('package', { NPM_STATUS: '3' });
    expect(failed.status).toBe(3);
    expect(failed.stdout).not.toContain('ran package');
    write('node_modules/.package-lock.json', '{}');
    write('scripts/package.ts', 'process.exitCode = 4;');
    expect(hook('package').status).toBe(4);
  });

  test('that does not exist is wrong use', () => {
    const { status, stderr } = hook('unknown');
    expect(status).toBe(2);
    expect(stderr).toContain('package | ask-settings | what-next');
  });
});
