import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

jest.setTimeout(120_000);

/** The template of docs/write-a-rule.md, taken out of the page and put where the page says, in a copy of the project. */
const project = fileURLToPath(new URL('../../', import.meta.url));
let copy: string;
let files: string[];

beforeAll(async () => {
  copy = await realpath(await mkdtemp(path.join(tmpdir(), 'gracewatch-write-a-rule-')));
  for (const name of [
    'package.json',
    'tsconfig.json',
    'jest.config.js',
    'shared',
    'test/builders',
    'test/rules',
  ]) {
    await cp(path.join(project, name), path.join(copy, name), { recursive: true });
  }
  // One level of what the tests of the rules take: this one would run itself.
  await rm(path.join(copy, 'test/rules/write-a-rule.test.ts'));
  await symlink(path.join(project, 'node_modules'), path.join(copy, 'node_modules'));
  const page = await readFile(path.join(project, 'docs/write-a-rule.md'), 'utf8');
  const blocks = page.matchAll(
    /`((?:shared|test)\/rules\/[\w/.-]+\.ts)`[^`]*(?:`\w+`[^`]*)*```ts\n(.*?)```/gs,
  );
  files = [];
  for (const [, file, text] of blocks) {
    if (file === undefined || text === undefined) continue;
    files.push(file);
    await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
    await writeFile(path.join(copy, file), text);
  }
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test('the template is a rule and its test', () => {
  expect(files).toEqual([
    'shared/rules/licence/account-back.rule.ts',
    'test/rules/licence/account-back.test.ts',
  ]);
});

test('it compiles as the project does', async () => {
  const { config } = ts.readConfigFile(path.join(copy, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, copy);
  const own = files.map((file) => path.join(copy, file));
  const program = ts.createProgram(own, options);
  const problems = own.flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  expect(await readFile(own[0] ?? '', 'utf8')).toContain('defineRule');
});

test('it passes its own test and the suite that holds every rule', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--ci',
      '--verbose',
      ...['licence/account-back', 'every-rule'],
    ],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } },
  );
  expect(stderr).toContain('✓ keeps the contract of a rule');
  expect(stderr).toMatch(/licence\/account-back\n\s+✓ keeps the contract/);
  expect(stderr).toContain('✓ is told with who did it');
  expect([status, stderr]).toEqual([0, expect.anything()]);
});
