import type { FeatureName } from '../../shared/permissions.ts';
import { readArguments, UsageError } from '../arguments/arguments.ts';
import { idOf, optionalFeatures } from '../arguments/values.ts';
import { targetOptions, type TargetValues } from '../target/target.ts';

export type PermissionsOptions =
  | { kind: 'help' }
  | { kind: 'see'; target: TargetValues; tenants: string[]; json: boolean }
  | {
      kind: 'grant';
      target: TargetValues;
      /** In place of the app: object id of the identity and its tenant. */
      identity?: { principalId: string; tenantId: string };
      optional: FeatureName[];
      yes: boolean;
    }
  | { kind: 'script'; shells: Shell[]; optional: FeatureName[]; principalId?: string; tenantId?: string };

export type Shell = 'az' | 'powershell';

const help = { help: { type: 'boolean', short: 'h' } } as const;
const several = { type: 'string', multiple: true } as const;
const one = { type: 'string' } as const;

/** @throws UsageError */
export function readPermissionsOptions(args: readonly string[]): PermissionsOptions {
  const [first, ...rest] = args;
  if (first === 'grant') return grantOptions(rest);
  if (first === 'script') return scriptOptions(rest);
  const { values, positionals } = readArguments(args, {
    ...targetOptions,
    ...help,
    tenant: several,
    json: { type: 'boolean' },
  });
  if (values.help === true) return { kind: 'help' };
  nothingElse(positionals);
  return { kind: 'see', target: values, tenants: values.tenant ?? [], json: values.json === true };
}

function grantOptions(args: readonly string[]): PermissionsOptions {
  const { values, positionals } = readArguments(args, {
    ...targetOptions,
    ...help,
    identity: one,
    tenant: one,
    with: several,
    yes: { type: 'boolean' },
  });
  if (values.help === true) return { kind: 'help' };
  nothingElse(positionals);
  const { app, identity, tenant } = values;
  if (identity === undefined && tenant !== undefined) throw new UsageError('--tenant goes with --identity');
  if ((app === undefined) === (identity === undefined)) {
    throw new UsageError(
      'grant needs either --app NAME --resource-group RG or --identity OBJECT_ID --tenant ID',
    );
  }
  if (identity !== undefined && tenant === undefined) throw new UsageError('--identity needs --tenant ID');
  return {
    kind: 'grant',
    target: values,
    ...(identity === undefined || tenant === undefined
      ? {}
      : { identity: { principalId: idOf('--identity', identity), tenantId: idOf('--tenant', tenant) } }),
    optional: optionalFeatures(values.with ?? []),
    yes: values.yes === true,
  };
}

function scriptOptions(args: readonly string[]): PermissionsOptions {
  const { values, positionals } = readArguments(args, {
    ...help,
    shell: one,
    identity: one,
    tenant: one,
    with: several,
  });
  if (values.help === true) return { kind: 'help' };
  nothingElse(positionals);
  return {
    kind: 'script',
    shells: shellsOf(values.shell),
    optional: optionalFeatures(values.with ?? []),
    ...(values.identity === undefined ? {} : { principalId: idOf('--identity', values.identity) }),
    ...(values.tenant === undefined ? {} : { tenantId: idOf('--tenant', values.tenant) }),
  };
}

function nothingElse([unknown]: readonly string[]): void {
  if (unknown !== undefined)
    throw new UsageError(`permissions has no ${unknown}: only grant and script, which come first`);
}

function shellsOf(shell: string | undefined): Shell[] {
  if (shell === undefined) return ['az', 'powershell'];
  if (shell === 'az' || shell === 'powershell') return [shell];
  throw new UsageError('--shell is az or powershell');
}
