import { rules } from '#rules';
import { storageProblems } from '../../shared/adapters/storage.ts';
import {
  type Config,
  type Environment,
  readConfig,
  settingNameOf,
  SettingsError,
} from '../../shared/config.ts';
import { isKeyVaultReference } from '../../shared/config-problems.ts';
import { tenantIdsOf } from '../../shared/config-tenants.ts';
import { ruleSettingProblems, ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { counted } from '../../shared/text/numbers.ts';
import type { Target } from '../target/target.ts';
import type { Line } from './check.ts';
import { mendSetting } from './mend-setting.ts';
import { exampleOf } from './setting-examples.ts';

/** The settings as far as they can be read, and which of them are not. */
export interface ReadSettings {
  lines: Line[];
  /** What `lines` complain of is replaced by an example, so that the other checks can go on; undefined where nothing helps. */
  config?: Config;
  /** Settings whose value in `config` is not the real one: what needs them is not checked. */
  unread: ReadonlyMap<string, Unread>;
}

/** Why a setting was not read, and what the checks that need it say instead. */
type Unread = Pick<Line, 'status' | 'means' | 'mend'>;

export function readSettings(target: Target): ReadSettings {
  const { settings: given, app } = target;
  const unread = new Map<string, Unread>();
  const lines: Line[] = [];
  if (app === undefined && !Object.keys(given).some(isOurs)) lines.push(nothingHere);

  const loopback = given['GRACEWATCH_CREDENTIAL']?.trim() === 'none';
  const wrong = (setting: string, expected: string): Line => {
    const mend = mendSetting(settingNameOf(setting), target, loopback);
    return { subject: setting, status: 'fail', means: expected, ...(mend === undefined ? {} : { mend }) };
  };
  let settings = given;
  const references =
    app === undefined ? [] : Object.keys(given).filter((name) => isKeyVaultReference(given[name]));
  for (const name of references) {
    unread.set(name, inKeyVault(name));
    settings = replaced(settings, name, loopback);
  }

  let config = parsed(settings);
  if (config instanceof SettingsError) {
    for (const { setting, expected } of config.problems) {
      const name = settingNameOf(setting);
      lines.push(wrong(setting, expected));
      unread.set(name, notRight(name));
      settings = replaced(settings, name, loopback);
    }
    config = parsed(settings);
  }
  // One example may not go with another wrong setting, such as an address on loopback with a credential that does not exist.
  if (config instanceof SettingsError) return { lines, unread };
  for (const { setting, expected } of storageProblems(config.storage)) {
    lines.push(wrong(setting, expected));
    unread.set(setting, notRight(setting));
  }
  lines.push(...config.warnings.map(meansNothing), ...judgeRules(config, wrong));
  if (app === undefined) lines.push(...unresolvedReferences(given, lines, wrong));
  if (lines.every(({ status }) => status === 'ok')) lines.push(allRight(given, references.length));
  return { lines, config, unread };
}

function isOurs(name: string): boolean {
  return name.startsWith('GRACEWATCH_') || name.startsWith('AzureWebJobsStorage');
}

function parsed(settings: Environment): Config | SettingsError {
  try {
    return readConfig(settings);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
}

/** Without the setting and with the example in its place; channels of an example would be taken for real ones. */
function replaced(settings: Environment, name: string, loopback: boolean): Environment {
  const example = name === 'GRACEWATCH_CHANNELS' ? {} : exampleOf(name, { loopback });
  return { ...settings, [name]: undefined, ...example };
}

function notRight(name: string): Unread {
  return { status: 'warn', means: `not checked: ${name} is missing or wrong` };
}

function inKeyVault(name: string): Unread {
  return {
    status: 'skip',
    means: `not checked: ${name} lies in the Key Vault, where this command does not look`,
    ...(name === 'GRACEWATCH_CHANNELS'
      ? {
          mend: 'with GRACEWATCH_CHANNELS in the settings here, npx gracewatch doctor --send posts a test card',
        }
      : {}),
  };
}

const nothingHere: Line = {
  status: 'fail',
  means: 'there is no setting of Gracewatch here, neither in the environment nor in local.settings.json',
  mend: 'copy local.settings.sample.json to local.settings.json and fill it in, or name an app in Azure with --app NAME --resource-group RG',
};

/** `unknown setting GRACEWATCH_TENANT`, `settings for an unknown rule "licence/x"`: it looks as if it did something. */
function meansNothing(warning: string): Line {
  return {
    status: 'warn',
    means: `${warning}: it has no effect`,
    mend: 'correct its name, or remove it',
  };
}

function judgeRules(
  { rules: given, tenants }: Pick<Config, 'rules' | 'tenants'>,
  wrong: (setting: string, expected: string) => Line,
): Line[] {
  const problems = ruleSettingProblems(rules, given);
  return problems.length === 0
    ? ruleSettings(rules, given, tenantIdsOf(tenants)).warnings.map(meansNothing)
    : problems.map((problem) => wrong('GRACEWATCH_RULES', problem));
}

/** Those that no other complaint names: whoever reads such a setting would take the text of the reference for its value. */
function unresolvedReferences(
  given: Environment,
  lines: readonly Line[],
  wrong: (setting: string, expected: string) => Line,
): Line[] {
  const named = new Set(lines.map(({ subject = '' }) => settingNameOf(subject)));
  return Object.keys(given)
    .filter((name) => isOurs(name) && !named.has(name) && isKeyVaultReference(given[name]))
    .map((name) =>
      wrong(name, 'is a Key Vault reference that was not resolved: only an app in Azure resolves it'),
    );
}

/** What lies in the vault was not read, so nothing is said of its form. */
function allRight(given: Environment, inVault: number): Line {
  const count = Object.keys(given).filter(isOurs).length - inVault;
  const read = `${counted(count, 'setting')} of Gracewatch read`;
  return {
    status: 'ok',
    means:
      inVault === 0
        ? `${read}, and all have the right form`
        : `${read}, and these have the right form; ${inVault} more in the Key Vault not read`,
  };
}
