import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run host`: the functions alone, built where needed, their queues made, on the local host. Another app than this project's is named by its folder,
 * as an argument (`npm run host -- dist/app`) or in AzureWebJobsScriptRoot, which is what the host of Azure calls it.
 */

// Before anything else is loaded: an older Node fails over syntax or a missing function and names neither.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Gracewatch needs Node 24, and this is Node ${process.versions.node}: start it with "npm run host".`,
  );
  process.exit(1);
}

const { buildWhereNeeded, readBundlePath } = await import('./host/bundle.ts');
const { createQueues } = await import('./host/create-queues.ts');
const { HostCannotStart } = await import('./host/host-cannot-start.ts');
const { readSettings } = await import('./host/host-settings.ts');
const { supervise } = await import('./host/supervisor.ts');

const project = fileURLToPath(new URL('..', import.meta.url));
const root = resolve(process.argv[2] ?? process.env['AzureWebJobsScriptRoot'] ?? project);
try {
  await buildWhereNeeded(root, await readBundlePath(root));
  await createQueues(await readSettings(process.env, join(root, 'local.settings.json')));
} catch (error) {
  console.error(error instanceof HostCannotStart ? `The host cannot start: ${error.message}` : error);
  process.exit(1);
}
process.exit(await supervise(fileURLToPath(new URL('./host/host-process.ts', import.meta.url)), [root]));
