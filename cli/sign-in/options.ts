import { readArguments, UsageError } from '../arguments/arguments.ts';
import { idOf } from '../arguments/values.ts';
import type { GivenRole } from './app-roles.ts';
import { type PlaceName, placeNameOf, placeOptions } from '../target/place.ts';

export type SignInOptions =
  | { kind: 'help' }
  | {
      kind: 'sign-in';
      where: PlaceName;
      /** Object ids of people and groups, by what they are to have. */
      give: Record<GivenRole, string[]>;
      /** Tenants of operators; empty: no more; undefined: as the deployment has it. */
      tenants?: string[];
      yes: boolean;
      json: boolean;
    };

/** @throws UsageError */
export function readSignInOptions(args: readonly string[]): SignInOptions {
  const { values, positionals } = readArguments(args, {
    ...placeOptions,
    operator: { type: 'string', multiple: true },
    reader: { type: 'string', multiple: true },
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
    where: placeNameOf('sign-in', values),
    give: {
      operator: idsOf('--operator', values.operator ?? []),
      reader: idsOf('--reader', values.reader ?? []),
      'sign-in': idsOf('--allow', values.allow ?? []),
    },
    ...(values.tenants === undefined ? {} : { tenants }),
    yes: values.yes === true,
    json: values.json === true,
  };
}

function idsOf(option: string, values: readonly string[]): string[] {
  const ids = values.flatMap((value) => value.split(',')).map((value) => idOf(option, value));
  return [...new Set(ids)];
}
