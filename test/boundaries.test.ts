import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../', import.meta.url));
const { knownArrowsUp, orderOfRooms } = (await import(
  new URL('../dependency-cruiser.config.js', import.meta.url).href
)) as {
  knownArrowsUp: { from: string; to: string }[];
  orderOfRooms: (architecture: string) => string[];
};

/** An import planted in a file of its own, and the names of the walls that refuse it: none where it may be. */
interface Planted {
  reason: string;
  file: string;
  text: string;
  walls: string[];
}

const refused = (reason: string, wall: string, file: string, text: string): Planted => ({
  reason,
  file,
  text,
  walls: [wall],
});
const allowed = (file: string, text: string): Planted => ({
  reason: 'what it is for',
  file,
  text,
  walls: [],
});

const planted: Planted[] = [
  refused(
    'ingest that delivers',
    'no-arrow-up',
    'shared/ingest/deliver.ts',
    "import '../deliver/post-card.ts';",
  ),
  refused('products that alert', 'no-arrow-up', 'shared/products/alert.ts', "import '../alert/alert.ts';"),
  refused(
    'a timeline that answers',
    'no-arrow-up',
    'shared/timeline/answer.ts',
    "import '../answer/alerts.ts';",
  ),
  refused(
    'a rule that evaluates',
    'no-arrow-up',
    'shared/rules/licence/evaluate.rule.ts',
    "import '../../evaluate/evaluate.ts';",
  ),
  refused(
    'a rule that delivers',
    'no-arrow-up',
    'shared/rules/licence/deliver.rule.ts',
    "import '../../deliver/post-card.ts';",
  ),
  refused(
    'a type from above',
    'no-arrow-up',
    'shared/timeline/type.ts',
    "import type { A } from '../alert/alert.ts';\nexport type B = A;",
  ),
  refused(
    'one type among values',
    'no-arrow-up',
    'shared/timeline/inline.ts',
    "import { type A } from '../alert/alert.ts';\nexport type B = A;",
  ),
  refused(
    'what is exported again',
    'no-arrow-up',
    'shared/cause/again.ts',
    "export { a } from '../alert/alert.ts';",
  ),
  refused(
    'what is imported late',
    'no-arrow-up',
    'shared/cause/late.ts',
    "export const late = (): unknown => import('../alert/alert.ts');",
  ),
  refused(
    'a type by its place',
    'no-arrow-up',
    'shared/cause/place.ts',
    "export type B = import('../alert/alert.ts').A;",
  ),
  refused('a setting in the timeline', 'no-arrow-up', 'shared/timeline/setting.ts', "import '../config.ts';"),
  refused(
    'one of several files of settings',
    'no-arrow-up',
    'shared/cause/setting.ts',
    "import '../config-channels.ts';",
  ),
  refused(
    'an adapter in evaluation',
    'no-arrow-up',
    'shared/evaluate/adapter.ts',
    "import '../adapters/graph.ts';",
  ),
  refused(
    'an adapter by its alias',
    'no-arrow-up',
    'shared/answer/alias.ts',
    "import { rules } from '#rules';\nexport const all = rules;",
  ),
  refused(
    'an adapter used by a setting',
    'no-arrow-up',
    'shared/config-adapter.ts',
    "import './adapters/clock.ts';",
  ),
  refused('the runtime in an alert', 'no-arrow-up', 'shared/alert/runtime.ts', "import '../runtime.ts';"),
  refused(
    'the runtime in an adapter',
    'no-arrow-up',
    'shared/adapters/runtime-user.ts',
    "import '../runtime.ts';",
  ),
  refused('a room without a place', 'room-in-the-order', 'shared/attic/box.ts', "import '../secret.ts';"),
  refused(
    'a use of such a room',
    'room-in-the-order',
    'shared/deliver/attic.ts',
    "import '../attic/chest.ts';",
  ),
  refused('a root file without a place', 'room-in-the-order', 'shared/helpers.ts', "import './secret.ts';"),
  refused(
    'an import that leads nowhere',
    'nothing-unresolved',
    'shared/deliver/nowhere.ts',
    "import '@gracewatch/nowhere';",
  ),
  refused(
    'an SDK in the timeline',
    'pure-room-without-sdk',
    'shared/timeline/sdk.ts',
    "import '@azure/data-tables';",
  ),
  refused(
    'an SDK that is not installed',
    'pure-room-without-sdk',
    'shared/timeline/no-sdk.ts',
    "import type { A } from '@azure/storage-queue';\nexport type B = A;",
  ),
  refused(
    'files read while ingesting',
    'pure-room-without-io',
    'shared/ingest/files.ts',
    "import 'node:fs';",
  ),
  refused(
    'requests from an answer',
    'pure-room-without-io',
    'shared/answer/request.ts',
    "import { request } from 'node:https';\nrequest('');",
  ),
  refused(
    'a rule that reads a port',
    'rule-reads-nothing',
    'shared/rules/licence/port.rule.ts',
    "import '../../ports.ts';",
  ),
  refused(
    'a rule that reads a message',
    'rule-reads-nothing',
    'shared/rules/licence/message.rule.ts',
    "import '../../envelope.ts';",
  ),
  {
    reason: 'a rule that reads a setting',
    file: 'shared/rules/licence/setting.rule.ts',
    text: "import '../../config.ts';",
    walls: ['no-arrow-up', 'rule-reads-nothing'],
  },
  refused(
    'a rule of another family',
    'rule-of-one-family',
    'shared/rules/licence/family.rule.ts',
    "import '../mfa-registration/methods.ts';",
  ),
  refused(
    'a contract that knows a family',
    'rule-contract-knows-no-rule',
    'shared/rules/contract.ts',
    "import './licence/grace.ts';",
  ),
  refused(
    'a rule with a package',
    'rule-without-packages',
    'shared/rules/licence/package.rule.ts',
    "import 'csv-parse';",
  ),
  refused(
    'a function used by shared/',
    'shared-knows-no-app',
    'shared/adapters/function.ts',
    "import '../../functions/collect.ts';",
  ),
  refused(
    'a script used by shared/',
    'shared-knows-no-app',
    'shared/adapters/script.ts',
    "import '../../scripts/build.ts';",
  ),
  refused(
    'a use case in a function',
    'function-registers',
    'functions/use-case.ts',
    "import '../shared/collect/collect.ts';",
  ),
  refused('a package in a function', 'function-registers', 'functions/package.ts', "import 'zod';"),
  refused('files in a function', 'function-registers', 'functions/files.ts', "import 'node:fs';"),
  refused(
    'the command line using the local host',
    'cli-builds-on-shared',
    'cli/host.ts',
    "import '../dev/host.ts';",
  ),
  refused(
    'a command using a function',
    'cli-builds-on-shared',
    'cli/doctor/function.ts',
    "import '../../functions/collect.ts';",
  ),
  refused(
    'a second way to Graph in an adapter',
    'one-way-to-graph',
    'shared/adapters/second-graph.ts',
    "import '@microsoft/microsoft-graph-client';",
  ),
  refused(
    'a second way to Graph in a command',
    'one-way-to-graph',
    'cli/directory/second-graph.ts',
    "import '@microsoft/microsoft-graph-client';",
  ),
  refused(
    'a command using another',
    'command-knows-no-other',
    'cli/tenants/other.ts',
    "import '../doctor/storage.ts';",
  ),
  refused(
    'what commands share knowing one of them',
    'command-knows-no-other',
    'cli/rights/one.ts',
    "import '../permissions/report.ts';",
  ),
  refused(
    'a root file knowing a command',
    'command-knows-no-other',
    'cli/gracewatch.ts',
    "import './replay/replay.ts';",
  ),
  refused(
    'the simulated tenant sharing a reading',
    'simulation-shares-no-reading',
    'dev/reading.ts',
    "import '../shared/ingest/graph-audit.ts';",
  ),
  refused(
    'the local host knowing the command line',
    'dev-loads-the-bundle',
    'dev/command.ts',
    "import '../cli/run.ts';",
  ),
  refused(
    'the local host knowing a function',
    'dev-loads-the-bundle',
    'dev/host/function.ts',
    "import '../../functions/collect.ts';",
  ),
  refused(
    'the page using the project',
    'web-stands-alone',
    'web/page.ts',
    "import '../shared/names.json' with { type: 'json' };",
  ),
  allowed(
    'shared/ingest/values.ts',
    "import '../json/json-value.ts';\nimport '../text/order.ts';\nimport 'zod';",
  ),
  allowed('shared/timeline/hash.ts', "import { createHash } from 'node:crypto';\ncreateHash('sha256');"),
  allowed('shared/coverage/port.ts', "import type { A } from '../ports.ts';\nexport type B = A;"),
  allowed(
    'shared/rules/licence/allowed.rule.ts',
    "import 'zod';\nimport '../rule.ts';\nimport './grace.ts';\nimport '../../cause/cause.ts';",
  ),
  allowed('shared/evaluate/setting.ts', "import '../config.ts';\nimport '../config-channels.ts';"),
  allowed(
    'shared/adapters/sdk.ts',
    "import '@azure/data-tables';\nimport 'node:fs';\nimport '../answer/alerts.ts';",
  ),
  allowed(
    'shared/http/request.ts',
    "import type { HttpRequest } from '@azure/functions';\nexport type A = HttpRequest;\nexport * from '../answer/alerts.ts';",
  ),
  allowed(
    'shared/runtime.ts',
    "import './adapters/clock.ts';\nimport { rules } from '#rules';\nexport const all = rules;",
  ),
  allowed('functions/registration.ts', "import '@azure/functions';\nimport '../shared/runtime.ts';"),
  allowed('dev/names.ts', "import '../shared/names.json' with { type: 'json' };"),
  allowed(
    'cli/terminal/facts.ts',
    "import '../../shared/timeline/facts.ts';\nimport { rules } from '#rules';\nexport const all = rules;",
  ),
  allowed('cli/run.ts', "import './replay/replay.ts';\nimport './tenants/add.ts';"),
  allowed('cli/tenants/own.ts', "import './add.ts';\nimport '../../shared/tenants/tenants.ts';"),
  allowed(
    'test/anything.test.ts',
    "import '../shared/adapters/clock.ts';\nimport '../cli/run.ts';\nimport '../dev/host.ts';",
  ),
];

/** Two modules that need each other, if only for their types. */
const circle = ['shared/alert/one.ts', 'shared/alert/other.ts'];

interface Violation {
  from: string;
  rule: { name: string };
}

/** What the cruiser says of a small project in which each import of `planted` stands, leading to an empty module where it leads inside. */
function cruisePlanted(folder: string): Violation[] {
  const files = new Map(planted.map(({ file, text }) => [file, text]));
  files.set('shared/alert/one.ts', "import type { Other } from './other.ts';\nexport type One = Other;");
  files.set('shared/alert/other.ts', "import type { One } from './one.ts';\nexport type Other = One;");
  files.set('shared/adapters/rule-files.ts', 'export const rules = [];');
  for (const { file, text } of planted) {
    for (const [, to = ''] of text.matchAll(/'(\.{1,2}\/[^']+)'/g)) {
      const target = path.posix.join(path.posix.dirname(file), to);
      if (!files.has(target)) files.set(target, target.endsWith('.json') ? '{}' : 'export {};');
    }
  }
  for (const [file, text] of files) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  writeFileSync(path.join(folder, 'package.json'), readFileSync(path.join(root, 'package.json')));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['--config', path.join(root, 'dependency-cruiser.config.js'), '--output-type', 'json', '.'],
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (!stdout.startsWith('{')) throw new Error(stderr);
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

describe('who may import whom', () => {
  let folder: string;
  let violations: Violation[];
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'walls-'));
    violations = cruisePlanted(folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const wallsAgainst = (file: string): string[] => [
    ...new Set(violations.filter(({ from }) => from === file).map(({ rule }) => rule.name)),
  ];

  test.each(planted.filter(({ walls }) => walls.length > 0))(
    '$reason is refused ($file)',
    ({ file, walls }) => {
      expect(wallsAgainst(file).sort()).toEqual(walls);
    },
  );

  test.each(planted.filter(({ walls }) => walls.length === 0))('$file may do what it is for', ({ file }) => {
    expect(wallsAgainst(file)).toEqual([]);
  });

  test('modules that need each other are refused, types too', () => {
    expect(circle.flatMap(wallsAgainst)).toContain('no-cycle');
  });

  test('every wall has a planted violation', async () => {
    const { default: config } = (await import(
      new URL('../dependency-cruiser.config.js', import.meta.url).href
    )) as { default: { forbidden: { name: string }[] } };
    const seen = new Set(violations.map(({ rule }) => rule.name));
    expect(new Set(config.forbidden.map(({ name }) => name))).toEqual(seen);
  });
});

describe('the order of rooms', () => {
  const order = orderOfRooms(readFileSync(path.join(root, 'docs/architecture.md'), 'utf8'));
  const places = order.map((name) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));

  test('has a row for every room and root file of shared/', () => {
    const names = readdirSync(path.join(root, 'shared'), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    );
    expect(names.filter((name) => !places.some((place) => place.test(name)))).toEqual([]);
  });

  test('has no room that git does not see', () => {
    const everywhere = readFileSync(path.join(root, '.gitignore'), 'utf8')
      .split('\n')
      .filter((line) => /^[^/#].*\/$/.test(line));
    expect(everywhere).not.toEqual([]);
    expect(everywhere.filter((pattern) => order.includes(pattern))).toEqual([]);
  });

  test('is read from the table of the document, row by row', () => {
    const document =
      '### The order of rooms\n\n| room | holds |\n| --- | --- |\n| `b/` | b |\n| `a*.ts` | `c/` |\n\n## Next\n\n| `d/` |\n';
    expect(orderOfRooms(document)).toEqual(['b/', 'a*.ts']);
    expect(new Set(order).size).toBe(order.length);
  });

  test('each known arrow up is still there', () => {
    const gone = knownArrowsUp.filter(({ from, to }) => {
      const file = path.join(root, 'shared', from);
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, target = '']) =>
        path.posix.join(path.posix.dirname(from), target),
      );
      return !imported.some((target) => target.startsWith(to));
    });
    expect(gone).toEqual([]);
  });
});

/**
 * What is no import is held by the linter. The planted files do not exist, so the rules that need types are switched off; those that
 * hold the boundaries need none.
 */
describe('what may be done where', () => {
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

  test.each([
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
      'a decision in a function',
      'functions/planted.ts',
      'if (globalThis) { Object.keys({}); }',
      /makes one call/,
    ],
    [
      'a command that fetches by itself',
      'cli/directory/planted.ts',
      "export const asked = fetch('https://graph.microsoft.com/v1.0/me');",
      /goes through shared\/adapters\/graph\.ts/,
    ],
    ['a barrel in a room', 'shared/rules/planted.ts', "export * from './licence/x.ts';", /no barrels/],
    ['a barrel', 'shared/planted.ts', "export * from './config.ts';", /no barrels/],
    ['a barrel of functions', 'functions/planted.ts', "export * from './collect.ts';", /no barrels/],
  ])('%s is refused (%s)', async (_reason, filePath, text, complaint) => {
    expect((await complaints(filePath, text)).join('\n')).toMatch(complaint);
  });

  test.each([
    ['shared/timeline/planted.ts', "export const at = new Date('2026-02-03T09:15:00.000Z');"],
    ['shared/adapters/planted.ts', 'export const now = new Date();\nexport const home = process.env;'],
    ['functions/planted.ts', "import { app } from '@azure/functions';\napp.timer('planted', {});"],
  ])('%s may do what it is for', async (filePath, text) => {
    expect(await complaints(filePath, text)).toEqual([]);
  });
});
