import { beforeAll, describe, expect, test } from '@jest/globals';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';

/**
 * Each boundary of docs/architecture.md is proved by planting a violation and running it through the linter. The planted files do
 * not exist, so the rules that need types are switched off; those that hold the boundaries need none.
 */
let eslint: ESLint;
beforeAll(async () => {
  const { default: config } = (await import(new URL('../eslint.config.js', import.meta.url).href)) as {
    default: Linter.Config[];
  };
  eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [...config, tseslint.configs.disableTypeChecked],
  });
});

async function complaints(filePath: string, text: string): Promise<string[]> {
  const results = await eslint.lintText(text, { filePath });
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message }) => `${String(ruleId)}: ${message}`),
  );
}

const planted: [reason: string, filePath: string, text: string, complaint: RegExp][] = [
  [
    'a rule that reads a port',
    'shared/rules/licence/planted.ts',
    "import '../../ports.ts';",
    /a rule reads nothing/,
  ],
  [
    'a rule that knows delivery',
    'shared/rules/licence/planted.ts',
    "import '../../deliver/card.ts';",
    /knows the contract/,
  ],
  [
    'a rule that knows the time',
    'shared/rules/licence/planted.ts',
    'export const now = new Date();',
    /take `now` as a value/,
  ],
  [
    'a rule that asks the clock',
    'shared/rules/licence/planted.ts',
    'export const now = Date.now();',
    /take `now` as a value/,
  ],
  ['an SDK in the timeline', 'shared/timeline/planted.ts', "import '@azure/data-tables';", /imports no SDK/],
  ['files read while ingesting', 'shared/ingest/planted.ts', "import 'node:fs';", /does no I\/O/],
  [
    'an adapter in evaluation',
    'shared/evaluate/planted.ts',
    "import '../adapters/graph.ts';",
    /only runtime\.ts imports adapters/,
  ],
  [
    'the runtime in an alert',
    'shared/alert/planted.ts',
    "import '../runtime.ts';",
    /how things are composed/,
  ],
  [
    'a request from a decision',
    'shared/deliver/planted.ts',
    "export const page = fetch('https://example.com');",
    /no effects/,
  ],
  [
    'the environment in a collector',
    'shared/collect/planted.ts',
    'export const home = process.env;',
    /no effects/,
  ],
  ['chance in an id', 'shared/alert/planted.ts', 'export const id = Math.random();', /from the provider/],
  [
    'a function used by shared/',
    'shared/planted.ts',
    "import '../functions/collect.ts';",
    /knows nothing of functions/,
  ],
  ['an adapter used by a setting', 'shared/planted.ts', "import './adapters/clock.ts';", /only runtime\.ts/],
  [
    'a decision in a function',
    'functions/planted.ts',
    'if (globalThis) { Object.keys({}); }',
    /makes one call/,
  ],
  [
    'a use case in a function',
    'functions/planted.ts',
    "import '../shared/collect/collect.ts';",
    /registers and calls the runtime/,
  ],
  [
    'the simulated tenant sharing a reading',
    'dev/planted.ts',
    "import '../shared/ingest/graph-audit.ts';",
    /share a misreading/,
  ],
  ['the command line using the local host', 'cli/planted.ts', "import '../dev/host.ts';", /builds on shared/],
  [
    'a command using another',
    'cli/tenants/planted.ts',
    "import '../doctor/storage.ts';",
    /a command knows no other/,
  ],
  [
    'what commands share knowing one of them',
    'cli/rights/planted.ts',
    "import '../permissions/report.ts';",
    /a command knows no other/,
  ],
  [
    'the page using the project',
    'web/planted.ts',
    "import '../shared/config.ts';",
    /imports nothing of the project/,
  ],
  ['a barrel in a pure folder', 'shared/rules/planted.ts', "export * from './licence/x.ts';", /no barrels/],
  ['a barrel', 'shared/planted.ts', "export * from './config.ts';", /no barrels/],
];

describe('who may import whom', () => {
  test.each(planted)('%s is refused (%s)', async (_reason, filePath, text, complaint) => {
    expect((await complaints(filePath, text)).join('\n')).toMatch(complaint);
  });

  test.each([
    ['shared/timeline/planted.ts', "import 'node:crypto';"],
    ['shared/runtime.ts', "import './adapters/clock.ts';"],
    ['shared/rules/licence/planted.ts', "import '../../timeline/cause.ts';"],
    ['functions/planted.ts', "import '@azure/functions';\nimport '../shared/runtime.ts';"],
    ['dev/planted.ts', "import '../shared/names.json' with { type: 'json' };"],
    ['cli/planted.ts', "import '../shared/timeline/facts.ts';"],
    ['cli/run.ts', "import './replay/replay.ts';"],
    ['cli/tenants/planted.ts', "import './add.ts';\nimport '../../shared/tenants/tenants.ts';"],
  ])('%s may do what it is for', async (filePath, text) => {
    expect(await complaints(filePath, text)).toEqual([]);
  });
});
