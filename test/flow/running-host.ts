import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..', '..');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks until the answer is there; the test's own limit ends it when it never comes. */
export async function eventually<T>(ask: () => Promise<T | undefined>, milliseconds = 200): Promise<T> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await pause(milliseconds);
  }
}

/** `npm run host` as a process of its own, with nothing but the settings given. */
export async function runHost(settings: Record<string, string>) {
  const port = await freePort();
  const output: string[] = [];
  const kept = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GRACEWATCH_')),
  );
  const child: ChildProcess = spawn(process.execPath, ['dev/host.ts'], {
    cwd: root,
    env: { ...kept, ...settings, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const url = `http://127.0.0.1:${String(port)}`;
  const json = async (route: string): Promise<unknown> => {
    const response = await fetch(url + route, { signal: AbortSignal.timeout(10_000) });
    return response.json();
  };
  return {
    url,
    output,
    json,
    /** The process that does the work, once it answers. */
    processId: () =>
      eventually(async () => {
        if (child.exitCode !== null) throw new Error(`the host ended: ${output.join('')}`);
        const status = (await json('/admin/host/status')) as { state: string; processId: number };
        return status.state === 'Running' ? status.processId : undefined;
      }, 50),
    run: (name: string) =>
      fetch(`${url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"input":""}',
      }),
    async stop(): Promise<number | null> {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}
