import type { TenantSettings } from '../../shared/config.ts';
import type { Feature, Permission } from '../../shared/permissions.ts';

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
  /** With which the authority refused the token, such as `AADSTS700016`: what mends it depends on it. */
  code?: string;
  /** What the state is taken from; `call` is one made now or by the last collection. */
  seenBy: 'token' | 'call' | 'directory' | 'nothing';
}

/** Whether it needs somebody's hand: it is needed and not known to be granted. */
export function isLacking({ feature, state }: PermissionRight): boolean {
  return !feature.optional && state !== 'granted';
}

export function lackingRights(rights: TenantRights): PermissionRight[] {
  return rights.permissions.filter(isLacking);
}
