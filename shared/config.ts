import { z } from 'zod';
import { type AccessGrant, readGrants } from './config-access.ts';
import { type ChannelSettings, readChannels } from './config-channels.ts';
import { onlyWhere, readEndpoint, saysMoreThanWhere } from './config-endpoints.ts';
import { readTenants, type TenantSettings, type TenantsSetting } from './config-tenants.ts';
import { Secret } from './secret.ts';
import { isKeyVaultReference, readJson, type Text, type Wrong } from './config-problems.ts';
import { shorten, visibleText } from './text/visible-text.ts';

/**
 * Settings, parsed once at start. A wrong one stops the app and is named; its value is never shown, because it may be a secret.
 */

export type { ChannelSettings, TenantSettings, TenantsSetting };

export type StorageSettings =
  | { kind: 'connection-string'; connectionString: Secret }
  | { kind: 'identity'; blob: string; queue: string; table: string; clientId?: string };

export type CredentialSettings =
  | { kind: 'none' }
  | { kind: 'managed-identity'; clientId?: string }
  | { kind: 'federated'; clientId: string; identityClientId?: string }
  | { kind: 'client-secret'; clientId: string; secret: Secret };

interface Timing {
  coalesceSeconds: number;
  groupSeconds: number;
  postGapSeconds: number;
  retrySeconds: number;
  lockSeconds: number;
  latestArrivalMinutes: number;
}

export interface Config {
  storage: StorageSettings;
  tenants: TenantsSetting;
  credential: CredentialSettings;
  /** Origins without a trailing slash and without `/v1.0`. */
  endpoints: { graph: string; activity: string; authority: string };
  publicUrl?: string;
  channels: ChannelSettings[];
  /** Settings of rules by id, and under `tenants` by tenant; checked by the rules' own schemas (shared/evaluate/rule-set.ts). */
  rules: Record<string, unknown>;
  retentionDays: number;
  timing: Timing;
  /** Milliseconds by which the product's clock is ahead (GRACEWATCH_CLOCK). */
  clockShift: number;
  /** The platform's sign-in is on, so `x-ms-client-principal` may be believed. */
  signInEnabled: boolean;
  /** Who may read and act, besides those with an app role. */
  access: AccessGrant[];
  /** Settings that were given and mean nothing: told, not fatal. */
  warnings: string[];
}

/** One setting, and what is expected of it. */
export interface SettingProblem {
  setting: string;
  expected: string;
}

/**
 * The message is one line that names every wrong setting and begins with "error": a worker writes it to stderr, of which the host
 * keeps only lines with such a word (FACTS 11.13).
 */
export class SettingsError extends Error {
  override name = 'SettingsError';
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super(oneLine(problems));
    this.problems = problems;
  }
}

/** So that the line stays short enough to be kept whole, and a list of a thousand wrong tenants hides no other setting. */
const mostProblemsOfSetting = 3;
const longestProblem = 400;

function oneLine(problems: readonly SettingProblem[]): string {
  const bySetting = new Map<string, string[]>();
  for (const { setting, expected } of problems) {
    const told = shorten(visibleText(`${setting}: ${expected}`), longestProblem);
    const name = settingNameOf(setting);
    bySetting.set(name, [...(bySetting.get(name) ?? []), told]);
  }
  const parts = [...bySetting].flatMap(([name, told]) => {
    const more = told.length - mostProblemsOfSetting;
    return [...told.slice(0, mostProblemsOfSetting), ...(more > 0 ? [`${name}: ${more} more`] : [])];
  });
  const numbered = parts.length === 1 ? parts : parts.map((part, index) => `(${index + 1}) ${part}`);
  return `error in the settings: ${numbered.join('; ')}`;
}

/** Of `GRACEWATCH_CHANNELS (channel a)` the setting. */
export function settingNameOf(setting: string): string {
  return setting.split(' ', 1)[0] ?? setting;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What only others know of settings whose form is right: the schemas of rules, the clients of storage. Never with a value. */
export type FurtherProblems = (read: Pick<Config, 'storage' | 'rules'>) => readonly SettingProblem[];

/**
 * Reads every setting and reports all that is wrong at once.
 * @throws SettingsError naming each setting and what is expected, never its value
 */
export function readConfig(environment: Environment, furtherProblems: FurtherProblems = () => []): Config {
  const { text, wrong, orThrow, isWrong } = reading(environment);
  const reach = readReachOf(text, wrong);
  const loopbackOnly = isLoopbackOnly(text);
  const publicUrl = text('GRACEWATCH_PUBLIC_URL');
  const warnings = unknownSettings(environment);
  const rules =
    readJson(
      'GRACEWATCH_RULES',
      text('GRACEWATCH_RULES') ?? '{}',
      ruleSettingsSchema,
      'a JSON object of settings by rule id, and under tenants by tenant and rule id',
      wrong,
    ) ?? {};
  const config = {
    ...reach,
    ...(publicUrl === undefined
      ? {}
      : { publicUrl: readEndpoint('GRACEWATCH_PUBLIC_URL', publicUrl, loopbackOnly, wrong) }),
    channels: readChannels(text('GRACEWATCH_CHANNELS'), loopbackOnly, wrong),
    rules,
    retentionDays: readRetention(text('GRACEWATCH_RETENTION_DAYS'), wrong),
    timing: readTiming(text('GRACEWATCH_TIMING'), wrong),
    clockShift: readClockShift(text('GRACEWATCH_CLOCK'), loopbackOnly, wrong),
    signInEnabled: text('WEBSITE_AUTH_ENABLED')?.toLowerCase() === 'true',
    access: readGrants(text('GRACEWATCH_ACCESS'), reach.tenants, wrong, (warning) => warnings.push(warning)),
    warnings,
  };
  const further = furtherProblems(config).filter(({ setting }) => !isWrong(setting));
  for (const { setting, expected } of further) wrong(setting, expected);
  return orThrow(config);
}

/** Whose services are asked, as whom and where. */
export type Access = Pick<Config, 'tenants' | 'credential' | 'endpoints'>;

/** What a deployment works on and with: its storage, its tenants, and how their services are reached. */
export type Reach = Access & Pick<Config, 'storage'>;

/** Where a command finds the app's secret: in its settings, or not at all, because they only refer to a vault that the app reads. */
export type SecretPlace = 'settings' | 'vault';

/**
 * As `readConfig`, for a command: what only the app needs, such as its channels, is not looked at.
 * @throws SettingsError
 */
export function readReach(environment: Environment, secrets: SecretPlace = 'settings'): Reach {
  const { text, wrong, orThrow } = reading(environment, secrets);
  return orThrow(readReachOf(text, wrong));
}

/** As `readReach`, for a command that may do without storage. @throws SettingsError */
export function readAccess(environment: Environment, secrets: SecretPlace = 'settings'): Access {
  const { text, wrong, orThrow } = reading(environment, secrets);
  return orThrow(readAccessOf(text, wrong));
}

/** @throws SettingsError */
export function readStorageSettings(environment: Environment): StorageSettings {
  const { text, wrong, orThrow } = reading(environment);
  return orThrow(readStorage(text, wrong));
}

const unresolvedReference =
  'is a Key Vault reference that the platform could not resolve: the identity lacks the role Key Vault Secrets User, or the secret is missing';

function reading(
  environment: Environment,
  secrets: SecretPlace = 'settings',
): { text: Text; wrong: Wrong; isWrong: (setting: string) => boolean; orThrow: <T>(read: T) => T } {
  const problems: SettingProblem[] = [];
  const unresolved = new Set<string>();
  return {
    text: (setting) => {
      const value = environment[setting]?.trim();
      const isElsewhere = secrets === 'vault' && setting === 'GRACEWATCH_CLIENT_SECRET';
      if (isKeyVaultReference(value) && !isElsewhere && !unresolved.has(setting)) {
        unresolved.add(setting);
        problems.push({ setting, expected: unresolvedReference });
      }
      return value === '' ? undefined : value;
    },
    wrong: (setting, expected) => {
      // Of the text of a reference everything would be wrong, and nothing of that helps.
      if (!unresolved.has(setting)) problems.push({ setting, expected });
    },
    isWrong: (setting) => problems.some((problem) => settingNameOf(problem.setting) === setting),
    orThrow: (read) => {
      if (problems.length > 0) throw new SettingsError(problems);
      return read;
    },
  };
}

/** Without a credential nothing may leave this machine. */
function isLoopbackOnly(text: Text): boolean {
  return text('GRACEWATCH_CREDENTIAL') === 'none';
}

function readReachOf(text: Text, wrong: Wrong): Reach {
  return { storage: readStorage(text, wrong), ...readAccessOf(text, wrong) };
}

function readAccessOf(text: Text, wrong: Wrong): Access {
  const loopbackOnly = isLoopbackOnly(text);
  const endpoint = (setting: string, fallback: string): string =>
    readEndpoint(setting, text(setting) ?? fallback, loopbackOnly, wrong);
  return {
    tenants: readTenants(text('GRACEWATCH_TENANTS'), wrong),
    credential: readCredential(text('GRACEWATCH_CREDENTIAL'), text, wrong),
    endpoints: {
      graph: endpoint('GRACEWATCH_GRAPH_ENDPOINT', 'https://graph.microsoft.com').replace(/\/v1\.0$/, ''),
      activity: endpoint('GRACEWATCH_ACTIVITY_ENDPOINT', 'https://manage.office.com').replace(
        /\/api\/v1\.0$/,
        '',
      ),
      authority: loopbackOnly ? '' : endpoint('GRACEWATCH_AUTHORITY', 'https://login.microsoftonline.com'),
    },
  };
}

/** The emulator's short form, or an account (or its endpoints) with a key or a signature; the SDK says only "Invalid URL" of others. */
const connectionStringPattern =
  /^(?:UseDevelopmentStorage=true\b|(?=.*(?:^|;)(?:AccountName|QueueEndpoint)=[^;]).*(?:^|;)(?:AccountKey|SharedAccessSignature)=[^;])/is;

function readStorage(text: Text, wrong: Wrong): StorageSettings {
  const connectionString = text('AzureWebJobsStorage');
  if (connectionString !== undefined) {
    if (!connectionStringPattern.test(connectionString)) {
      wrong('AzureWebJobsStorage', 'must be a storage connection string: AccountName=…;AccountKey=…');
    }
    return { kind: 'connection-string', connectionString: new Secret(connectionString) };
  }
  const account = text('AzureWebJobsStorage__accountName');
  const clientId = text('AzureWebJobsStorage__clientId');
  const uri = (service: 'blob' | 'queue' | 'table'): string | undefined =>
    text(`AzureWebJobsStorage__${service}ServiceUri`) ??
    (account === undefined ? undefined : `https://${account}.${service}.core.windows.net`);
  const blob = uri('blob');
  const queue = uri('queue');
  const table = uri('table');
  if (blob === undefined || queue === undefined || table === undefined) {
    wrong(
      'AzureWebJobsStorage',
      'must be a connection string, or set AzureWebJobsStorage__accountName (or the three …__blobServiceUri, …__queueServiceUri, …__tableServiceUri) for identity',
    );
    return { kind: 'identity', blob: '', queue: '', table: '' };
  }
  for (const [service, value] of Object.entries({ blob, queue, table })) {
    const setting = `AzureWebJobsStorage__${service}ServiceUri`;
    const url = URL.parse(value);
    if (url?.protocol !== 'https:') wrong(setting, 'must be an https URL');
    else if (saysMoreThanWhere(url)) wrong(setting, onlyWhere);
  }
  return { kind: 'identity', blob, queue, table, ...(clientId === undefined ? {} : { clientId }) };
}

function readCredential(name: string | undefined, text: Text, wrong: Wrong): CredentialSettings {
  const expected = 'must be managed-identity, federated, client-secret, or none (everything on loopback)';
  const clientId = text('GRACEWATCH_CLIENT_ID');
  const required = (setting: string, value: string | undefined): string => {
    if (value === undefined) wrong(setting, `is missing; GRACEWATCH_CREDENTIAL=${name ?? ''} needs it`);
    return value ?? '';
  };
  switch (name) {
    case 'none':
      return { kind: 'none' };
    case 'managed-identity':
      return { kind: 'managed-identity', ...(clientId === undefined ? {} : { clientId }) };
    case 'federated': {
      const identityClientId = text('AzureWebJobsStorage__clientId');
      return {
        kind: 'federated',
        clientId: required('GRACEWATCH_CLIENT_ID', clientId),
        ...(identityClientId === undefined ? {} : { identityClientId }),
      };
    }
    case 'client-secret':
      return {
        kind: 'client-secret',
        clientId: required('GRACEWATCH_CLIENT_ID', clientId),
        secret: new Secret(required('GRACEWATCH_CLIENT_SECRET', text('GRACEWATCH_CLIENT_SECRET'))),
      };
    case undefined:
      wrong('GRACEWATCH_CREDENTIAL', `is missing; it ${expected}`);
      return { kind: 'none' };
    default:
      wrong('GRACEWATCH_CREDENTIAL', expected);
      return { kind: 'none' };
  }
}

const ruleSettingsSchema = z.record(z.string(), z.unknown());

function readRetention(value: string | undefined, wrong: Wrong): number {
  const days = value === undefined ? 400 : Number(value);
  if (!Number.isInteger(days) || days < 1)
    wrong('GRACEWATCH_RETENTION_DAYS', 'must be a whole number of days, at least 1');
  return days;
}

const seconds = (standard: number): z.ZodDefault<z.ZodNumber> => z.number().min(0).default(standard);
const timingSchema = z.strictObject({
  coalesceSeconds: seconds(60),
  groupSeconds: seconds(60),
  postGapSeconds: seconds(15),
  retrySeconds: seconds(30),
  lockSeconds: seconds(30),
  latestArrivalMinutes: seconds(2880),
});

function readTiming(value: string | undefined, wrong: Wrong): Timing {
  const timing = readJson(
    'GRACEWATCH_TIMING',
    value ?? '{}',
    timingSchema,
    'a JSON object of seconds',
    wrong,
  );
  return timing ?? timingSchema.parse({});
}

/** ISO 8601 duration of days, hours, minutes and seconds: months and years have no fixed length. */
const durationPattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function readClockShift(value: string | undefined, loopbackOnly: boolean, wrong: Wrong): number {
  if (value === undefined) return 0;
  if (!loopbackOnly) wrong('GRACEWATCH_CLOCK', 'is accepted only with GRACEWATCH_CREDENTIAL=none');
  const match = durationPattern.exec(value);
  const parts = match?.slice(1).map((part: string | undefined) => Number(part ?? 0));
  if (parts === undefined || parts.every((part) => part === 0)) {
    wrong('GRACEWATCH_CLOCK', 'must be an ISO 8601 duration such as P20D or PT36H');
    return 0;
  }
  const [days = 0, hours = 0, minutes = 0, secondsPart = 0] = parts;
  return (((days * 24 + hours) * 60 + minutes) * 60 + secondsPart) * 1000;
}

const knownSettings = new Set([
  'GRACEWATCH_TENANTS',
  'GRACEWATCH_CREDENTIAL',
  'GRACEWATCH_CLIENT_ID',
  'GRACEWATCH_CLIENT_SECRET',
  'GRACEWATCH_GRAPH_ENDPOINT',
  'GRACEWATCH_ACTIVITY_ENDPOINT',
  'GRACEWATCH_AUTHORITY',
  'GRACEWATCH_PUBLIC_URL',
  'GRACEWATCH_CLIENT_STATE_KEY',
  'GRACEWATCH_CHANNELS',
  'GRACEWATCH_ACCESS',
  'GRACEWATCH_RULES',
  'GRACEWATCH_PHONE_KEY',
  'GRACEWATCH_RETENTION_DAYS',
  'GRACEWATCH_TIMING',
  'GRACEWATCH_CLOCK',
]);

function unknownSettings(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('GRACEWATCH_') && !knownSettings.has(name))
    .map((name) => `unknown setting ${name}`);
}
