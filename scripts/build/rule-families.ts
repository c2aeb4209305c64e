import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { familyQueues } from '../../shared/evaluate/families.ts';

/** What of the app has to do with the families of rules. */
export interface Families {
  /** `<family>/<name>.rule.ts`. */
  ruleFiles: readonly string[];
  /** The files of `functions/`. */
  functions: readonly string[];
  /** The queues of `shared/names.json` by their names in storage; infra/modules/storage.bicep makes them from there. */
  queues: readonly string[];
  /** The categories of host.json whose lines are logged. */
  logged: readonly string[];
  /** What signals are sent to (shared/evaluate/families.ts): subjects of another family would be sent to nobody. */
  sentTo: readonly string[];
}

const prefix = 'evaluate-';

/**
 * A family of rules is evaluated by the function `evaluate-<family>`, which reads the queue of that name. A rule that nothing evaluates
 * would be found, documented and replayed, and never raise an alert: so each piece that is missing or left over is named.
 */
export function familyProblems({ ruleFiles, functions, queues, logged, sentTo }: Families): string[] {
  const rulesOf = new Map<string, string[]>();
  for (const file of ruleFiles) {
    const [family = ''] = file.split('/', 1);
    rulesOf.set(family, [...(rulesOf.get(family) ?? []), file.replace(/\.rule\.ts$/, '')]);
  }
  const missing = [...rulesOf].flatMap(([family, rules]) => {
    const name = `${prefix}${family}`;
    const pieces = [
      ...(functions.includes(`${name}.ts`) ? [] : [`functions/${name}.ts`]),
      ...(queues.includes(name) ? [] : [`the queue ${name} in shared/names.json`]),
      ...(logged.includes(`Function.${name}.User`)
        ? []
        : [`the category Function.${name}.User in host.json`]),
      ...(sentTo.includes(family) ? [] : [`${family} in shared/evaluate/families.ts`]),
    ];
    if (pieces.length === 0) return [];
    return rules.map(
      (rule) => `${rule}: nothing evaluates this rule; what is missing is ${pieces.join(', and ')}`,
    );
  });
  const leftOver = [
    ...functions.map((file) => ({ name: file.replace(/\.ts$/, ''), what: `functions/${file}` })),
    ...queues.map((name) => ({ name, what: `the queue ${name}` })),
  ].flatMap(({ name, what }) => {
    const family = name.slice(prefix.length);
    return name.startsWith(prefix) && !rulesOf.has(family)
      ? [`${what}: there is no rule in shared/rules/${family}`]
      : [];
  });
  const unruled = sentTo
    .filter((family) => !rulesOf.has(family))
    .map((family) => `${family} in shared/evaluate/families.ts: there is no rule in shared/rules/${family}`);
  return [...missing, ...leftOver, ...unruled];
}

/** @throws naming each rule that no function evaluates, and each function and queue of a family without rules */
export async function checkFamilies(root: string, ruleFiles: readonly string[]): Promise<void> {
  const names = (await readJson(path.join(root, 'shared', 'names.json'))) as {
    queues: Record<string, string>;
  };
  const host = (await readJson(path.join(root, 'host.json'))) as {
    logging: { logLevel: Record<string, string> };
  };
  const problems = familyProblems({
    ruleFiles,
    functions: await readdir(path.join(root, 'functions')),
    queues: Object.values(names.queues),
    logged: Object.keys(host.logging.logLevel),
    sentTo: Object.keys(familyQueues),
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
