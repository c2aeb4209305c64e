import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBundle } from '../../scripts/build.ts';
import { root } from '../flow/running-host.ts';

jest.setTimeout(120_000);

/** What a starting host loads before it can answer anybody. */

let folder: string;
let bundle: string;
let code: string;
/** Told as yes or no: nobody reads two megabytes of what was found instead. */
const holds = (text: string): boolean => code.replaceAll(/\s+/g, ' ').includes(text);
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-cold-'));
  bundle = path.join(folder, 'main.cjs');
  const built = await buildBundle(root);
  code = Buffer.from(built.code).toString('utf8');
  writeFileSync(bundle, code);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const { Values: sample } = JSON.parse(
  readFileSync(path.join(root, 'local.settings.sample.json'), 'utf8'),
) as { Values: Record<string, string> };
const tenant = '11111111-1111-4111-8111-111111111111';
const inAzure = {
  GRACEWATCH_TENANTS: JSON.stringify([{ id: tenant, name: 'Contoso' }]),
  GRACEWATCH_CREDENTIAL: 'managed-identity',
  AzureWebJobsStorage__accountName: 'contoso',
};

/** Runs a script of the project in a process of its own; what it prints last is JSON. */
function ran(script: string, env: Record<string, string>): unknown {
  const others = Object.entries(process.env).filter(([name]) => !/^(?:GRACEWATCH_|AzureWebJobs)/.test(name));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...Object.fromEntries(others), ...env },
    encoding: 'utf8',
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(stderr);
  return JSON.parse(last);
}

describe('the bundle', () => {
  /** Which modules were evaluated, of those that are not at once: the bundle has each in a function that bears its path. */
  const evaluatedBy = (env: Record<string, string>): unknown =>
    ran(
      `import { createRequire } from 'node:module';
       import { Session } from 'node:inspector/promises';
       const { supplyCoreModule } = await import('./dev/host/core-module.ts');
       const { functions } = supplyCoreModule(() => undefined);
       const session = new Session();
       session.connect();
       await session.post('Profiler.enable');
       await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
       createRequire(${JSON.stringify(bundle)})(${JSON.stringify(bundle)});
       const { result } = await session.post('Profiler.takePreciseCoverage');
       const called = result.filter(({ url }) => url.endsWith('main.cjs')).flatMap((script) => script.functions)
         .filter(({ ranges }) => ranges[0].count > 0).map(({ functionName }) => functionName);
       const modules = called.filter((name) => name.startsWith('node_modules/') || name.startsWith('shared/'));
       console.log(JSON.stringify({ modules, functions: functions.size }));
       process.exit(0);`,
      env,
    );

  test('is ASCII: one other character doubles what V8 has to hold and read', () => {
    expect([...new Set(code)].filter((character) => character > '\x7f')).toEqual([]);
    expect(holds('\\u2018')).toBe(true);
  });

  test('holds what makes tokens, in a function of its own', () => {
    expect(holds('"node_modules/@azure/identity/dist/esm/index.js"(){')).toBe(true);
    expect(holds('__export(identity_credentials_exports,')).toBe(true);
  });

  test.each([
    ['with credential none', () => sample],
    ['with a managed identity for tenants and storage', () => inAzure],
  ])('does not evaluate it while it is loaded: %s', (_name, env) => {
    const { modules, functions } = evaluatedBy(env()) as { modules: string[]; functions: number };
    expect(functions).toBeGreaterThan(10);
    expect(modules).toContain('node_modules/@azure/functions/dist/azure-functions.js');
    expect(
      modules.filter((name) => /azure.identity|msal|jsonwebtoken|identity-credentials/.test(name)),
    ).toEqual([]);
  });

  test('leaves out the languages of zod and what nobody asks of storage, and keeps our own names readable', () => {
    expect(holds('Ongeldige invoer')).toBe(false);
    expect(holds('Invalid input: expected')).toBe(true);
    expect(holds('ARROW1')).toBe(false);
    expect(holds('apache-arrow is not in this bundle')).toBe(true);
    expect(holds('function createRuntime(')).toBe(true);
    expect(holds('function explainLicenceLoss(')).toBe(true);
  });
});

describe('a token', () => {
  /** The identity of an app as App Service offers it, on this machine. */
  const loads = (use: string): unknown =>
    ran(
      `import { registerHooks } from 'node:module';
       import { createServer } from 'node:http';
       const loaded = [];
       registerHooks({ load: (url, context, next) => { if (/@azure.identity/.test(url)) loaded.push(url); return next(url, context); } });
       const asked = [];
       const server = createServer((request, response) => {
         asked.push(request.url);
         response.setHeader('content-type', 'application/json');
         response.end(JSON.stringify({ access_token: 'token', expires_on: '4102444800', resource: 'x', token_type: 'Bearer' }));
       });
       await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
       process.env.IDENTITY_ENDPOINT = 'http://127.0.0.1:' + server.address().port + '/msi/token';
       process.env.IDENTITY_HEADER = 'header';
       const told = {};
       ${use}
       console.log(JSON.stringify({ ...told, after: loaded.length, asked: asked.length }));
       process.exit(0);`,
      {},
    );

  test('loads @azure/identity when the first is asked for, and none loads nothing', () => {
    const tokenOf = (settings: object): string =>
      `const { createTokenFor } = await import('./shared/adapters/credentials.ts');
       const tokenFor = createTokenFor(${JSON.stringify(settings)}, 'https://login.microsoftonline.com');
       told.before = loaded.length;
       told.token = await tokenFor('${tenant}', 'https://graph.microsoft.com/.default');`;
    expect(loads(tokenOf({ kind: 'none' }))).toEqual({
      before: 0,
      token: `none:${tenant}`,
      after: 0,
      asked: 0,
    });
    const found = loads(tokenOf({ kind: 'managed-identity' })) as { after: number };
    expect(found).toMatchObject({ before: 0, token: 'token', asked: 1 });
    expect(found.after).toBeGreaterThan(0);
  });

  test('for storage is asked for by its first call', () => {
    const found = loads(
      `const { connectStorage } = await import('./shared/adapters/storage.ts');
       const at = (what) => 'https://contoso.' + what + '.core.windows.net';
       const storage = connectStorage({ kind: 'identity', table: at('table'), queue: at('queue'), blob: at('blob') });
       const queue = storage.queue('signals');
       told.before = loaded.length;
       await queue.getProperties({ abortSignal: AbortSignal.timeout(3000) }).catch(() => undefined);`,
    ) as { after: number };
    expect(found).toMatchObject({ before: 0, asked: 1 });
    expect(found.after).toBeGreaterThan(0);
  });
});
