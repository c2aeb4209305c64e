import { homedir, availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { infraChecks, write, type Workshop } from './infra/checks.ts';
import { findBicep, type FoundBicep, isOlder, type Machine, pinnedBicep } from './infra/find-bicep.ts';
import { restoreBicep } from './infra/restore-bicep.ts';
import { runBicep } from './infra/run.ts';

const help = `npm run infra [-- OPTIONS]

Checks infra/: format, lint, that infra/main.json is what infra/main.bicep compiles to, the parameters, and what would be deployed
against the golden snapshots. Changes nothing.

  --write   formats, compiles infra/main.json and takes the snapshots anew, then checks
  --pinned  uses Bicep ${pinnedBicep} and no newer one that is on this machine
  --help    this text

Bicep ${pinnedBicep} or newer is taken from the path or from the Azure CLI; else the NuGet package is restored into node_modules/.cache
with dotnet, once. Exit codes: 0 fine, 1 a check failed, 2 wrong use or no Bicep.`;

const root = fileURLToPath(new URL('..', import.meta.url));
const options = readOptions();
if (options.help) {
  console.log(help);
  process.exit(0);
}
const bicep = await obtainBicep();
const workshop: Workshop = {
  bicep: (args, folder) => runBicep(bicep.file, args, folder),
  root: path.resolve(root),
};
const said = new Set<string>();
const failed: string[] = [];
if (options.write) {
  const started = performance.now();
  report('write', await write(workshop), performance.now() - started);
}
await runChecks();
if (failed.length > 0 && isOlder(pinnedBicep, bicep.version)) {
  console.log(
    `Bicep ${bicep.version} may format or compile otherwise than the pinned ${pinnedBicep}, which decides: npm run infra -- --pinned`,
  );
}
process.exitCode = failed.length > 0 ? 1 : 0;

function readOptions(): { write: boolean; pinned: boolean; help: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { write: flag, pinned: flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    console.error(`${messageOf(error)} Try --help.`);
    process.exit(2);
  }
}

async function obtainBicep(): Promise<FoundBicep> {
  const platform = `${process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const cached = path.join(root, 'node_modules', '.cache', 'gracewatch-bicep', pinnedBicep, platform, file);
  const machine: Machine = {
    platform,
    home: homedir(),
    environment: process.env,
    cached,
    versionOf: async (program) => {
      const { code, stdout, stderr } = await runBicep(program, ['--version'], root, 60);
      if (code !== undefined && code !== 0) console.error(`${program}: ${stderr.trim()}`);
      return /version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    },
    restore: async (packageId) => {
      console.log(`restoring ${packageId} ${pinnedBicep} from NuGet, once`);
      await restoreBicep(packageId, cached);
    },
  };
  try {
    const found = await findBicep(machine, options.pinned ? 'pinned' : undefined);
    console.log(`Bicep ${found.version} ${found.from}`);
    return found;
  } catch (error) {
    console.error(messageOf(error));
    process.exit(2);
  }
}

/** As many at once as there are processors: each check is a process of its own. */
async function runChecks(): Promise<void> {
  const waiting = (await infraChecks(workshop.root)).values();
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (const check of waiting) {
      const started = performance.now();
      report(check.name, await check.findings(workshop), performance.now() - started);
    }
  });
  await Promise.all(workers);
}

/** A wrong line of the template is found by every check that compiles it, and is said once. */
function report(name: string, findings: readonly string[], milliseconds: number): void {
  if (findings.length > 0) failed.push(name);
  const verdict = findings.length === 0 ? 'ok  ' : 'FAIL';
  console.log(`${verdict} ${name} (${(milliseconds / 1000).toFixed(1)} s)`);
  const unsaid = findings.filter((line) => !said.has(line));
  for (const line of unsaid) console.log(`     ${line}`);
  if (unsaid.length < findings.length) console.log('     and what is said above');
  for (const line of findings.filter(isDiagnostic)) said.add(line);
}

/** `infra/main.bicep(6,7) : Warning no-unused-params: …` */
function isDiagnostic(line: string): boolean {
  return /\(\d+,\d+\) : \w+ /.test(line);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
