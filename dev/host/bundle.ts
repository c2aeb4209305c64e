import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HostCannotStart } from './host-cannot-start.ts';

const packageSchema = z.object({ main: z.string().min(1) });

/** Where package.json says that the Functions host finds the app. */
export async function readBundlePath(root: string): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => '{}');
  const parsed = packageSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new HostCannotStart(`${join(root, 'package.json')} names no main`);
  }
  return join(root, parsed.data.main);
}

/** Builds the bundle where there is none or a source is newer. @throws HostCannotStart when the build fails */
export async function buildWhereNeeded(root: string, bundlePath: string): Promise<void> {
  const built = await modifiedAt(bundlePath);
  const folders = ['functions', 'shared', 'scripts'].map((folder) => newestIn(join(root, folder)));
  const sources = await Promise.all([...folders, modifiedAt(join(root, 'package-lock.json'))]);
  if (built !== undefined && sources.every((changed) => (changed ?? 0) <= built)) {
    return;
  }
  const build = spawn(process.execPath, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: 'inherit' });
  const [code] = (await once(build, 'exit')) as [number | null];
  if (code !== 0) {
    throw new HostCannotStart('the functions could not be built: run "npm run build"');
  }
}

async function newestIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const times = await Promise.all(files.map((file) => modifiedAt(join(folder, file))));
  return times.reduce<number>((newest, time) => Math.max(newest, time ?? 0), 0);
}

async function modifiedAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}
