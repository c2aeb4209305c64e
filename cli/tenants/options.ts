import type { FeatureName } from '../../shared/permissions.ts';
import { readArguments, UsageError } from '../arguments/arguments.ts';
import { domainOf, optionalFeatures } from '../arguments/values.ts';
import { type PlaceName, placeNameOf, placeOptions } from '../target/place.ts';
import { targetOptions, type TargetValues } from '../target/target.ts';

export type TenantsOptions =
  | { kind: 'help' }
  | { kind: 'list'; target: TargetValues; json: boolean }
  | { kind: 'add'; target: TargetValues; tenant: string; name?: string; domain?: string }
  | { kind: 'remove'; target: TargetValues; tenant: string; yes: boolean }
  | { kind: 'app'; where: PlaceName; optional: FeatureName[]; yes: boolean; json: boolean };

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
    ...placeOptions,
    help,
    with: { type: 'string', multiple: true },
    yes: flag,
    json: flag,
  });
  if (values.help === true) return { kind: 'help' };
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`tenants app takes options only, not ${unknown}`);
  return {
    kind: 'app',
    where: placeNameOf('tenants app', values),
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
