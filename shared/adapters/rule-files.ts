import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Rule } from '../rules/rule.ts';
import { ruleSet } from '../evaluate/rule-set.ts';

/**
 * Finds every rule file below `directory` (`<folder>/<rule>.rule.ts`), so that adding a rule edits nothing else. The bundle cannot
 * look for files: there `scripts/build.ts` puts the list made by the same search in the place of this module.
 */
export async function findRuleFiles(directory: string): Promise<string[]> {
  const files: string[] = [];
  for (const folder of await readdir(directory, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const file of await readdir(path.join(directory, folder.name))) {
      if (file.endsWith('.rule.ts')) files.push(`${folder.name}/${file}`);
    }
  }
  return files.sort();
}

/** @throws when a file exports no rule, or one whose id is not its path */
export async function loadRules(directory: string): Promise<Rule[]> {
  const files = await findRuleFiles(directory);
  const modules: { path: string; rule: unknown }[] = [];
  // One after the other: the module loader of the tests does not bear two imports that share files.
  for (const file of files) {
    const module = (await import(pathToFileURL(path.join(directory, file)).href)) as { rule?: unknown };
    modules.push({ path: file.replace(/\.rule\.ts$/, ''), rule: module.rule });
  }
  return ruleSet(modules);
}

export const rules = await loadRules(fileURLToPath(new URL('../rules/', import.meta.url)));
