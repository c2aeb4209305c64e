import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeApp } from './package/app.ts';
import { type AppFile, zipOf } from './package/archive.ts';
import { readCommit } from './package/commit.ts';

const help = `npm run package [-- --out FOLDER]

Builds the function app and writes what Azure runs, and only that:

  dist/app/                   host.json, package.json, dist/main.cjs and the licences; for azd and func
  dist/gracewatch.zip         the same as a zip, ready for One Deploy (no remote build)
  dist/gracewatch.zip.sha256  its SHA-256; check it with: sha256sum -c gracewatch.zip.sha256
  dist/gracewatch.sbom.json   the packages that dist/main.cjs is made from (CycloneDX)

The same commit gives the same bytes on any machine; package.json in it names the commit, with -dirty
where files were changed since. The unpacked app is loaded once, as the Functions host
loads it, and must register every function; the time that takes is printed.

  --out FOLDER  another folder than dist; FOLDER/app is written anew, and refused where it holds other files
  --help        this text`;

async function packageApp(root: string, out: string): Promise<number> {
  const app = path.join(out, 'app');
  await refuseOthers(app);
  const commit = readCommit(root);
  const { files, sbom } = await makeApp(root, commit?.id);
  await writeApp(app, files);
  const check = spawnSync(process.execPath, [path.join(root, 'scripts', 'check-bundle.ts'), app], {
    stdio: 'inherit',
  });
  if (check.status !== 0) return 1;
  const zip = zipOf(files);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  const zipPath = path.join(out, 'gracewatch.zip');
  await writeFile(zipPath, zip);
  await writeFile(path.join(out, 'gracewatch.sbom.json'), sbom);
  await writeFile(`${zipPath}.sha256`, `${sha256}  gracewatch.zip\n`);
  const unpacked = files.reduce((sum, { content }) => sum + content.length, 0);
  const place = path.relative(process.cwd(), zipPath);
  console.log(
    `${place}: ${String(files.length)} files, ${megabytes(zip.length)} (${megabytes(unpacked)} unpacked)`,
  );
  console.log(`SHA-256 ${sha256}`);
  if (commit !== undefined) console.log(`commit ${commit.id}`);
  if (commit?.dirty === true) {
    console.warn('warning: files differ from that commit, so nobody can make this package again');
  }
  return 0;
}

/** What a package of this or an older version consists of. */
const own = new Set([
  'LICENSE',
  'THIRD-PARTY-NOTICES.txt',
  'dist',
  'dist/main.cjs',
  'host.json',
  'package.json',
]);

/** The folder is deleted before it is written, and `--out` may name any. @throws where it holds what packaging did not put there */
async function refuseOthers(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const other = entries.find((entry) => !own.has(entry.split(path.sep).join('/')));
  if (other !== undefined) {
    throw new Error(
      `${folder} would be deleted, and holds ${other}, which is not of a package: choose another --out`,
    );
  }
}

async function writeApp(folder: string, files: readonly AppFile[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const { path: file, content } of files) {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

function readArguments(): { help: boolean; out: string | undefined } {
  const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean' } } });
  return { help: values.help === true, out: values.out };
}

const root = fileURLToPath(new URL('..', import.meta.url));
try {
  const options = readArguments();
  if (options.help) console.log(help);
  else process.exitCode = await packageApp(root, path.resolve(options.out ?? path.join(root, 'dist')));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  const wrongUse =
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  process.exitCode = wrongUse ? 2 : 1;
}
