import type { CommandPrincipal } from '../alert/alert.ts';
import type { AccessGrant, AccessRole } from '../config-access.ts';
import type { Principal } from './principal.ts';

/** What somebody may: of each tenant. */
export interface Access {
  /** Undefined where nobody is asked who he is. */
  by: CommandPrincipal | undefined;
  /** He may read something, whatever that is. */
  readsAny: boolean;
  actsAny: boolean;
  mayRead: (tenantId: string) => boolean;
  mayAct: (tenantId: string) => boolean;
  /** What may be the reason why he may not more. */
  groupsLeftOut: boolean;
}

/** On a machine without sign-in, where everything is on loopback. */
export const openAccess: Access = {
  by: undefined,
  readsAny: true,
  actsAny: true,
  mayRead: () => true,
  mayAct: () => true,
  groupsLeftOut: false,
};

/** Closed, but for what a grant or an app role opens; of several the one that opens more counts. An operator reads, too. */
export function accessOf(principal: Principal, grants: readonly AccessGrant[]): Access {
  const { id, name, userName, groups, groupsLeftOut, roles } = principal;
  const ids = new Set([id, ...groups]);
  const own = grants.filter((grant) => ids.has(grant.principal));
  const operates = own.filter(({ role }) => role === 'operator');
  const hasRole = (role: AccessRole): boolean => roles.includes(role);
  const actsEverywhere = hasRole('operator');
  const readsEverywhere = actsEverywhere || hasRole('reader');
  return {
    by: {
      id,
      ...(name === undefined ? {} : { name }),
      ...(userName === undefined ? {} : { userName }),
    },
    readsAny: readsEverywhere || own.length > 0,
    actsAny: actsEverywhere || operates.length > 0,
    mayRead: (tenantId) => readsEverywhere || covers(own, tenantId),
    mayAct: (tenantId) => actsEverywhere || covers(operates, tenantId),
    groupsLeftOut,
  };
}

function covers(grants: readonly AccessGrant[], tenantId: string): boolean {
  return grants.some(({ tenants }) => tenants?.includes(tenantId.toLowerCase()) ?? true);
}
