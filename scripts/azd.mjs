/**
 * What the hooks of azure.yaml call: `node scripts/azd.mjs NAME`. Plain JavaScript, because azd is started with whatever Node a machine
 * has, before anything is installed; the steps themselves are TypeScript and run with the Node that the project brings along.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const steps = {
  package: 'scripts/package.ts',
  'ask-settings': 'scripts/azd/ask-settings.ts',
  'what-next': 'scripts/azd/what-next.ts',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const step = steps[process.argv[2]];
if (step === undefined) {
  process.stderr.write(`usage: node scripts/azd.mjs ${Object.keys(steps).join(' | ')}\n`);
  process.exit(2);
}

const changedAt = (file) => statSync(root + file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
// npm writes the second file at the end of an installation.
if (changedAt('package-lock.json') > changedAt('node_modules/.package-lock.json')) {
  // On Windows npm is a command file, which only a shell can start.
  run('npm ci --no-audit --no-fund', [], { shell: true });
}
run(root + `node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`, [step]);

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) process.stderr.write(`${command} cannot be started (${error.code})\n`);
  if (status !== 0) process.exit(status ?? 1);
}
