import { features, type FeatureName } from '../../shared/permissions.ts';
import { readArguments, UsageError } from '../arguments.ts';
import { targetOptions, type TargetValues } from '../target/target.ts';

export type TenantsOptions =
  | { kind: 'help' }
  | { kind: 'list'; target: TargetValues; json: boolean }
  | { kind: 'add'; target: TargetValues; tenant: string; name?: string; domain?: string }
  | { kind: 'remove'; target: TargetValues; tenant: string; yes: boolean }
  | { kind: 'app'; where: AppWhere; optional: FeatureName[]; yes: boolean; json: boolean };

/** The app whose identity is to be trusted: one that Azure knows, or what there is to know of it. */
export type AppWhere =
  | { kind: 'app'; target: TargetValues }
  | { kind: 'host'; hostName: string; principalId: string; tenantId: string };

const help = { type: 'boolean', short: 'h' } as const;
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** @throws UsageError */
export function readTenantsOptions(args: readonly string[]): TenantsOptions {
  const [command, ...rest] = args;
  switch (command) {
    case 'list':
      return listOptions(rest);
    case 'add':
      return addOptions(rest);
    case 'remove':
      return removeOptions(rest);
    case 'app':
      return appOptions(rest);
    case '--help':
    case '-h':
    case 'help':
      return { kind: 'help' };
    case undefined:
      throw new UsageError('tenants needs one of: list, add, remove, app');
    default:
      throw new UsageError(`tenants has no ${command}: only list, add, remove and app, which come first`);
  }
}

function listOptions(args: readonly string[]): TenantsOptions {
  const { values, positionals } = readArguments(args, { ...targetOptions, help, json: flag });
  if (values.help === true) return { kind: 'help' };
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`tenants list takes options only, not ${unknown}`);
  return { kind: 'list', target: values, json: values.json === true };
}

function addOptions(args: readonly string[]): TenantsOptions {
  const { values, positionals } = readArguments(args, {
    ...targetOptions,
    help,
    name: text,
    domain: text,
  });
  if (values.help === true) return { kind: 'help' };
  const { name, domain } = values;
  return {
    kind: 'add',
    target: values,
    tenant: oneTenant('add', positionals),
    ...(name === undefined ? {} : { name: given('--name', name) }),
    ...(domain === undefined ? {} : { domain: domainOf('--domain', domain) }),
  };
}

function removeOptions(args: readonly string[]): TenantsOptions {
  const { values, positionals } = readArguments(args, { ...targetOptions, help, yes: flag });
  if (values.help === true) return { kind: 'help' };
  return {
    kind: 'remove',
    target: values,
    tenant: oneTenant('remove', positionals),
    yes: values.yes === true,
  };
}

function appOptions(args: readonly string[]): TenantsOptions {
  const { values, positionals } = readArguments(args, {
    ...targetOptions,
    help,
    host: text,
    identity: text,
    tenant: text,
    with: { type: 'string', multiple: true },
    yes: flag,
    json: flag,
  });
  if (values.help === true) return { kind: 'help' };
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`tenants app takes options only, not ${unknown}`);
  return {
    kind: 'app',
    where: whereOf(values),
    optional: optionalFeatures(values.with ?? []),
    yes: values.yes === true,
    json: values.json === true,
  };
}

function oneTenant(command: string, positionals: readonly string[]): string {
  const [tenant, ...others] = positionals;
  if (tenant === undefined || others.length > 0) {
    throw new UsageError(`tenants ${command} needs one tenant: its id, its domain or its name`);
  }
  return given('the tenant', tenant);
}

function given(what: string, value: string): string {
  if (value.trim() === '') throw new UsageError(`${what} needs a value`);
  return value.trim();
}

interface WhereValues extends TargetValues {
  host?: string | undefined;
  identity?: string | undefined;
  tenant?: string | undefined;
}

function whereOf(values: WhereValues): AppWhere {
  const { host, identity, tenant, app } = values;
  const named = [host, identity, tenant].filter((value) => value !== undefined).length;
  if ((named === 0) === (app === undefined)) {
    throw new UsageError(
      'tenants app needs either --app NAME --resource-group RG or --host HOSTNAME --identity OBJECT_ID --tenant ID',
    );
  }
  if (app !== undefined) return { kind: 'app', target: values };
  if (host === undefined || identity === undefined || tenant === undefined) {
    throw new UsageError('--host, --identity and --tenant go together');
  }
  return {
    kind: 'host',
    hostName: domainOf('--host', host),
    principalId: idOf('--identity', identity),
    tenantId: idOf('--tenant', tenant),
  };
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

export function isGuid(value: string): boolean {
  return guid.test(value);
}

export function isDomain(value: string): boolean {
  return value.length <= 253 && domainName.test(value);
}

function idOf(option: string, value: string): string {
  const id = value.trim().toLowerCase();
  if (!isGuid(id))
    throw new UsageError(`${option} must be an id such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301`);
  return id;
}

function domainOf(option: string, value: string): string {
  const domain = value.trim().toLowerCase();
  if (!isDomain(domain))
    throw new UsageError(`${option} must be a name such as contoso.com and nothing else`);
  return domain;
}

function optionalFeatures(names: readonly string[]): FeatureName[] {
  const optional = features.filter((feature) => feature.optional).map(({ name }) => name);
  return names.map((asked) => {
    const found = optional.find((name) => name === asked);
    if (found === undefined) throw new UsageError(`--with takes an optional feature: ${optional.join(', ')}`);
    return found;
  });
}
