import type { ReadOutcome } from '../../shared/ports.ts';
import type { Directory } from '../directory/directory.ts';
import type { PresentSignIn } from './plan.ts';

/** What stands in the directory of the application with this unique name. */
export async function lookAtSignIn(
  directory: Directory,
  uniqueName: string,
): Promise<ReadOutcome<PresentSignIn>> {
  const application = await directory.findApplication(uniqueName);
  if (application.kind !== 'read') return application;
  if (application.value === undefined) return { kind: 'read', value: { trusts: [], allowed: [] } };
  const { id, appId } = application.value;
  const trusts = await directory.listFederatedCredentials(id);
  if (trusts.kind !== 'read') return trusts;
  const servicePrincipal = await directory.findServicePrincipal(appId);
  if (servicePrincipal.kind !== 'read') return servicePrincipal;
  const seen = { application: application.value, trusts: trusts.value };
  if (servicePrincipal.value === undefined) return { kind: 'read', value: { ...seen, allowed: [] } };
  const allowed = await directory.listAppRolesOn(servicePrincipal.value.id);
  if (allowed.kind !== 'read') return allowed;
  return {
    kind: 'read',
    value: {
      ...seen,
      servicePrincipal: servicePrincipal.value,
      allowed: allowed.value.map(({ principalId }) => principalId.toLowerCase()),
    },
  };
}
