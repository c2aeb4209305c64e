import type { Environment } from '../../shared/config.ts';
import { UsageError } from '../arguments/arguments.ts';
import { hostNameOf, idOf } from '../arguments/values.ts';
import type { Workplace } from '../workplace.ts';
import { settingsHere } from './local-settings.ts';
import { readTarget, targetOptions, type TargetValues } from './target.ts';

/** The app whose managed identity an application is to trust. */
export interface Place {
  name: string;
  /** For people: `the app gracewatch-x in resource group y`. */
  label: string;
  hostName: string;
  /** Object id of the identity. */
  principalId: string;
  /** The home tenant: of the identity, and so of the application (FACTS 11.11). */
  tenantId: string;
  /** Where it is an app that Azure knows. */
  resourceGroup?: string;
}

/** How it was named: an app that Azure knows, or what there is to know of it. */
export type PlaceName =
  | { kind: 'app'; target: TargetValues }
  | { kind: 'host'; hostName: string; principalId: string; tenantId: string };

/** For `readArguments`. */
export const placeOptions = {
  ...targetOptions,
  host: { type: 'string' },
  identity: { type: 'string' },
  tenant: { type: 'string' },
} as const;

interface PlaceValues extends TargetValues {
  host?: string | undefined;
  identity?: string | undefined;
  tenant?: string | undefined;
}

/** @throws UsageError */
export function placeNameOf(command: string, values: PlaceValues): PlaceName {
  const { app, 'resource-group': resourceGroup, subscription, host, identity, tenant } = values;
  const namesHost = host !== undefined || identity !== undefined || tenant !== undefined;
  const namesApp = app !== undefined || resourceGroup !== undefined || subscription !== undefined;
  if (namesHost === namesApp || (namesApp && app === undefined)) {
    throw new UsageError(
      `${command} needs either --app NAME --resource-group RG or --host HOSTNAME --identity OBJECT_ID --tenant ID`,
    );
  }
  if (namesApp) return { kind: 'app', target: { app, 'resource-group': resourceGroup, subscription } };
  if (host === undefined || identity === undefined || tenant === undefined) {
    throw new UsageError('--host, --identity and --tenant go together');
  }
  return {
    kind: 'host',
    hostName: hostNameOf('--host', host),
    principalId: idOf('--identity', identity),
    tenantId: idOf('--tenant', tenant),
  };
}

/** @throws UsageError, TargetUnreachable */
export async function findPlace(
  named: PlaceName,
  workplace: Workplace,
): Promise<{ place: Place; settings: Environment }> {
  switch (named.kind) {
    case 'host': {
      const { hostName, principalId, tenantId } = named;
      const [name = hostName] = hostName.split('.');
      return {
        place: { name, label: `the app ${name}`, hostName, principalId, tenantId },
        settings: await settingsHere(workplace.environment, workplace.folder),
      };
    }
    case 'app': {
      const { label, app, settings } = await readTarget(named.target, workplace);
      if (app?.identity === undefined) {
        throw new UsageError(
          'the app has no user-assigned identity, or several and none that its settings name: give --host HOSTNAME --identity OBJECT_ID --tenant ID',
        );
      }
      const { name, hostName, tenantId, resourceGroup, identity } = app;
      const principalId = identity.principalId.toLowerCase();
      return { place: { name, label, hostName, principalId, tenantId, resourceGroup }, settings };
    }
  }
}
