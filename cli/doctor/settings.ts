import { rules } from '#rules';
import { connectStorage } from '../../shared/adapters/storage.ts';
import { type Config, type Environment, readConfig, SettingsError } from '../../shared/config.ts';
import { isKeyVaultReference } from '../../shared/config-problems.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { counted } from '../../shared/deliver/wording.ts';
import type { Target } from '../target/target.ts';
import type { Line } from './check.ts';
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

export function readSettings({ settings: given, app }: Target): ReadSettings {
  const unread = new Map<string, Unread>();
  const lines: Line[] = [];
  if (app === undefined && !Object.keys(given).some(isOurs)) lines.push(nothingHere);

  const loopback = given['GRACEWATCH_CREDENTIAL']?.trim() === 'none';
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
      const [name = setting] = setting.split(' ');
      lines.push(wrongSetting(setting, expected, exampleOf(name, { loopback }), app));
      unread.set(name, notRight(name));
      settings = replaced(settings, name, loopback);
    }
    config = parsed(settings);
  }
  // One example may not go with another wrong setting, such as an address on loopback with a credential that does not exist.
  if (config instanceof SettingsError) return { lines, unread };
  if (!isUsable(config.storage)) {
    lines.push(wrongSetting('AzureWebJobsStorage', halfAConnectionString, undefined, app));
    unread.set('AzureWebJobsStorage', notRight('AzureWebJobsStorage'));
  }
  lines.push(...config.warnings.map(meansNothing), ...judgeRules(config.rules));
  if (lines.every(({ status }) => status === 'ok')) lines.push(allRight(given));
  return { lines, config, unread };
}

const halfAConnectionString =
  'is not a whole connection string: a part is missing or misspelt; az storage account show-connection-string --name ACCOUNT prints it';

/** The SDKs want more of a connection string than the settings do, and say so only when they are made. */
function isUsable(storage: Config['storage']): boolean {
  try {
    connectStorage(storage);
    return true;
  } catch {
    return false;
  }
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
    status: 'ok',
    means: `not checked: ${name} lies in the Key Vault, where this command does not look`,
    ...(name === 'GRACEWATCH_CHANNELS'
      ? {
          mend: 'with GRACEWATCH_CHANNELS in the settings here, npx gracewatch doctor --send posts a test card',
        }
      : {}),
  };
}

function wrongSetting(
  setting: string,
  expected: string,
  example: Environment | undefined,
  app: Target['app'],
): Line {
  const shown = assignments(example);
  const how =
    app === undefined
      ? ''
      : `: az functionapp config appsettings set --name ${app.name} --resource-group ${app.resourceGroup} --settings …`;
  return {
    subject: setting,
    status: 'fail',
    means: expected,
    ...(example === undefined
      ? {}
      : { mend: shown === '' ? 'remove it' : `set it, for example to ${shown}${how}` }),
  };
}

function assignments(settings: Environment = {}): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join(' ');
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

function judgeRules(given: Config['rules']): Line[] {
  try {
    return ruleSettings(rules, given).warnings.map(meansNothing);
  } catch (error) {
    // The message names rules and paths, never values.
    const problems = error instanceof Error ? error.message.split('\n') : [];
    return problems.map((problem) => ({
      subject: 'GRACEWATCH_RULES',
      status: 'fail' as const,
      means: problem.replace(/^GRACEWATCH_RULES: /, ''),
      mend: `set it, for example to ${assignments(exampleOf('GRACEWATCH_RULES', { loopback: false }))}`,
    }));
  }
}

function allRight(given: Environment): Line {
  const count = Object.keys(given).filter(isOurs).length;
  return {
    status: 'ok',
    means: `${counted(count, 'setting')} of Gracewatch read, and all have the right form`,
  };
}
