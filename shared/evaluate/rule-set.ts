import { z } from 'zod';
import { type Rule, severities, subjectKinds } from './rule.ts';

const callable = z.custom<() => unknown>((value) => typeof value === 'function', 'expected a function');

/** What must hold before a file may decide anything; that its content is good is held by the suite of all rules. */
const ruleSchema = z.looseObject({
  id: z.string(),
  title: z.string().min(1),
  severity: z.enum(severities),
  subject: z.enum(subjectKinds),
  needs: z.array(z.enum(['audit', 'state'])),
  settings: z.looseObject({ safeParse: callable }),
  runbook: z.array(z.string()),
  reference: z.string(),
  knownGaps: z.array(z.string()),
  evaluate: callable,
});

/**
 * The rules of the given files, in order of their ids. `path` is `<folder>/<file>` without ending, and must be the rule's id.
 * @throws naming the file that exports no rule, or one under another name
 */
export function ruleSet(modules: readonly { path: string; rule: unknown }[]): Rule[] {
  const rules = modules.map(({ path, rule }) => {
    const parsed = ruleSchema.safeParse(rule);
    if (!parsed.success) {
      throw new Error(`${path}: must export \`rule\`, made by defineRule (${issuesOf(parsed.error)})`);
    }
    if (parsed.data.id !== path) {
      throw new Error(
        `${path}: its rule has the id ${JSON.stringify(parsed.data.id)}; the id is folder/file`,
      );
    }
    return rule as Rule;
  });
  return rules.sort((left, right) => (left.id < right.id ? -1 : 1));
}

export interface RuleSettings {
  /** @throws for a rule that is not in the set */
  settingsOf: (ruleId: string) => unknown;
  /** What was set for rules, or under names, that do not exist. */
  warnings: string[];
}

/**
 * The settings of every rule: its defaults, and over them what `GRACEWATCH_RULES` says.
 * @throws with one line for each setting that does not fit: rule id and path, never the value
 */
export function ruleSettings(rules: readonly Rule[], given: Readonly<Record<string, unknown>>): RuleSettings {
  const known = new Set(rules.map(({ id }) => id));
  const warnings = Object.keys(given)
    .filter((id) => !known.has(id))
    .map((id) => `settings for an unknown rule ${JSON.stringify(id)}`);
  const problems: string[] = [];
  const settings = new Map<string, unknown>();
  for (const rule of rules) {
    const wanted = given[rule.id] ?? {};
    const parsed = rule.settings.safeParse(wanted);
    if (parsed.success) {
      settings.set(rule.id, parsed.data);
      warnings.push(...unusedNames(wanted, parsed.data).map((name) => `unknown setting ${rule.id}.${name}`));
    } else {
      problems.push(`GRACEWATCH_RULES: ${rule.id}: ${issuesOf(parsed.error)}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return {
    warnings,
    settingsOf: (ruleId) => {
      if (!settings.has(ruleId)) throw new Error(`no rule has the id ${JSON.stringify(ruleId)}`);
      return settings.get(ruleId);
    },
  };
}

/** A schema leaves out the names that it does not know; they are told instead of being refused. */
function unusedNames(given: unknown, parsed: unknown): string[] {
  const read = new Set(Object.keys(Object(parsed) as object));
  return Object.keys(Object(given) as object).filter((name) => !read.has(name));
}

/** Zod's messages name types and limits, not what was given. */
function issuesOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`))
    .join('; ');
}
