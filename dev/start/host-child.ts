import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CannotStart } from './cannot-start.ts';
import { hasCode } from './error-code.ts';
import { ended, exitWithParent } from './child.ts';

/** Slow machines take half a minute; this is for one that never comes. */
const startLimitMilliseconds = 180_000;

const statusSchema = z.object({ state: z.string() });

/** @throws CannotStart where something listens on the port */
export async function requireFreePort(port: number, option: string): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port);
    await once(probe, 'listening');
  } catch (error) {
    const reason = hasCode(error, 'EADDRINUSE')
      ? 'is in use: stop what listens there, or'
      : 'cannot be used:';
    throw new CannotStart(`port ${port} ${reason} choose another with ${option}`, { cause: error });
  }
  probe.close();
  await once(probe, 'close');
}

/** `npm run host` as a child; what it prints goes to `logFile`. */
export function startHost(settings: Readonly<Record<string, string>>, logFile: string): ChildProcess {
  const child = fork(fileURLToPath(new URL('../host.ts', import.meta.url)), [], {
    env: { ...inheritedEnvironment(), ...settings },
    execArgv: exitWithParent,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own: it ends when it is told to, before the storage that it needs.
    detached: true,
  });
  const log = createWriteStream(logFile, { flags: 'w' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}

/** Settings of another installation that this shell happens to hold would point the demonstration at it. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(?:GRACEWATCH_|AzureWebJobs|AZURE_|WEBSITE_|APPLICATIONINSIGHTS_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/**
 * Waits until the functions are served.
 * @throws CannotStart when the host ends instead, with the last lines that it wrote
 */
export async function hostRuns(child: ChildProcess, productUrl: string, logFile: string): Promise<void> {
  const end = ended(child).then(() => 'ended' as const);
  const deadline = performance.now() + startLimitMilliseconds;
  for (;;) {
    const outcome = await Promise.race([end, readState(productUrl)]);
    // A host whose app cannot be loaded runs all the same, with no function.
    const hasFunctions = outcome !== 'Running' || (await fetch(`${productUrl}/api/health`)).status !== 404;
    if (outcome === 'ended' || !hasFunctions)
      throw new CannotStart(`the functions did not start:\n${await lastLines(logFile)}`);
    if (outcome === 'Running') return;
    if (performance.now() > deadline) throw new CannotStart(`the functions never answered; see ${logFile}`);
    await sleep(200);
  }
}

async function readState(productUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${productUrl}/admin/host/status`, { signal: AbortSignal.timeout(5_000) });
    return statusSchema.parse(await response.json()).state;
  } catch {
    // Not there yet.
    return undefined;
  }
}

async function lastLines(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-12).join('\n');
}
