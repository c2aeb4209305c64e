import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lockInstance } from '../../../dev/start/instance-lock.ts';

describe('one start at a time', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gracewatch-lock-'));
    path = join(folder, 'start.lock');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('a second start is told which process runs', () => {
    lockInstance(path, () => true);
    expect(() => lockInstance(path, () => true)).toThrow(`runs already (process ${process.pid})`);
  });

  test('after the end of one the next may begin', () => {
    const unlock = lockInstance(path, () => true);
    unlock();
    lockInstance(path, () => true)();
  });

  test('what a dead process left behind is taken over', () => {
    writeFileSync(path, '4194305');
    lockInstance(path);
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  });

  test.each(['', 'not a number', '0', '-1'])('a file that names no process is taken over: %j', (content) => {
    writeFileSync(path, content);
    lockInstance(path);
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  });

  test('a process that took the number of a dead start does not count as one', () => {
    // This process is alive and no start of Gracewatch; only Linux can tell.
    writeFileSync(path, String(process.ppid));
    const expected = process.platform === 'linux' ? 'taken over' : 'refused';
    let outcome = 'taken over';
    try {
      lockInstance(path);
    } catch {
      outcome = 'refused';
    }
    expect(outcome).toBe(expected);
  });
});
