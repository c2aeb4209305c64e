import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Cold start: loading the deployed bundle against loading the same code unbundled, each in a fresh process with the same stand-in for
 * the worker's module. Budget: at most 150 ms, and at most half of the unbundled load.
 */
const root = path.join(import.meta.dirname, '..');
const build = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) process.exit(1);

const sample = JSON.parse(readFileSync(path.join(root, 'local.settings.sample.json'), 'utf8')) as {
  Values: Record<string, string>;
};
const supply = `const { supplyCoreModule } = await import('./dev/host/core-module.ts'); supplyCoreModule(() => undefined);`;
const timed = (load: string): string =>
  `${supply} const started = performance.now(); ${load}; console.log(performance.now() - started); process.exit(0);`;
const bundled = timed(`(await import('node:module')).createRequire(process.cwd() + '/')('./dist/main.cjs')`);
const unbundled = timed(
  `for (const file of (await import('node:fs')).readdirSync('functions')) await import('./functions/' + file)`,
);

function milliseconds(script: string): number {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, ...sample.Values },
    encoding: 'utf8',
  });
  const figure = Number(stdout.trim().split('\n').at(-1));
  if (Number.isNaN(figure)) throw new Error(stderr);
  return figure;
}

function median(figures: number[]): number {
  return figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}

milliseconds(bundled);
milliseconds(unbundled);
const rounds = 7;
const figures = Array.from(
  { length: rounds },
  () => [milliseconds(bundled), milliseconds(unbundled)] as const,
);
const bundle = median(figures.map(([figure]) => figure));
const source = median(figures.map(([, figure]) => figure));
const ratio = median(figures.map(([a, b]) => a / b));
console.log(
  `  bundle ${bundle.toFixed(0)} ms, unbundled ${source.toFixed(0)} ms, ratio ${ratio.toFixed(2)} (medians of ${String(rounds)}; budget 150 ms and 0.5)`,
);
