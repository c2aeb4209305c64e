import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Directory } from '../directory/directory.ts';
import type { PresentApplication } from './aspect.ts';

/** What stands in the directory of the application with this unique name. */
export async function lookAtApplication(
  directory: Directory,
  uniqueName: string,
): Promise<ReadOutcome<PresentApplication>> {
  const application = await directory.findApplication(uniqueName);
  if (application.kind !== 'read') return application;
  if (application.value === undefined) return { kind: 'read', value: { trusts: [] } };
  const { id, appId } = application.value;
  const trusts = await directory.listFederatedCredentials(id);
  if (trusts.kind !== 'read') return trusts;
  const servicePrincipal = await directory.findServicePrincipal(appId);
  if (servicePrincipal.kind !== 'read') return servicePrincipal;
  return {
    kind: 'read',
    value: {
      application: application.value,
      trusts: trusts.value,
      ...(servicePrincipal.value === undefined ? {} : { servicePrincipal: servicePrincipal.value }),
    },
  };
}
