import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

/** Not a demand on speed: a start that hangs must end some time. */
jest.setTimeout(120_000);

const script = fileURLToPath(new URL('../../../dev/start.ts', import.meta.url));

interface Start {
  child: ChildProcess;
  /** What it has printed so far. */
  output: () => string;
  /** Waits for a text in the output; fails where it ends before. */
  until: (text: string) => Promise<void>;
  exit: Promise<number | null>;
}

function start(...args: string[]): Start {
  // In a group of its own, as a terminal would have it.
  const child = spawn(process.execPath, [script, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const seen = new Set<() => void>();
  const collect = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const look of seen) look();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exit = once(child, 'close').then(() => child.exitCode);
  const until = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (text.includes(wanted)) resolve();
      };
      seen.add(look);
      look();
      void exit.then(() => reject(new Error(`it ended without "${wanted}":\n${text}`)));
    });
  return { child, exit, until, output: () => text };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The processes below another, where the system can tell. */
async function descendants(pid: number): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (/^\d+$/.test(entry) && Number.isInteger(parent)) parents.set(Number(entry), parent);
  }
  const below = (above: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === above ? [child, ...below(child)] : []));
  return below(pid);
}

/** Still running; one that is dead and that nobody has asked about yet is not. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
}

async function survivors(pids: readonly number[]): Promise<number[]> {
  const alive = await Promise.all(pids.map(isAlive));
  return pids.filter((_, index) => alive[index]);
}

describe('npm start', () => {
  let data: string;
  let ports: { port: number; pagePort: number };
  const args = (folder = 'one'): string[] => [
    ...['--data', join(data, folder), '--no-story'],
    ...['--port', String(ports.port), '--page-port', String(ports.pagePort)],
  ];
  const started: Start[] = [];
  const run = (...given: string[]): Start => {
    const one = start(...given);
    started.push(one);
    return one;
  };

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'gracewatch-start-'));
    ports = { port: await freePort(), pagePort: await freePort() };
  });
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  test('runs everything, lets no second one in, and leaves nothing behind', async () => {
    const first = run(...args());
    await first.until('Ctrl-C stops all');
    for (const url of [`${ports.pagePort}/`, `${ports.port}/api/alerts`]) {
      expect(first.output()).toContain(`http://127.0.0.1:${url}`);
      expect((await fetch(`http://127.0.0.1:${url}`)).status).toBe(200);
    }

    const second = run(...args());
    expect(await second.exit).toBe(1);
    expect(second.output()).toBe(
      `Gracewatch cannot start: Gracewatch runs already (process ${first.child.pid ?? 0}): stop it with Ctrl-C where it was started\n`,
    );

    const elsewhere = run('--data', join(data, 'other'), '--port', String(ports.port));
    expect(await elsewhere.exit).toBe(1);
    expect(elsewhere.output()).toMatch(/^Gracewatch cannot start: port \d+ is in use.*\n$/);

    const pid = first.child.pid ?? 0;
    const children = await descendants(pid);
    // Ctrl-C reaches the whole group, and npm may pass it on once more.
    process.kill(-pid, 'SIGINT');
    first.child.kill('SIGINT');
    expect(await first.exit).toBe(0);
    expect(await survivors(children)).toEqual([]);
    expect(await readdir(join(data, 'one'))).not.toContain('start.lock');
  });

  test('keeps what it knows over a restart, even after it was killed', async () => {
    const first = run(...args('kept'));
    await first.until('ravi.menon@contoso.com');
    const pid = first.child.pid ?? 0;
    const children = await descendants(pid);
    const gone = children.map((child) => untilGone(child));
    process.kill(pid, 'SIGKILL');
    await first.exit;
    await Promise.all(gone);

    const second = run(...args('kept'));
    await second.until('alerts from before');
    process.kill(second.child.pid ?? 0, 'SIGTERM');
    expect(await second.exit).toBe(0);
  });

  test('ends, and says so, when a part of it ends by itself', async () => {
    const only = run(...args());
    await only.until('Ctrl-C stops all');
    const children = await descendants(only.child.pid ?? 0);
    if (children.length === 0) {
      only.child.kill();
      return;
    }
    const storage = await Promise.all(
      children.map(async (pid) =>
        (await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('azurite') ? [pid] : [],
      ),
    );
    for (const pid of storage.flat()) process.kill(pid, 'SIGKILL');
    expect(await only.exit).toBe(1);
    expect(only.output()).toContain('Storage ended by itself');
    // What the host leaves when it is cut off ends itself; this would wait for ever if it did not.
    await Promise.all(children.map(untilGone));
  });

  test('explains itself', async () => {
    const asked = run('--help');
    expect(await asked.exit).toBe(0);
    expect(asked.output()).toContain('--no-story');
    const wrong = run('--prot');
    expect(await wrong.exit).toBe(1);
    expect(wrong.output()).toContain("Unknown option '--prot'");
  });
});

async function untilGone(pid: number): Promise<void> {
  while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
}
