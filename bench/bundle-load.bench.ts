import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Cold start: loading the deployed bundle against loading the same code unbundled, each in a fresh process with the same stand-in for
 * the worker's module. Budget: at most 150 ms on a quiet machine, and at most a fifth of the unbundled load.
 *
 * Not in the ratio: starting Node, which is the host's affair. In the unbundled load: finding and reading each file, and for our own taking the types
 * out. What is loaded only when it is needed (@azure/identity) is in neither. What the first request then waits for is measured as well: the
 * first token loads the library.
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

const firstToken = timed(
  `await import('./shared/adapters/load-identity.ts').then(({ loadIdentity }) => loadIdentity())`,
);

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
const [lowest, highest] = [
  Math.min(...figures.map(([a, b]) => a / b)),
  Math.max(...figures.map(([a, b]) => a / b)),
];
const isOver = bundle > 150 || ratio > 0.2;
console.log(
  `  bundle ${bundle.toFixed(0)} ms, unbundled ${source.toFixed(0)} ms, ratio ${ratio.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)}; medians of ${String(rounds)}; budget 150 ms and 0.2${isOver ? ': OVER' : ''})`,
);
const library = median(Array.from({ length: rounds }, () => milliseconds(firstToken)));
console.log(
  `  not loaded before the first token: @azure/identity, unbundled ${library.toFixed(0)} ms, ${(library / source).toFixed(2)} of the unbundled load`,
);
