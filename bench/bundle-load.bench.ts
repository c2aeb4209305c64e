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
  `${supply} const begun = process.cpuUsage(); const started = performance.now(); ${load}; const elapsed = performance.now() - started; const { user, system } = process.cpuUsage(begun); console.log(JSON.stringify([elapsed, (user + system) / 1000])); process.exit(0);`;
const bundled = timed(`(await import('node:module')).createRequire(process.cwd() + '/')('./dist/main.cjs')`);
const unbundled = timed(
  `for (const file of (await import('node:fs')).readdirSync('functions')) await import('./functions/' + file)`,
);

interface Load {
  elapsed: number;
  /** Of all threads: what else the machine does makes an elapsed time longer, and hardly this. */
  processor: number;
}

function load(script: string): Load {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, ...sample.Values },
    encoding: 'utf8',
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('[')) throw new Error(stderr);
  const [elapsed, processor] = JSON.parse(last) as [number, number];
  return { elapsed, processor };
}

function median(figures: number[]): number {
  return figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}

const firstToken = timed(
  `await import('./shared/adapters/load-identity.ts').then(({ loadIdentity }) => loadIdentity())`,
);

load(bundled);
load(unbundled);
const rounds = 7;
const pairs = Array.from({ length: rounds }, () => ({ bundle: load(bundled), source: load(unbundled) }));
const ratiosOf = (measure: keyof Load): number[] =>
  pairs.map(({ bundle, source }) => bundle[measure] / source[measure]).sort((a, b) => a - b);
const told = (ratios: number[]): string =>
  `${median(ratios).toFixed(2)} (${(ratios[0] ?? NaN).toFixed(2)} to ${(ratios.at(-1) ?? NaN).toFixed(2)})`;
const bundle = median(pairs.map((pair) => pair.bundle.elapsed));
const source = median(pairs.map((pair) => pair.source.elapsed));
const isOver = bundle > 150 || median(ratiosOf('elapsed')) > 0.2;
console.log(
  `  bundle ${bundle.toFixed(0)} ms, unbundled ${source.toFixed(0)} ms, ratio ${told(ratiosOf('elapsed'))}, of processor time ${told(ratiosOf('processor'))} (medians of ${String(rounds)}; budget 150 ms and 0.2${isOver ? ': OVER' : ''})`,
);
const library = median(Array.from({ length: rounds }, () => load(firstToken).elapsed));
console.log(
  `  not loaded before the first token: @azure/identity, unbundled ${library.toFixed(0)} ms, ${(library / source).toFixed(2)} of the unbundled load`,
);
