import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { buildBundle } from '../../scripts/build.ts';
import { makeApp } from '../../scripts/package/app.ts';
import { zipOf } from '../../scripts/package/archive.ts';
import { packageFolders } from '../../scripts/package/bundled-packages.ts';
import { root } from '../flow/running-host.ts';

jest.setTimeout(180_000);

const sha256 = async (bytes: Uint8Array): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))).toString('hex');

test('the same sources give the same bytes, twice and in another folder', async () => {
  const elsewhere = await mkdtemp(path.join(tmpdir(), 'gracewatch elsewhere '));
  try {
    const { sources } = await buildBundle(root);
    const sourceFiles = [
      'functions',
      'shared',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'host.json',
    ];
    for (const name of [...sourceFiles, 'LICENSE', ...packageFolders(sources)]) {
      await cp(path.join(root, name), path.join(elsewhere, name), {
        recursive: true,
        // Most of a package is maps and type declarations.
        filter: (file) => !/\.(?:map|d\.[cm]?ts)$/.test(file),
      });
    }
    const here = await makeApp(root);
    const again = await makeApp(root);
    const there = await makeApp(elsewhere);
    expect(await sha256(zipOf(again.files))).toBe(await sha256(zipOf(here.files)));
    expect(await sha256(zipOf(there.files))).toBe(await sha256(zipOf(here.files)));
    expect(there.sbom).toBe(here.sbom);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

test('the order of the files makes no difference', () => {
  const files = ['b', 'a/c', 'a'].map((name) => ({ path: name, content: Buffer.from(name) }));
  expect(zipOf(files)).toEqual(zipOf(files.toReversed()));
});

test('neither does the time zone', () => {
  const zip = `
    import { zipOf } from '${path.join(root, 'scripts/package/archive.ts').replaceAll('\\', '/')}';
    console.log(Buffer.from(zipOf([{ path: 'a', content: new Uint8Array(9) }])).toString('hex'));`;
  const zips = ['UTC', 'Pacific/Kiritimati', 'America/St_Johns'].map(
    (zone) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', zip], {
        env: { ...process.env, TZ: zone },
        encoding: 'utf8',
      }).stdout,
  );
  expect(zips[0]).toMatch(/^504b0304/);
  expect(new Set(zips).size).toBe(1);
});
