import { readArguments, UsageError } from '../arguments.ts';
import { targetOptions, type TargetValues } from '../target/target.ts';

export type SignInOptions =
  | { kind: 'help' }
  | {
      kind: 'sign-in';
      where: { kind: 'app'; target: TargetValues } | ({ kind: 'host' } & NamedHost);
      /** Object ids of people and groups. */
      allow: string[];
      /** Tenants of operators; empty: no more; undefined: as the deployment has it. */
      tenants?: string[];
      yes: boolean;
      json: boolean;
    };

export interface NamedHost {
  hostName: string;
  principalId: string;
  tenantId: string;
}

/** @throws UsageError */
export function readSignInOptions(args: readonly string[]): SignInOptions {
  const { values, positionals } = readArguments(args, {
    ...targetOptions,
    host: { type: 'string' },
    identity: { type: 'string' },
    tenant: { type: 'string' },
    allow: { type: 'string', multiple: true },
    tenants: { type: 'string', multiple: true },
    yes: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) return { kind: 'help' };
  const [unknown] = positionals;
  if (unknown !== undefined) {
    throw new UsageError(
      `sign-in takes options only, not ${unknown}; several ids stand in one: --allow ID,ID`,
    );
  }
  const tenants = values.tenants?.join() === 'none' ? [] : idsOf('--tenants', values.tenants ?? []);
  // The template takes ten, and the own tenant is one of them.
  if (tenants.length > 9) throw new UsageError('--tenants takes at most nine tenants');
  return {
    kind: 'sign-in',
    where: whereOf(values),
    allow: idsOf('--allow', values.allow ?? []),
    ...(values.tenants === undefined ? {} : { tenants }),
    yes: values.yes === true,
    json: values.json === true,
  };
}

interface WhereValues extends TargetValues {
  host?: string | undefined;
  identity?: string | undefined;
  tenant?: string | undefined;
}

function whereOf(values: WhereValues): (SignInOptions & { kind: 'sign-in' })['where'] {
  const { app, 'resource-group': resourceGroup, subscription, host, identity, tenant } = values;
  const namesHost = host !== undefined || identity !== undefined || tenant !== undefined;
  const namesApp = app !== undefined || resourceGroup !== undefined || subscription !== undefined;
  if (namesHost === namesApp || (namesApp && app === undefined)) {
    throw new UsageError(
      'sign-in needs either --app NAME --resource-group RG or --host HOSTNAME --identity OBJECT_ID --tenant ID',
    );
  }
  if (namesApp) return { kind: 'app', target: { app, 'resource-group': resourceGroup, subscription } };
  if (host === undefined || identity === undefined || tenant === undefined) {
    throw new UsageError('--host, --identity and --tenant go together');
  }
  return {
    kind: 'host',
    hostName: hostNameOf(host),
    principalId: idOf('--identity', identity),
    tenantId: idOf('--tenant', tenant),
  };
}

function hostNameOf(host: string): string {
  const name = host.trim().toLowerCase();
  if (name.length > 253 || !/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(name)) {
    throw new UsageError(
      '--host must be a host name and nothing else, such as gracewatch-x.azurewebsites.net',
    );
  }
  return name;
}

function idsOf(option: string, values: readonly string[]): string[] {
  const ids = values.flatMap((value) => value.split(',')).map((value) => idOf(option, value));
  return [...new Set(ids)];
}

/** An id goes into commands that somebody copies, so nothing but an id may pass. */
function idOf(option: string, value: string): string {
  const id = value.trim().toLowerCase();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new UsageError(`${option} must be an id such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301`);
  }
  return id;
}
