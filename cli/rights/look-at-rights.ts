import type { TenantSettings } from '../../shared/config.ts';
import type { TenantRights } from './rights.ts';
import { type RightsByCall, rightsByCall } from './rights-by-call.ts';
import { type RightsFromAfar, rightsFromAfar } from './rights-from-afar.ts';

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
