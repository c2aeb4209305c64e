import type { TenantSettings } from '../../shared/config.ts';
import type { Feature, Permission } from '../../shared/permissions.ts';
import { type RightsByCall, rightsByCall } from './rights-by-call.ts';
import { type RightsFromAfar, rightsFromAfar } from './rights-from-afar.ts';

/** What one tenant has granted, as far as this machine can see. Reasons hold no token and no text of a service. */
export interface TenantRights {
  tenant: TenantSettings;
  /** `refused`: the authority decided so, by `code` where there was one. `later`: it cannot be had here or now. */
  token: { kind: 'read' } | { kind: 'refused' | 'later'; reason: string; code?: string };
  permissions: PermissionRight[];
  /** Granted and not in the table; in brackets what one that does more than read can do: `User.ReadWrite.All (writes)`. */
  more: string[];
}

export interface PermissionRight {
  feature: Feature;
  permission: Permission;
  /** `missing` only where a service or a directory said so; whatever could not be seen is `unknown` (law 3). */
  state: 'granted' | 'missing' | 'unknown';
  reason: string;
  /** What the state is taken from; `call` is one made now or by the last collection. */
  seenBy: 'token' | 'call' | 'directory' | 'nothing';
}

/** Whether this machine has the app's own credential, or looks at an app in Azure from outside. */
export type RightsPorts = RightsByCall | RightsFromAfar;

/** Compares the table of permissions with what the tenant has granted. Throws nothing that a service or storage could cause. */
export async function lookAtRights(tenant: TenantSettings, ports: RightsPorts): Promise<TenantRights> {
  switch (ports.kind) {
    case 'own':
      return rightsByCall(tenant, ports);
    case 'afar':
      return rightsFromAfar(tenant, ports);
  }
}

/** What needs somebody's hand: a permission that is needed and not known to be granted. */
export function lackingRights(rights: TenantRights): PermissionRight[] {
  return rights.permissions.filter(({ feature, state }) => !feature.optional && state !== 'granted');
}
