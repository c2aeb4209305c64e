import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildWhereNeeded, readBundlePath } from '../../../dev/host/bundle.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gracewatch-bundle-'));
  await mkdir(join(root, 'functions', 'deep'), { recursive: true });
  await mkdir(join(root, 'scripts'));
  await writeFile(join(root, 'package.json'), '{"main":"main.cjs","type":"module"}');
  await writeFile(join(root, 'functions', 'deep', 'a.ts'), '');
  await writeFile(
    join(root, 'scripts', 'build.ts'),
    `import { appendFileSync } from 'node:fs'; appendFileSync('main.cjs', 'built ');`,
  );
});
afterEach(() => rm(root, { recursive: true }));

const built = () => readFile(join(root, 'main.cjs'), 'utf8');

async function build(): Promise<void> {
  await buildWhereNeeded(root, await readBundlePath(root));
}

describe('the bundle', () => {
  test('is where package.json says', async () => {
    expect(await readBundlePath(root)).toBe(join(root, 'main.cjs'));
    await writeFile(join(root, 'package.json'), '{}');
    await expect(readBundlePath(root)).rejects.toThrow('names no main');
  });

  test('is built where there is none, and once', async () => {
    await build();
    await build();
    expect(await built()).toBe('built ');
  });

  test('is built again when a source is newer', async () => {
    await build();
    const later = new Date(Date.now() + 60_000);
    await utimes(join(root, 'functions', 'deep', 'a.ts'), later, later);
    await build();
    expect(await built()).toBe('built built ');
  });

  test('that cannot be built is told in one line', async () => {
    await writeFile(join(root, 'scripts', 'build.ts'), 'process.exit(1)');
    await expect(build()).rejects.toThrow('the functions could not be built: run "npm run build"');
  });
});
