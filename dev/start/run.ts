import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildWhereNeeded, readBundlePath } from '../host/bundle.ts';
import { onEndSignal, signalExitCode } from '../host/end-signals.ts';
import { errorText } from '../host/log-line.ts';
import { type SimulatedTenant, startSimulatedTenant } from '../tenant/server.ts';
import { contoso } from '../tenant/story/contoso.ts';
import { history } from '../tenant/story/history.ts';
import { watchAlerts } from './alert-lines.ts';
import { azuriteConnection, startAzurite } from './azurite.ts';
import { end, ended, isOver } from './child.ts';
import { hostRuns, requireFreePort, startHost } from './host-child.ts';
import { lockInstance } from './instance-lock.ts';
import { help, type Options, readOptions } from './options.ts';
import { hostSettings } from './settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The collection timer is for life, minutes apart; while the story plays, and a while after it, somebody wants to watch. */
const secondsBetweenCollections = 5;
const secondsAfterStory = 60;
const secondsBetweenLooks = 2;

/** The functions may need this long to finish what they began. */
const hostPatienceSeconds = 20;
const storagePatienceSeconds = 5;

/** Something that was started, to be ended in the opposite order: the functions before what they read and where they write. */
interface Part {
  end: () => Promise<void>;
  /** At once. What the functions had begun comes again at the next start: it waits in the queues. */
  kill?: () => void;
}

/**
 * Runs everything until somebody ends it or a part of it ends by itself.
 * @returns the exit code
 * @throws CannotStart, HostCannotStart with a message for a person
 */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(help);
    return 0;
  }
  mkdirSync(options.data, { recursive: true });
  const unlock = lockInstance(join(options.data, 'start.lock'));
  const parts: Part[] = [];
  const ending = new AbortController();
  const stopped = new Promise<'stopped'>((resolve) => {
    onEndSignal(
      () => resolve('stopped'),
      (signal) => {
        for (const part of parts) part.kill?.();
        unlock();
        process.exit(signalExitCode(signal));
      },
    );
  });
  try {
    const outcome = await Promise.race([stopped, live(options, parts, ending.signal)]);
    console.log(
      outcome === 'stopped' ? 'Stopping: what runs is finished first.' : `${outcome}; stopping the rest.`,
    );
    return outcome === 'stopped' ? 0 : 1;
  } finally {
    ending.abort();
    for (const part of parts.toReversed()) await part.end();
    unlock();
  }
}

/** Starts the parts and watches. @returns which part ended by itself */
async function live(options: Options, parts: Part[], ending: AbortSignal): Promise<string> {
  /** Nothing is started any more once the end has begun. */
  const step = (name: string): void => {
    ending.throwIfAborted();
    console.log(name);
  };
  const startChild = (child: ChildProcess, patienceSeconds: () => number): ChildProcess => {
    parts.push({ end: () => end(child, patienceSeconds()), kill: () => child.kill('SIGKILL') });
    return child;
  };

  const storageFolder = join(options.data, 'azurite');
  const logFile = join(options.data, 'host.log');

  await requireFreePort(options.port, '--port');
  await requireFreePort(options.pagePort, '--page-port');
  if (options.fresh) {
    step('Forgetting what was kept…');
    rmSync(storageFolder, { recursive: true, force: true });
  }
  step('Building the functions, where a source is newer…');
  await buildWhereNeeded(root, await readBundlePath(root));

  step('Starting storage (Azurite)…');
  const storage = startChild(startAzurite(storageFolder), () => storagePatienceSeconds);
  const connectionString = await azuriteConnection(storage);

  step('Starting the simulated tenant…');
  const productUrl = `http://127.0.0.1:${options.port}`;
  const tenant = await startSimulatedTenant({ port: options.pagePort, productUrl });
  parts.push({ end: () => tenant.close() });
  for (const records of history(Date.now())) tenant.logs.open(contoso).deposit(records);

  step('Starting the functions…');
  const settings = hostSettings({
    port: options.port,
    connectionString,
    tenantOrigin: tenant.origin,
    tenant: contoso,
  });
  // Without storage they can finish nothing, however long they try.
  const host = startChild(startHost(settings, logFile), () => (isOver(storage) ? 0 : hostPatienceSeconds));
  await hostRuns(host, productUrl, logFile);

  ending.throwIfAborted();
  console.log(`
  Cards   ${tenant.origin}/
  Alerts  ${productUrl}/api/alerts
  Health  ${productUrl}/api/health

  What the functions do is in ${relative(process.cwd(), logFile)}. Ctrl-C stops all.
`);
  return Promise.race([
    ended(storage).then(() => 'Storage ended by itself'),
    ended(host).then(() => `The functions ended by themselves (see ${relative(process.cwd(), logFile)})`),
    watch({ tenant, productUrl, logFile, story: options.story, ending }),
  ]);
}

interface Watched {
  tenant: SimulatedTenant;
  productUrl: string;
  logFile: string;
  story: boolean;
  ending: AbortSignal;
}

/** Begins the story, has the logs collected while there is something in them, and prints the alerts. It has no end of its own. */
async function watch({ tenant, productUrl, logFile, story, ending }: Watched): Promise<never> {
  /** The functions may just be starting again; the next look is soon. */
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      appendFileSync(logFile, `npm start: ${errorText(error)}\n`);
    }
  };
  const alerts = watchAlerts(productUrl);
  await attempt(async () => {
    const known = await alerts.skip();
    if (known > 0) console.log(`  ${known} alerts from before; --fresh forgets them.\n`);
  });
  if (story) void tenant.story.play();

  let collectUntil = performance.now() + secondsAfterStory * 1000;
  let collected = Number.NEGATIVE_INFINITY;
  for (;;) {
    const now = performance.now();
    if (tenant.story.state().playing) collectUntil = now + secondsAfterStory * 1000;
    if (now < collectUntil && now - collected >= secondsBetweenCollections * 1000) {
      collected = now;
      await attempt(() => requestCollection(productUrl));
    }
    await attempt(async () => {
      for (const line of await alerts.news()) console.log(line);
    });
    await sleep(secondsBetweenLooks * 1000, undefined, { signal: ending });
  }
}

async function requestCollection(productUrl: string): Promise<void> {
  const response = await fetch(`${productUrl}/admin/functions/schedule-collection`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: '' }),
  });
  if (!response.ok) throw new Error(`schedule-collection answered ${response.status}`);
}
