import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { findRuleFiles } from '../shared/adapters/rule-files.ts';

/**
 * Builds the function app: one CommonJS file from an entry made over `functions/*.ts` and the rule files, so neither list is kept by
 * hand. Only `@azure/functions-core` stays outside: the Functions worker supplies it (FACTS 11.2; an ESM bundle fails in the host).
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = path.join(root, 'dist', 'main.cjs');

/** Puts the list of rule files in the place of the search for them (`shared/adapters/rule-files.ts`). */
function generatedRules(files: readonly string[]): Plugin {
  const imports = files.map(
    (file, index) => `import * as rule${String(index)} from './shared/rules/${file}';`,
  );
  const modules = files.map(
    (file, index) => `{ path: '${file.replace(/\.ts$/, '')}', rule: rule${String(index)}.rule }`,
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

const functions = (await readdir(path.join(root, 'functions'))).sort();
const rules = await findRuleFiles(path.join(root, 'shared', 'rules'));
const result = await build({
  stdin: {
    contents: functions.map((file) => `import './functions/${file}';`).join('\n'),
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  outfile,
  external: ['@azure/functions-core'],
  // Smaller loads sooner; names stay readable and lines short, because a start-up error prints its line and its stack.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  metafile: true,
  plugins: [generatedRules(rules)],
  logLevel: 'warning',
});
const bytes = Object.values(result.metafile.outputs)[0]?.bytes ?? 0;
console.log(
  `built dist/main.cjs: ${String(functions.length)} functions, ${String(rules.length)} rules, ${(bytes / 1_000_000).toFixed(1)} MB`,
);
