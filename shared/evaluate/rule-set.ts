import { z } from 'zod';
import { unknownIgnored } from '../products/ignored-products.ts';
import type { Rule } from '../rules/rule.ts';
import { severities } from '../rules/verdict.ts';
import { type ViewName, viewNames } from '../rules/views.ts';
import { stateKinds } from '../state/state.ts';
import { type SubjectKind, subjectKinds } from '../state/subject.ts';

const callable = z.custom<() => unknown>((value) => typeof value === 'function', 'expected a function');

/** What must hold before a file may decide anything; that its content is good is held by the suite of all rules. */
const ruleSchema = z.looseObject({
  id: z.string(),
  title: z.string().min(1),
  severity: z.enum(severities),
  subject: z.enum(subjectKinds),
  needs: z.array(z.enum(viewNames)).min(1),
  uses: z.array(z.enum(viewNames)),
  settings: z.looseObject({ safeParse: callable }),
  runbook: z.array(z.string()),
  reference: z.string(),
  knownGaps: z.array(z.string()),
  evaluate: callable,
});

/**
 * The rules of the given files, in order of their ids. `path` is `<folder>/<file>` without ending, and must be the rule's id.
 * @throws naming the file that exports no rule, one under another name, or one that would look at what its subject does not have
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
    const foreign = foreignViews(parsed.data);
    if (foreign.length > 0) throw new Error(`${path}: ${foreign.join('; ')}`);
    return rule as Rule;
  });
  return rules.sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** A rule sees the timeline of a user or group, the states of its own subject, and those of its tenant. */
function foreignViews({
  subject,
  needs,
  uses,
}: {
  subject: SubjectKind;
  needs: readonly ViewName[];
  uses: readonly ViewName[];
}): string[] {
  const seen: ReadonlySet<SubjectKind> = new Set([subject, 'tenant']);
  return [...new Set([...needs, ...uses])].flatMap((view) => {
    if (view === 'timeline') {
      const has = subject === 'user' || subject === 'group';
      return has ? [] : [`a ${subject} has no timeline, only a user or a group has`];
    }
    const { of } = stateKinds[view];
    return seen.has(of)
      ? []
      : [`the state ${JSON.stringify(view)} is that of a ${of}, and the rule is about a ${subject}`];
  });
}

export interface RuleSettings {
  /**
   * What holds for one tenant.
   * @throws for a rule that is not in the set
   */
  settingsOf: (ruleId: string, tenantId: string) => unknown;
  /** What was set for rules or tenants, or under names, that do not exist. */
  warnings: string[];
}

/** Stands beside the ids of rules; no rule is called so, because each lies in a folder. */
const ofTenants = 'tenants';

/** By tenant id, then by rule id. */
const tenantsSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * The settings of every rule: its defaults, over them what `GRACEWATCH_RULES` says, and over both what it says under
 * `tenants: {<id>: {<rule id>: {…}}}` for one tenant, name by name.
 * @param tenantIds those that are watched, in lower case; undefined where that is not known
 * @throws for settings that do not fit, with all of `ruleSettingProblems` in one line
 */
export function ruleSettings(
  rules: readonly Rule[],
  given: Readonly<Record<string, unknown>>,
  tenantIds?: readonly string[],
): RuleSettings {
  const { problems, ...settings } = readRuleSettings(rules, given, tenantIds);
  if (problems.length > 0) throw new Error(`GRACEWATCH_RULES: ${problems.join('; ')}`);
  return settings;
}

/** What does not fit: each with tenant, rule id and path, never with the value. */
export function ruleSettingProblems(
  rules: readonly Rule[],
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  return readRuleSettings(rules, given, undefined).problems;
}

function readRuleSettings(
  rules: readonly Rule[],
  given: Readonly<Record<string, unknown>>,
  tenantIds: readonly string[] | undefined,
): RuleSettings & { problems: readonly string[] } {
  const { [ofTenants]: givenForTenants = {}, ...general } = given;
  const forTenants = tenantsSchema.safeParse(givenForTenants);
  const problems: string[] = [];
  if (!forTenants.success) problems.push(`${ofTenants}: ${issuesOf(forTenants.error)}`);
  const overrides = Object.entries(forTenants.data ?? {});

  const warnings = [
    ...unknownRules(rules, general, ''),
    ...overrides.flatMap(([tenant, settings]) => [
      ...(tenantIds === undefined || tenantIds.includes(tenant.toLowerCase())
        ? []
        : [`rule settings for an unknown tenant ${JSON.stringify(tenant)}`]),
      ...unknownRules(rules, settings, `${ofTenants}.${tenant}: `),
    ]),
  ];

  const known = new Map<string, unknown>();
  const parse = (rule: Rule, tenant: string | undefined, wanted: unknown, over: unknown): void => {
    const parsed = rule.settings.safeParse(tenant === undefined ? wanted : merged(wanted, over));
    const where = tenant === undefined ? '' : `${ofTenants}.${tenant}: `;
    const own = tenant === undefined ? wanted : over;
    if (parsed.success) {
      known.set(settingsKey(rule.id, tenant), parsed.data);
      const unused = unusedNames(own, parsed.data);
      warnings.push(...unused.map((name) => `${where}unknown setting ${rule.id}.${name}`));
      warnings.push(...unknownIgnored(own).map((place) => `${where}unknown product in ${rule.id}.${place}`));
    } else {
      problems.push(`${where}${rule.id}: ${issuesOf(parsed.error)}`);
    }
  };
  for (const rule of rules) {
    const wanted = general[rule.id] ?? {};
    const before = problems.length;
    parse(rule, undefined, wanted, undefined);
    // What is wrong for all is told once.
    if (problems.length > before) continue;
    for (const [tenant, { [rule.id]: over }] of overrides) {
      if (over !== undefined) parse(rule, tenant, wanted, over);
    }
  }
  return {
    problems,
    warnings,
    settingsOf: (ruleId, tenantId) => {
      const everywhere = settingsKey(ruleId, undefined);
      if (!known.has(everywhere)) throw new Error(`no rule has the id ${JSON.stringify(ruleId)}`);
      const own = settingsKey(ruleId, tenantId);
      return known.get(known.has(own) ? own : everywhere);
    },
  };
}

/** Tenant ids are compared without their case, as in the other settings. */
function settingsKey(ruleId: string, tenant: string | undefined): string {
  return JSON.stringify([ruleId, tenant?.toLowerCase()]);
}

/** Where one of the two is no object the schema says what is wrong with it. */
function merged(wanted: unknown, over: unknown): unknown {
  const isObject = typeof over === 'object' && over !== null && !Array.isArray(over);
  return isObject ? { ...Object(wanted), ...over } : over;
}

function unknownRules(
  rules: readonly Rule[],
  given: Readonly<Record<string, unknown>>,
  where: string,
): string[] {
  const known = new Set(rules.map(({ id }) => id));
  return Object.keys(given)
    .filter((id) => !known.has(id))
    .map((id) => `${where}settings for an unknown rule ${JSON.stringify(id)}`);
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
