import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorCode } from './error-code.ts';
import { HostCannotStart } from './host-cannot-start.ts';

/** Application settings by name, as the functions see them in their environment. */
export type Settings = Record<string, string>;

const localSettingsSchema = z.object({
  IsEncrypted: z.boolean().optional(),
  Values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
});

/**
 * The environment, and below it the `Values` of local.settings.json where that file is there.
 * @throws HostCannotStart when the file is there and cannot be used; never with a value from it
 */
export async function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  localSettingsPath: string,
): Promise<Settings> {
  const settings: Settings = await readLocalSettings(localSettingsPath);
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) {
      settings[name] = value;
    }
  }
  return settings;
}

async function readLocalSettings(path: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return {};
    }
    throw new HostCannotStart(`${path} cannot be read`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new HostCannotStart(`${path} is not JSON`, { cause: error });
  }
  const parsed = localSettingsSchema.safeParse(json);
  if (!parsed.success) {
    throw new HostCannotStart(`${path} is not {"Values": {"NAME": "value"}}`);
  }
  if (parsed.data.IsEncrypted === true) {
    throw new HostCannotStart(`${path} is encrypted: run "func settings decrypt"`);
  }
  return parsed.data.Values;
}

/** @returns the port that HTTP functions are served on; 0 takes any free one */
export function readPort(settings: Settings): number {
  const text = settings['PORT'] ?? '7071';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new HostCannotStart('PORT is not a port number (0 to 65535)');
  }
  return port;
}

/** Whether `AzureWebJobs.NAME.Disabled` takes a function its trigger. */
export function isDisabled(functionName: string, settings: Settings): boolean {
  const value = settings[`AzureWebJobs.${functionName}.Disabled`]?.toLowerCase();
  return value === 'true' || value === '1';
}

/** Replaces `%NAME%` by the setting of that name, as bindings may write it for queue names and schedules. */
export function resolveSettingNames(text: string, settings: Settings, functionName: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) {
      throw new HostCannotStart(`the function ${functionName} needs the setting ${name}, which is missing`);
    }
    return value;
  });
}

/**
 * The connection string that a binding's `connection` names.
 * @throws HostCannotStart naming the setting; identity belongs to Azure, here a connection string is needed
 */
export function readConnectionString(settings: Settings, connection = 'AzureWebJobsStorage'): string {
  const value = settings[connection] ?? settings[`AzureWebJobs${connection}`];
  if (value !== undefined && value !== '') {
    return value;
  }
  const identity = Object.keys(settings).find((name) => name.startsWith(`${connection}__`));
  throw new HostCannotStart(
    identity === undefined
      ? `the setting ${connection} is missing: a storage connection string`
      : `the setting ${identity} asks for an identity; the local host needs a connection string in ${connection}`,
  );
}

/** The longest that a queue hides a message. */
const longestSeconds = 7 * 24 * 60 * 60;

const timingSchema = z.object({
  /** So that a killed host loses half a minute; the host in Azure hides a message for ten (FACTS 11.13). */
  lockSeconds: z.number().int().min(1).max(longestSeconds).default(30),
  retrySeconds: z.number().min(0).max(longestSeconds).optional(),
});

/** How long a message in work stays hidden, and after how long a failed one is tried again where host.json is overruled. */
export type HostTiming = z.infer<typeof timingSchema>;

export function readTiming(settings: Settings): HostTiming {
  const text = settings['GRACEWATCH_TIMING'];
  let json: unknown;
  try {
    json = JSON.parse(text === undefined || text === '' ? '{}' : text);
  } catch (error) {
    throw new HostCannotStart('GRACEWATCH_TIMING is not JSON', { cause: error });
  }
  const parsed = timingSchema.safeParse(json);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.'));
    throw new HostCannotStart(`GRACEWATCH_TIMING: wrong number of seconds in ${names.join(', ')}`);
  }
  return parsed.data;
}
