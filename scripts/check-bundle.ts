import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBundlePath } from '../dev/host/bundle.ts';
import { supplyCoreModule } from '../dev/host/core-module.ts';

/**
 * Loads the built bundle with a stand-in for the module that the Functions worker supplies and compares what it registers with the
 * files of `functions/`: a bundle that loads and registers nothing looks healthy everywhere but on Azure (FACTS 11.12).
 * Argument: the folder of an app, with package.json and the bundle; without one, this project.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const app = path.resolve(process.argv[2] ?? root);
const bundlePath = await readBundlePath(app);
const sample = JSON.parse(await readFile(path.join(root, 'local.settings.sample.json'), 'utf8')) as {
  Values: Record<string, string>;
};
const others = Object.entries(process.env).filter(([name]) => !name.startsWith('GRACEWATCH_'));
process.env = { ...Object.fromEntries(others), ...sample.Values };

const { functions } = supplyCoreModule((level, category, text) => {
  console.log(`${level} ${category}: ${text}`);
});
const started = performance.now();
createRequire(bundlePath)(bundlePath);
const milliseconds = performance.now() - started;

const registered = [...functions.values()].map(({ metadata }) => {
  const triggers = Object.values(metadata.bindings).map((binding) => String(binding.type));
  return `${metadata.name} (${triggers.find((type) => /trigger$/i.test(type)) ?? 'no trigger'})`;
});
const files = (await readdir(path.join(root, 'functions'))).map((file) => path.basename(file, '.ts')).sort();
const names = registered.map((line) => line.replace(/ .*/, '')).sort();
if (JSON.stringify(names) !== JSON.stringify(files)) {
  console.error(
    `the bundle registers\n  ${names.join('\n  ')}\nbut functions/ holds\n  ${files.join('\n  ')}`,
  );
  process.exit(1);
}
console.log(
  `the bundle loads in ${milliseconds.toFixed(0)} ms and registers ${registered.sort().join(', ')}`,
);
process.exit(0);
