import { z } from 'zod';
import type { Environment, SecretPlace } from '../../shared/config.ts';
import { UsageError } from '../arguments/arguments.ts';
import type { Workplace } from '../workplace.ts';
import { settingsHere } from './local-settings.ts';

/** Which deployment a command speaks of: the settings on this machine, or those of an app in Azure. */
export interface Target {
  /** For people: `the settings on this machine`, `the app gracewatch-x in resource group y`. */
  label: string;
  /** Its settings by name; in Azure those with secrets are Key Vault references and stay so. */
  settings: Environment;
  /** Only for an app in Azure. */
  app?: AzureApp;
}

export interface AzureApp {
  name: string;
  resourceGroup: string;
  subscription: string;
  /** The tenant of the subscription, and so of the identity. */
  tenantId: string;
  hostName: string;
  /** The user-assigned identity that Gracewatch acts as; undefined where the app has none, or several and none that its settings name. */
  identity?: { resourceId: string; principalId: string; clientId: string };
}

/** For `readArguments`; every command that speaks to a deployment takes them. */
export const targetOptions = {
  app: { type: 'string' },
  'resource-group': { type: 'string', short: 'g' },
  subscription: { type: 'string' },
} as const;

export const targetHelp = `  --app NAME --resource-group RG   the app in Azure instead of the settings on this machine (az must be signed in)
  --subscription ID                where it is not the one that az uses
`;

export interface TargetValues {
  app?: string | undefined;
  'resource-group'?: string | undefined;
  subscription?: string | undefined;
}

/** The app could not be looked at; the message says why and what to do. */
export class TargetUnreachable extends Error {
  override name = 'TargetUnreachable';
}

/** @throws UsageError, TargetUnreachable */
export async function readTarget(values: TargetValues, workplace: Workplace): Promise<Target> {
  const { app, 'resource-group': resourceGroup, subscription } = values;
  if (app === undefined && resourceGroup === undefined) {
    if (subscription !== undefined) throw new UsageError('--subscription needs --app and --resource-group');
    return {
      label: 'the settings on this machine',
      settings: await settingsHere(workplace.environment, workplace.folder),
    };
  }
  if (app === undefined || resourceGroup === undefined) {
    throw new UsageError('--app and --resource-group go together');
  }
  const scope = [
    ...['--resource-group', named('--resource-group', resourceGroup)],
    ...(subscription === undefined ? [] : ['--subscription', named('--subscription', subscription)]),
  ];
  const name = ['--name', named('--app', app)];
  const site = await ask(workplace, ['functionapp', 'show', ...name, ...scope], siteSchema);
  const settings = await ask(
    workplace,
    ['functionapp', 'config', 'appsettings', 'list', ...name, ...scope],
    settingsSchema,
  );
  const account = await ask(
    workplace,
    ['account', 'show', ...(subscription === undefined ? [] : ['--subscription', subscription])],
    accountSchema,
  );
  const byName = Object.fromEntries(settings.map((setting) => [setting.name, setting.value ?? undefined]));
  const identity = identityOf(site, byName);
  return {
    label: `the app ${app} in resource group ${resourceGroup}`,
    settings: byName,
    app: {
      name: app,
      resourceGroup,
      subscription: account.id,
      tenantId: account.tenantId.toLowerCase(),
      hostName: site.hostName,
      ...(identity === undefined ? {} : { identity }),
    },
  };
}

/** `--app NAME --resource-group RG` for a command that is to be copied; empty for the settings on this machine. */
export function targetArguments({ app }: Target): string {
  return app === undefined ? '' : ` --app ${app.name} --resource-group ${app.resourceGroup}`;
}

/** A secret in the vault of an app in Azure is read by nobody but the app. */
export function secretPlaceOf({ app }: Target): SecretPlace {
  return app === undefined ? 'settings' : 'vault';
}

/**
 * Of an app on Flex Consumption the Azure CLI gives the object as it came from Azure, with the host name under `properties`; of others
 * the fields of `properties` stand beside the rest.
 */
const siteSchema = z
  .object({
    defaultHostName: z.string().min(1).nullish(),
    properties: z.object({ defaultHostName: z.string().min(1).nullish() }).nullish(),
    identity: z
      .object({
        userAssignedIdentities: z
          .record(z.string(), z.object({ principalId: z.string(), clientId: z.string() }))
          .nullish(),
      })
      .nullish(),
  })
  .transform(({ defaultHostName, properties, identity }, context) => {
    const hostName = defaultHostName ?? properties?.defaultHostName;
    if (hostName === null || hostName === undefined) {
      context.addIssue({ code: 'custom', message: 'has no host name' });
      return z.NEVER;
    }
    return { hostName, identities: Object.entries(identity?.userAssignedIdentities ?? {}) };
  });
const settingsSchema = z.array(z.object({ name: z.string(), value: z.string().nullish() }));
const accountSchema = z.object({ id: z.string(), tenantId: z.string() });

/** The only one, or the one that reads the storage: its client id stands in the settings. */
function identityOf(
  { identities }: z.infer<typeof siteSchema>,
  settings: Environment,
): AzureApp['identity'] | undefined {
  const named = settings['AzureWebJobsStorage__clientId']?.trim().toLowerCase();
  const [identity, ...others] =
    identities.length > 1
      ? identities.filter(([, { clientId }]) => clientId.toLowerCase() === named)
      : identities;
  return identity === undefined || others.length > 0
    ? undefined
    : { resourceId: identity[0], ...identity[1] };
}

async function ask<T>({ az }: Workplace, args: readonly string[], schema: z.ZodType<T>): Promise<T> {
  const outcome = await az(args);
  if (outcome.kind === 'failed') throw new TargetUnreachable(outcome.reason);
  const parsed = schema.safeParse(outcome.value);
  if (!parsed.success)
    throw new TargetUnreachable(`az ${args.slice(0, 2).join(' ')} answered an unknown form`);
  return parsed.data;
}

/** Azure's names of apps, resource groups and subscriptions hold nothing that a shell reads. */
function named(option: string, value: string): string {
  if (!/^[\w.-]{1,90}$/.test(value)) {
    throw new UsageError(`${option} must be a name of letters, digits, dots, hyphens and underscores`);
  }
  return value;
}
