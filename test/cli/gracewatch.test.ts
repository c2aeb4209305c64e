import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unifiedAudit } from '../builders/raw-audit.ts';
import { file } from './replayed-files.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const launcher = path.join(root, 'cli/gracewatch.mjs');
const examples = ['contoso-entra-audit.json', 'contoso-unified-audit.csv'].map((name) =>
  path.join(root, 'examples', name),
);

function start(node: string, ...args: string[]) {
  return spawnSync(node, [launcher, ...args], { encoding: 'utf8' });
}

/** The Node of the machine and not of the project, where it is an older one. */
function olderNode(): string | undefined {
  const own = path.join(root, 'node_modules');
  const folders = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.startsWith(own));
  for (const node of [...folders, '/usr/bin'].map((folder) => path.join(folder, 'node'))) {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    if (typeof stdout === 'string' && /^v(?:1\d|2[0-3])\./.test(stdout)) return node;
  }
  return undefined;
}

describe('started as a program', () => {
  test('it prints the report on standard output and nothing else', () => {
    const { status, stdout, stderr } = start(process.execPath, 'replay', ...examples);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('8 alerts would have been raised');
  });

  test('its exit code tells what became of it', () => {
    expect(start(process.execPath, 'replay', '/nowhere').status).toBe(2);
    expect(start(process.execPath, 'replay', file(`${JSON.stringify(unifiedAudit())}\n{"cut`)).status).toBe(
      3,
    );
  });

  const older = olderNode();
  (older === undefined ? test.skip : test)('by an older Node it goes on with that of the project', () => {
    const { status, stdout } = start(older ?? '', 'replay', '/nowhere', ...examples);
    expect(stdout).toContain('8 alerts would have been raised');
    expect(status).toBe(2);
  });

  test('a reader that has seen enough is no failure', () => {
    const large = file(
      Array.from({ length: 3000 }, (_, index) =>
        JSON.stringify(
          unifiedAudit({ id: `${index}`, user: { id: `${index}`, upn: `u${index}@contoso.com` } }),
        ),
      ).join('\n'),
    );
    const shell = `"${process.execPath}" "${launcher}" replay "${large}" 2>&1 | head -n 1`;
    expect(execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' })).toBe('u0@contoso.com\n');
  });

  test('progress on a large file goes to standard error, a line for each tenth', () => {
    const record = JSON.stringify(unifiedAudit({ activity: 'Consent to application' }));
    const large = file(`${record}\n`.repeat(Math.ceil((6 * 1024 * 1024) / record.length)));
    const { stdout, stderr } = start(process.execPath, 'replay', '--json', large);
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ format: 'activity' }] });
    expect(stderr.trimEnd().split('\n')).toHaveLength(10);
    expect(stderr).toMatch(/: 100 %\n$/);
  });

  test('it ends when its command has ended, whoever has not answered by then', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const started = spawn(process.execPath, ['--input-type=module', '--eval', hangingCommand], {
      cwd: root,
      env: { ...process.env, HANGING: `http://127.0.0.1:${port}` },
    });
    const [code] = (await once(started, 'exit')) as [number];
    server.closeAllConnections();
    server.close();
    expect(code).toBe(0);
  });
});

/** Leaves a request behind that never ends, and then runs a command. */
const hangingCommand = `
  void fetch(process.env.HANGING).catch(() => undefined);
  process.argv.push('gracewatch', '--version');
  await import('./cli/gracewatch.ts');
`;
