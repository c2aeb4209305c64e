import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ownFunctions } from '../../cli/target/listed-functions.ts';
import { outcomeOf } from '../../scripts/deploy/upload.ts';
import { root } from '../flow/running-host.ts';

jest.setTimeout(60_000);

const refused =
  'ERROR: Deployment failed. InaccessibleStorageException: BlobUploadFailedException: Failed to upload blob: 403 (This request is not authorized).';

describe('an upload', () => {
  test('is done when the Azure CLI says so', () => {
    expect(outcomeOf(0, '')).toEqual({ kind: 'done' });
  });

  test('is worth another try while the storage refuses the app, however the CLI ends', () => {
    expect(outcomeOf(1, refused)).toMatchObject({ kind: 'again' });
    expect(outcomeOf(0, refused)).toMatchObject({ kind: 'again' });
  });

  test('has failed for any other reason', () => {
    expect(outcomeOf(1, 'ERROR: The Resource was not found')).toEqual({ kind: 'failed' });
    expect(outcomeOf(1, refused.replace('403', '404'))).toEqual({ kind: 'failed' });
    expect(outcomeOf(null, '')).toEqual({ kind: 'failed' });
  });
});

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };

/** On Windows the Azure CLI is a command file; the workflow that publishes runs on Linux. */
const onPosix = process.platform === 'win32' ? describe.skip : describe;

onPosix('publishing', () => {
  let server: Server;
  let url: string;
  let folder: string;
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.end(JSON.stringify({ status: 'ok', version, checks: [] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`;
  });
  afterAll(() => {
    server.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-publish-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** An Azure CLI that notes what it is asked and runs this instead; `$calls` is how often it was called. */
  function writeAzureCli(script: string): void {
    const file = path.join(folder, 'az');
    writeFileSync(
      file,
      [
        '#!/bin/sh',
        `echo "$*" >> "${folder}/calls"`,
        `calls=$(wc -l < "${folder}/calls")`,
        `case "$*" in`,
        `  *--method\\ post*) exit 0;;`,
        `  *--method\\ get*) echo '${listed}'; exit 0;;`,
        'esac',
        script,
        '',
      ].join('\n'),
    );
    chmodSync(file, 0o755);
  }

  const listed = JSON.stringify({
    value: ownFunctions().map((name) => ({ name: `gracewatch-abc/${name}` })),
  });

  const calls = (): string[] =>
    existsSync(path.join(folder, 'calls'))
      ? readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n')
      : [];

  async function publish(...options: string[]) {
    const child = spawn(
      process.execPath,
      [
        'scripts/publish.ts',
        '--app',
        'gracewatch-abc',
        '--resource-group',
        'watch',
        '--pause',
        '0',
        ...options,
      ],
      { cwd: root, env: { ...process.env, PATH: `${folder}:/usr/bin:/bin` } },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, said };
  }

  test('uploads the zip as it is and waits until the app answers with its version', async () => {
    writeAzureCli('exit 0');
    const { status, said } = await publish('--url', url, '--zip', 'dist/gracewatch.zip');
    expect(said).toContain(`${url} runs Gracewatch ${version}`);
    expect(said).toContain('It ran that version before, too');
    expect(status).toBe(0);
    expect(calls()).toEqual([
      'functionapp deployment source config-zip --only-show-errors --name gracewatch-abc --resource-group watch --src dist/gracewatch.zip',
      expect.stringContaining(
        'rest --method post --url /subscriptions/{subscriptionId}/resourceGroups/watch/',
      ),
      expect.stringContaining('/sites/gracewatch-abc/functions?api-version=2024-04-01'),
    ]);
  });

  test('tries again while a new role is not known everywhere', async () => {
    writeAzureCli(`if [ "$calls" -lt 3 ]; then echo '${refused}' >&2; exit 1; fi`);
    const { status, said } = await publish('--url', url);
    expect(said).toContain('its storage does not let the app in yet');
    expect(status).toBe(0);
    expect(calls().filter((call) => call.includes('config-zip'))).toHaveLength(3);
  });

  test('ends with what the Azure CLI said where another try would not help', async () => {
    writeAzureCli(`echo 'ERROR: gracewatch-abc was not found' >&2; exit 3`);
    const { status, said } = await publish('--url', url);
    expect(said).toContain('gracewatch-abc was not found');
    expect(status).toBe(1);
    expect(calls()).toHaveLength(1);
  });

  test('says that the Azure CLI is missing', async () => {
    const { status, said } = await publish('--url', url);
    expect(said).toContain('the Azure CLI (az) cannot be started');
    expect(status).toBe(1);
  });

  test('refuses wrong use before it does anything', async () => {
    writeAzureCli('exit 0');
    expect((await publish()).status).toBe(2);
    expect((await publish('--url', 'no address')).status).toBe(2);
    expect((await publish('--url', url, '--unknown')).status).toBe(2);
    expect(calls()).toEqual([]);
  });
});
