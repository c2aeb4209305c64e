import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ran } from './run.ts';

/** A Bicep, and the project that it works on. */
export interface Workshop {
  bicep: (args: readonly string[], folder: string) => Promise<Ran>;
  root: string;
}

export interface Check {
  name: string;
  /** What is wrong, in lines for the reader; empty when nothing is. */
  findings(workshop: Workshop): Promise<string[]>;
}

const bicepFiles = '**/*.bicep*';
const repair = 'npm run infra -- --write';

/** The deployment that every golden snapshot assumes: fixed, so that names made from these ids stay the same. */
const assumedDeployment = [
  ['--subscription-id', '00000000-0000-4000-8000-000000000001'],
  ['--tenant-id', '00000000-0000-4000-8000-000000000002'],
  ['--resource-group', 'gracewatch'],
  ['--location', 'westeurope'],
  ['--deployment-name', 'gracewatch'],
].flat();

/** Everything that holds for `infra/`, each check by itself. */
export async function infraChecks(root: string): Promise<Check[]> {
  return [
    { name: 'format', findings: formatFindings },
    { name: 'lint', findings: lintFindings },
    { name: 'infra/main.json', findings: compiledFindings },
    { name: 'infra/main.bicepparam', findings: parameterFindings },
    ...(await snapshotParameters(root)).map((file) => ({
      name: goldenOf(file),
      findings: (workshop: Workshop) => snapshotFindings(workshop, file),
    })),
  ];
}

/** Formats, compiles and takes the snapshots anew. @returns what kept it from doing so */
export async function write({ bicep, root }: Workshop): Promise<string[]> {
  const findings: string[] = [];
  const doStep = async (...step: string[]): Promise<boolean> => {
    const ran = await bicep(step, root);
    if (ran.code !== 0) findings.push(...complaints(ran, root));
    return ran.code === 0;
  };
  await doStep('format', '--pattern', `infra/${bicepFiles}`);
  await doStep('build', '--no-restore', 'infra/main.bicep', '--outfile', 'infra/main.json');
  for (const file of await snapshotParameters(root)) {
    const taken = await doStep('snapshot', file, '--mode', 'overwrite', ...assumedDeployment);
    if (taken) await sortOutputs(path.join(root, goldenOf(file)));
  }
  return [...new Set(findings)];
}

/** Bicep writes the outputs of a snapshot in another order each time. */
async function sortOutputs(golden: string): Promise<void> {
  const snapshot = JSON.parse(await readFile(golden, 'utf8')) as { outputs: Record<string, unknown> };
  const outputs = Object.fromEntries(
    Object.entries(snapshot.outputs).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  await writeFile(golden, JSON.stringify({ ...snapshot, outputs }, undefined, 2));
}

/** Formats a copy, so that a run changes nothing and two at once do not meet. */
async function formatFindings({ bicep, root }: Workshop): Promise<string[]> {
  const copy = await mkdtemp(path.join(tmpdir(), 'gracewatch-infra-'));
  try {
    await cp(path.join(root, 'infra'), copy, { recursive: true });
    const ran = await bicep(['format', '--pattern', bicepFiles], copy);
    if (ran.code !== 0) return complaints(ran, copy);
    const files = (await readdir(copy, { recursive: true })).filter((file) =>
      /\.bicep(?:param)?$/.test(file),
    );
    const findings = files.sort().map(async (file) => {
      const difference = firstDifference(
        await readFile(path.join(root, 'infra', file), 'utf8'),
        await readFile(path.join(copy, file), 'utf8'),
      );
      return difference === undefined ? [] : [`infra/${file} is not formatted: ${repair}`, `  ${difference}`];
    });
    return (await Promise.all(findings)).flat();
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Bicep ends well with warnings, so whatever it says is a finding; it says what is in a module once for each file that uses it. */
async function lintFindings({ bicep, root }: Workshop): Promise<string[]> {
  const ran = await bicep(['lint', '--no-restore', '--pattern', `infra/${bicepFiles}`], root);
  return [...new Set(complaints(ran, root))];
}

async function compiledFindings({ bicep, root }: Workshop): Promise<string[]> {
  const ran = await bicep(['build', '--no-restore', 'infra/main.bicep', '--stdout'], root);
  const wrong = complaints(ran, root);
  if (wrong.length > 0) return wrong;
  if (!isJson(ran.stdout)) return ['Bicep gave no template'];
  const committed = await readFile(path.join(root, 'infra', 'main.json'), 'utf8').catch(() => '{}');
  const difference = firstDifference(withoutCompiler(committed), withoutCompiler(ran.stdout));
  return difference === undefined
    ? []
    : [`infra/main.json is not what infra/main.bicep compiles to: ${repair}`, `  ${difference}`];
}

async function parameterFindings({ bicep, root }: Workshop): Promise<string[]> {
  const ran = await bicep(['build-params', '--no-restore', 'infra/main.bicepparam', '--stdout'], root);
  const wrong = complaints(ran, root);
  return wrong.length > 0 || isJson(ran.stdout) ? wrong : ['Bicep gave no parameters'];
}

async function snapshotFindings({ bicep, root }: Workshop, file: string): Promise<string[]> {
  const ran = await bicep(['snapshot', file, '--mode', 'validate', ...assumedDeployment], root);
  if (ran.code === 0) return [];
  const changes = linesOf(ran.stdout, root);
  return changes.length > 0
    ? [`${goldenOf(file)} is not what would be deployed; if the change is meant: ${repair}`, ...changes]
    : [...complaints(ran, root), `${goldenOf(file)} was not compared; where it is only missing: ${repair}`];
}

async function snapshotParameters(root: string): Promise<string[]> {
  const files = await readdir(path.join(root, 'infra', 'snapshots'));
  return files.filter((file) => file.endsWith('.bicepparam')).map((file) => `infra/snapshots/${file}`);
}

function goldenOf(file: string): string {
  return file.replace(/\.bicepparam$/, '.snapshot.json');
}

/** The compiler writes its own version, and a hash, into what it makes: the same template from another version is as current. */
function withoutCompiler(template: string): string {
  try {
    const parsed: unknown = JSON.parse(template, (key, value: unknown) =>
      key === '_generator' ? undefined : value,
    );
    return JSON.stringify(parsed, undefined, 2);
  } catch {
    return template;
  }
}

/** A program that is no Bicep, and ends well whatever it is asked, has checked nothing. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Bicep tells warnings and errors on standard error. One that fails and says nothing has not checked anything. */
function complaints(ran: Ran, folder: string): string[] {
  const lines = linesOf(ran.stderr, folder);
  return lines.length === 0 && ran.code !== 0 ? ['Bicep did not run to its end'] : lines;
}

/** What Bicep said, with paths as one reads them in the project. */
function linesOf(said: string, folder: string): string[] {
  return said
    .replaceAll(`${folder}${path.sep}`, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

function firstDifference(found: string, expected: string): string | undefined {
  const foundLines = found.split(/\r?\n/);
  const expectedLines = expected.split(/\r?\n/);
  const length = Math.max(foundLines.length, expectedLines.length);
  for (let index = 0; index < length; index += 1) {
    const is = foundLines[index] ?? 'nothing';
    const shouldBe = expectedLines[index] ?? 'nothing';
    if (is !== shouldBe) return `line ${index + 1} is "${is}" and should be "${shouldBe}"`;
  }
  return undefined;
}
