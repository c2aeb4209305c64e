import { join } from 'node:path';
import { readBundlePath } from './bundle.ts';
import { onEndSignal, signalExitCode } from './end-signals.ts';
import { HostCannotStart } from './host-cannot-start.ts';
import { readPort, readSettings } from './host-settings.ts';
import { startHost } from './start-host.ts';

/**
 * The host itself: the process that `/admin/host/status` names. It tells its supervisor when it runs, and ends with it.
 * Argument: the folder of the project.
 */

function log(line: string): void {
  console.log(`${new Date().toISOString()} ${line}`);
}

async function run(root: string): Promise<void> {
  const settings = await readSettings(process.env, join(root, 'local.settings.json'));
  const host = await startHost({
    port: readPort(settings),
    bundlePath: await readBundlePath(root),
    hostJsonPath: join(root, 'host.json'),
    settings,
    log,
  });
  onEndSignal(
    () => {
      log('stopping: what runs is finished first; a second signal ends at once');
      void host.stop().then(() => process.exit(0));
    },
    (signal) => process.exit(signalExitCode(signal)),
  );
  log(`the functions run at http://localhost:${String(host.port)}`);
  process.send?.('running');

  const reason = await host.recycled;
  log(`the worker ended too often, so the host is recycled: ${reason}`);
  await host.stop();
  process.exit(1);
}

// A supervisor that was killed cannot stop this process; holding the port without it would block the next start.
process.once('disconnect', () => process.exit(1));

try {
  await run(process.argv[2] ?? process.cwd());
} catch (error) {
  console.error(error instanceof HostCannotStart ? `The host cannot start: ${error.message}` : error);
  process.exit(1);
}
