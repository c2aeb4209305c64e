import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { findRuleFiles } from '../shared/adapters/rule-files.ts';
import { onlyUsedOfZod, smallerPackages, tablesAsText } from './build/smaller-packages.ts';
import { checkFamilies } from './build/rule-families.ts';

/** The function app as one CommonJS file. */
export interface Bundle {
  code: Uint8Array;
  functions: readonly string[];
  rules: readonly string[];
  /** Files whose code is in it, from the project's folder, with slashes. */
  sources: readonly string[];
}

/**
 * Bundles the function app from an entry made over `functions/*.ts` and the rule files, so neither list is kept by hand. Only
 * `@azure/functions-core` must come from outside: the Functions worker supplies it (FACTS 11.2; an ESM bundle fails in the host).
 * The same sources give the same bytes in whatever folder they lie.
 * @throws where a rule is evaluated by no function, or a family without rules has one
 */
export async function buildBundle(projectFolder: string): Promise<Bundle> {
  // esbuild follows links, and names modules in the bundle by their path from here.
  const root = await realpath(projectFolder);
  const functions = (await readdir(path.join(root, 'functions'))).sort();
  const rules = await findRuleFiles(path.join(root, 'shared', 'rules'));
  await checkFamilies(root, rules);
  const result = await build({
    stdin: {
      contents: functions.map((file) => `import './functions/${file}';`).join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: `node${String(await readNodeMajor(root))}`,
    // Of modules esbuild keeps what is used; of CommonJS all.
    mainFields: ['module', 'main'],
    format: 'cjs',
    outfile: path.join(root, 'dist', 'main.cjs'),
    write: false,
    // `debug` asks for supports-color and does without it; here it would be that of the tools that build the app.
    external: ['@azure/functions-core', 'supports-color'],
    // Smaller loads sooner; names stay readable and lines short, because a start-up error prints its line and its stack.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    // Their place is THIRD-PARTY-NOTICES.txt (scripts/package/notices.ts).
    legalComments: 'none',
    metafile: true,
    plugins: [
      generatedRules(root, rules),
      versionOnly(root),
      tablesAsText(),
      onlyUsedOfZod(),
      smallerPackages(),
    ],
    logLevel: 'warning',
  });
  const [output] = Object.values(result.metafile.outputs);
  const [file] = result.outputFiles;
  if (output === undefined || file === undefined) throw new Error('esbuild wrote nothing');
  const sources = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { code: asciiOf(file.text), functions, rules, sources: sources.map(([source]) => source).sort() };
}

/**
 * One character beyond Latin-1, and V8 holds all of the text in twice the memory and reads it at half the speed. esbuild escapes them
 * everywhere but in regular expressions, where the escape means the same.
 */
function asciiOf(code: string): Uint8Array {
  const escaped = code.replace(
    /[^ -~\t\r\n]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new TextEncoder().encode(escaped);
}

/** The Node that the app is built for and runs on: the one that the project brings along for its own work. */
export async function readNodeMajor(root: string): Promise<number> {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    devDependencies: { node: string };
  };
  return Number.parseInt(manifest.devDependencies.node, 10);
}

/** Puts the list of rule files in the place of the search for them (`shared/adapters/rule-files.ts`). */
function generatedRules(root: string, files: readonly string[]): Plugin {
  const imports = files.map(
    (file, index) => `import * as rule${String(index)} from './shared/rules/${file}';`,
  );
  const modules = files.map(
    (file, index) => `{ path: '${file.replace(/\.rule\.ts$/, '')}', rule: rule${String(index)}.rule }`,
  );
  const contents = [
    `import { ruleSet } from './shared/evaluate/rule-set.ts';`,
    ...imports,
    `export const rules = ruleSet([${modules.join(', ')}]);`,
  ].join('\n');
  return {
    name: 'generated-rules',
    setup: (bundle) => {
      bundle.onResolve({ filter: /^#rules$/ }, () => ({ path: 'rules', namespace: 'generated' }));
      bundle.onLoad({ filter: /.*/, namespace: 'generated' }, () => ({
        contents,
        resolveDir: root,
        loader: 'ts',
      }));
    },
  };
}

/** Of package.json the app uses its version; what develops it has no place in what runs. */
/**
 * Changes with every change of what is computed, and with nothing else: what an earlier build has remembered of a computation does not
 * serve this one.
 */
async function hashOfSources(root: string): Promise<string> {
  const shared = path.join(root, 'shared');
  const files = (await readdir(shared, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(shared, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(path.join(shared, file));
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function versionOnly(root: string): Plugin {
  const manifestPath = path.join(root, 'package.json');
  return {
    name: 'version-only',
    setup: (bundle) => {
      bundle.onLoad({ filter: /package\.json$/ }, async (module) => {
        if (module.path !== manifestPath) return undefined;
        const { version } = JSON.parse(await readFile(manifestPath, 'utf8')) as { version: string };
        const contents = JSON.stringify({ version, build: await hashOfSources(root) });
        return { contents, loader: 'json' };
      });
    },
  };
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { code, functions, rules } = await buildBundle(root);
  const outfile = path.join(root, 'dist', 'main.cjs');
  await mkdir(path.dirname(outfile), { recursive: true });
  // In one step, because a host that is just starting may read it.
  const draft = `${outfile}.${String(process.pid)}`;
  await writeFile(draft, code);
  await rename(draft, outfile);
  const size = `${(code.length / 1_000_000).toFixed(1)} MB`;
  console.log(
    `built dist/main.cjs: ${String(functions.length)} functions, ${String(rules.length)} rules, ${size}`,
  );
}
