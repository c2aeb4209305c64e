import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startFunctionWorker } from '../../dev/host/function-worker.ts';
import { readCommit } from '../../scripts/package/commit.ts';
import { startAzurite } from '../builders/azurite.ts';
import { root, runHost } from '../flow/running-host.ts';

jest.setTimeout(180_000);

const text = (file: string): string => readFileSync(file, 'utf8');
const sample = JSON.parse(text(path.join(root, 'local.settings.sample.json'))) as {
  Values: Record<string, string>;
};
const manifest = JSON.parse(text(path.join(root, 'package.json'))) as { version: string; main: string };

/** What lies in a folder, as paths with slashes. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();

let out: string;
let unpacked: string;
let said: string;
beforeAll(async () => {
  out = mkdtempSync(path.join(tmpdir(), 'gracewatch-package-'));
  unpacked = mkdtempSync(path.join(tmpdir(), 'gracewatch-unpacked-'));
  const packaging = spawnSync(process.execPath, ['scripts/package.ts', '--out', out], {
    cwd: root,
    encoding: 'utf8',
  });
  said = packaging.stdout + packaging.stderr;
  if (packaging.status !== 0) throw new Error(said);
  const entries = unzipSync(readFileSync(path.join(out, 'gracewatch.zip')));
  for (const [name, content] of Object.entries(entries)) {
    await mkdir(path.dirname(path.join(unpacked, name)), { recursive: true });
    await writeFile(path.join(unpacked, name), content);
  }
});
afterAll(() => {
  for (const folder of [out, unpacked]) rmSync(folder, { recursive: true });
});

describe('the package', () => {
  test('holds what runs and the licences, nothing else', () => {
    expect(filesIn(unpacked)).toEqual([
      'LICENSE',
      'THIRD-PARTY-NOTICES.txt',
      manifest.main,
      'host.json',
      'package.json',
    ]);
    const { gracewatch, ...packaged } = JSON.parse(text(path.join(unpacked, 'package.json'))) as {
      gracewatch?: { commit: string };
    };
    expect(packaged).toEqual({
      name: 'gracewatch',
      version: manifest.version,
      main: manifest.main,
      engines: { node: '>=24' },
    });
    expect(gracewatch?.commit).toBe(readCommit(root)?.id);
    expect(text(path.join(unpacked, 'host.json'))).toBe(text(path.join(root, 'host.json')));
  });

  test('is there unpacked too, for azd and func', () => {
    const app = path.join(out, 'app');
    expect(filesIn(app)).toEqual(filesIn(unpacked));
    for (const file of filesIn(app)) {
      expect(readFileSync(path.join(app, file)).equals(readFileSync(path.join(unpacked, file)))).toBe(true);
    }
  });

  test('comes with its checksum, and says its size and how long it loads', () => {
    const sha256 = createHash('sha256')
      .update(readFileSync(path.join(out, 'gracewatch.zip')))
      .digest('hex');
    expect(text(path.join(out, 'gracewatch.zip.sha256'))).toBe(`${sha256}  gracewatch.zip\n`);
    expect(said).toContain(`SHA-256 ${sha256}`);
    expect(said).toMatch(/gracewatch\.zip: 5 files, \d+\.\d\d MB \(\d+\.\d\d MB unpacked\)/);
    expect(said).toMatch(/the bundle loads in \d+ ms/);
  });

  test('comes with a list of every package that is in it', () => {
    const sbom = JSON.parse(text(path.join(out, 'gracewatch.sbom.json'))) as {
      components: { name: string; version: string }[];
    };
    const listed = sbom.components.map(({ name, version }) => `${name} ${version}`);
    const notices = text(path.join(unpacked, 'THIRD-PARTY-NOTICES.txt'));
    const told = [...notices.matchAll(/^-{80}\n(\S+ \S+) \(/gm)].map(([, name]) => name);
    expect(listed).toEqual(told);
    expect(listed).toContainEqual(expect.stringMatching(/^@azure\/functions \d/));
    expect(listed.length).toBeGreaterThan(50);
  });

  test('names neither this machine nor its folders', () => {
    const bundle = text(path.join(unpacked, manifest.main));
    expect(bundle).not.toContain(root);
    expect(bundle).not.toContain(tmpdir() + path.sep);
    expect(bundle).not.toContain('devDependencies');
  });

  test('says how to use the command, and refuses an option that it does not know', () => {
    const run = (option: string) =>
      spawnSync(process.execPath, ['scripts/package.ts', option], { cwd: root, encoding: 'utf8' });
    expect(run('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('gracewatch.zip.sha256'),
    });
    expect(run('--wrong')).toMatchObject({ status: 2, stderr: expect.stringContaining('--wrong') });
  });
});

describe('the folder for the package', () => {
  const packageTo = (folder: string) =>
    spawnSync(process.execPath, ['scripts/package.ts', '--out', folder], { cwd: root, encoding: 'utf8' });

  test('is written anew where a package lay there', () => {
    expect(packageTo(out).status).toBe(0);
    expect(filesIn(path.join(out, 'app'))).toEqual(filesIn(unpacked));
  });

  test('is refused, and nothing in it touched, where anything else lies there', async () => {
    const other = path.join(unpacked, 'app', 'src', 'mine.ts');
    await mkdir(path.dirname(other), { recursive: true });
    await writeFile(other, 'mine');
    const { status, stderr } = packageTo(unpacked);
    expect(status).toBe(1);
    expect(stderr).toContain('which is not of a package');
    expect(text(other)).toBe('mine');
    rmSync(path.join(unpacked, 'app'), { recursive: true });
  });
});

describe('the package in an empty folder', () => {
  test('has no node_modules to fall back on', () => {
    const resolve = createRequire(path.join(unpacked, manifest.main)).resolve.bind(undefined);
    expect(() => resolve('@azure/functions')).toThrow('Cannot find module');
  });

  test('registers every function by its name and trigger', async () => {
    const triggers = { http: 'httpTrigger', storageQueue: 'queueTrigger', timer: 'timerTrigger' };
    const expected = readdirSync(path.join(root, 'functions')).map((file) => {
      const [, kind = '', name] =
        /app\.(http|storageQueue|timer)\('([^']+)'/.exec(text(path.join(root, 'functions', file))) ?? [];
      return { name, trigger: triggers[kind as keyof typeof triggers] };
    });
    const worker = await startFunctionWorker({
      bundlePath: path.join(unpacked, manifest.main),
      settings: { ...sample.Values, PATH: process.env['PATH'] ?? '' },
      logLevels: {},
      log: () => undefined,
    });
    await worker.stop(10_000);
    const registered = worker.functions.map(({ name, bindings }) => ({
      name,
      trigger: Object.values(bindings).find(({ type }) => type?.endsWith('Trigger'))?.type,
    }));
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
      (a.name ?? '') < (b.name ?? '') ? -1 : 1;
    expect(registered.sort(byName)).toEqual(expected.sort(byName));
    expect(expected.map(({ name }) => `${name ?? ''}.ts`).sort()).toEqual(
      readdirSync(path.join(root, 'functions')).sort(),
    );
  });

  test('runs on the local host: health answers, functions can be called', async () => {
    const azurite = await startAzurite();
    const host = await runHost({
      ...sample.Values,
      AzureWebJobsStorage: azurite.connectionString,
      AzureWebJobsScriptRoot: unpacked,
    });
    try {
      await host.processId();
      expect(await host.json('/api/health')).toMatchObject({ status: 'ok', version: manifest.version });
      expect((await host.run('report-poison')).status).toBe(202);
      expect((await host.run('no-such-function')).status).toBe(404);
    } finally {
      await host.stop();
      await azurite.stop();
    }
  });
});
