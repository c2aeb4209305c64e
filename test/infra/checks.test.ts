import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { infraChecks, type Workshop, write } from '../../scripts/infra/checks.ts';
import { type Ran, runBicep } from '../../scripts/infra/run.ts';

const golden = 'infra/snapshots/one.snapshot.json';
const fine: Ran = { code: 0, stdout: '', stderr: '' };
const compiledTemplate = { metadata: { _generator: { version: '0.49.2' } }, resources: {} };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gracewatch-checks-'));
  await mkdir(path.join(root, 'infra', 'snapshots'), { recursive: true });
  await put('infra/main.bicep', 'param name string\n');
  await put('infra/main.json', JSON.stringify(compiledTemplate));
  await put('infra/main.bicepparam', "using 'main.bicep'\n");
  await put('infra/snapshots/one.bicepparam', "using '../main.bicep'\n");
});
afterEach(() => rm(root, { recursive: true }));

function put(file: string, text: string, folder = root): Promise<void> {
  return writeFile(path.join(folder, file), text);
}

/** A Bicep that finds nothing wrong, but for the commands that are given. */
function workshop(
  commands: Partial<Record<string, (args: readonly string[], folder: string) => Promise<Ran> | Ran>> = {},
): Workshop {
  const standard: typeof commands = {
    build: () => ({ ...fine, stdout: JSON.stringify(compiledTemplate) }),
    'build-params': () => ({ ...fine, stdout: '{"parametersJson":"{}"}' }),
  };
  const answers = { ...standard, ...commands };
  return {
    root,
    bicep: async (args, folder) => (await answers[args[0] ?? '']?.(args, folder)) ?? fine,
  };
}

/** What each check finds, of those that find something. */
async function findings(of: Workshop): Promise<Record<string, string[]>> {
  const checks = await infraChecks(root);
  const found = await Promise.all(
    checks.map(async (check) => [check.name, await check.findings(of)] as const),
  );
  return Object.fromEntries(found.filter(([, lines]) => lines.length > 0));
}

describe('the checks of infra/', () => {
  test('find nothing where nothing is wrong', async () => {
    expect(await findings(workshop())).toEqual({});
  });

  test('name a file that is not formatted, and leave it as it is', async () => {
    const format = async (_args: readonly string[], copy: string): Promise<Ran> => {
      await put('main.bicep', 'param  name string\n', copy);
      return fine;
    };
    expect(await findings(workshop({ format }))).toEqual({
      format: [
        'infra/main.bicep is not formatted: npm run infra -- --write',
        '  line 1 is "param name string" and should be "param  name string"',
      ],
    });
    expect(await readFile(path.join(root, 'infra', 'main.bicep'), 'utf8')).toBe('param name string\n');
  });

  test('take a warning for a finding, say it once, and name the file from the project', async () => {
    const warning = `${path.join(root, 'infra', 'main.bicep')}(1,7) : Warning no-unused-params: …\n`;
    const warn = (): Ran => ({ ...fine, stderr: warning.repeat(2) });
    const line = `${path.join('infra', 'main.bicep')}(1,7) : Warning no-unused-params: …`;
    expect(await findings(workshop({ lint: warn }))).toEqual({ lint: [line] });
    expect(await findings(workshop({ build: warn }))).toMatchObject({ 'infra/main.json': [line, line] });
    expect(await findings(workshop({ 'build-params': warn }))).toMatchObject({
      'infra/main.bicepparam': [line, line],
    });
  });

  test('see that infra/main.json is an old one, broken or missing', async () => {
    const build = (): Ran => ({ ...fine, stdout: JSON.stringify({ resources: { more: {} } }) });
    const found = [
      'infra/main.json is not what infra/main.bicep compiles to: npm run infra -- --write',
      expect.any(String),
    ];
    expect(await findings(workshop({ build }))).toEqual({ 'infra/main.json': found });
    await put('infra/main.json', '<<<<<<< HEAD');
    expect(await findings(workshop())).toEqual({ 'infra/main.json': found });
    await rm(path.join(root, 'infra', 'main.json'));
    expect(await findings(workshop())).toEqual({ 'infra/main.json': found });
  });

  test('accept infra/main.json from another version of the compiler', async () => {
    await put(
      'infra/main.json',
      JSON.stringify({ metadata: { _generator: { version: '0.50.0' } }, resources: {} }, undefined, 2),
    );
    expect(await findings(workshop())).toEqual({});
  });

  test('show what would be deployed otherwise', async () => {
    const snapshot = (): Ran => ({
      code: 1,
      stdout: '\n  ~ httpsOnly: true => false\n',
      stderr: 'validation failed',
    });
    expect(await findings(workshop({ snapshot }))).toEqual({
      [golden]: [
        `${golden} is not what would be deployed; if the change is meant: npm run infra -- --write`,
        '  ~ httpsOnly: true => false',
      ],
    });
  });

  test('say so where there is no golden snapshot to compare with', async () => {
    const snapshot = (): Ran => ({ code: 1, stdout: '', stderr: 'Error opening file' });
    expect(await findings(workshop({ snapshot }))).toEqual({
      [golden]: [
        'Error opening file',
        `${golden} was not compared; where it is only missing: npm run infra -- --write`,
      ],
    });
  });

  test('fail when Bicep itself fails without a word', async () => {
    const killed = (): Ran => ({ ...fine, code: 1 });
    const all = { format: killed, lint: killed, build: killed, 'build-params': killed, snapshot: killed };
    expect(Object.keys(await findings(workshop(all)))).toHaveLength(5);
  });
});

describe('a program that is no Bicep', () => {
  test('does not count as fine because it ends well and says nothing', async () => {
    const silent = { root, bicep: () => Promise.resolve(fine) };
    expect(await findings(silent)).toEqual({
      'infra/main.json': ['Bicep gave no template'],
      'infra/main.bicepparam': ['Bicep gave no parameters'],
    });
  });

  test('is stopped where it hangs, and that is said', async () => {
    const hangs = ['-e', 'setInterval(() => {}, 1000); process.on("SIGTERM", () => {})'];
    const ran = await runBicep(process.execPath, hangs, root, 0.5);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(/ did not end within 0\.5 seconds and was stopped$/);
  });
});

describe('--write', () => {
  test('formats, compiles and takes each snapshot anew', async () => {
    const asked: string[] = [];
    const bicep = async (args: readonly string[]): Promise<Ran> => {
      asked.push(args.slice(0, 2).join(' '));
      if (args[0] === 'snapshot') await put(golden, '{"predictedResources":[],"outputs":{}}');
      return Promise.resolve(fine);
    };
    expect(await write({ bicep, root })).toEqual([]);
    expect(asked).toEqual([
      'format --pattern',
      'build --no-restore',
      'snapshot infra/snapshots/one.bicepparam',
    ]);
  });

  test('writes a snapshot in the same way each time, though Bicep orders its outputs as it likes', async () => {
    const written: string[] = [];
    for (const outputs of ['{"b":"2","a":"1"}', '{"a":"1","b":"2"}']) {
      const snapshot = async (): Promise<Ran> => {
        await put(golden, `{"predictedResources":[],"outputs":${outputs}}`);
        return fine;
      };
      await write(workshop({ snapshot }));
      written.push(await readFile(path.join(root, golden), 'utf8'));
    }
    expect(written[0]).toBe(written[1]);
  });

  test('tells what kept it from writing', async () => {
    const broken = (): Ran => ({
      code: 1,
      stdout: '',
      stderr: `${path.join(root, 'infra', 'main.bicep')}(1,1) : Error`,
    });
    expect(await write(workshop({ build: broken, snapshot: broken }))).toEqual([
      `${path.join('infra', 'main.bicep')}(1,1) : Error`,
    ]);
  });
});
