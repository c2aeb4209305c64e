import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Directory } from '../directory/directory.ts';
import { lookAtApplication } from '../plan/look-at-application.ts';
import type { PresentSignIn } from './plan.ts';

/** What stands in the directory of the application with this unique name, and who may sign in to it. */
export async function lookAtSignIn(
  directory: Directory,
  uniqueName: string,
): Promise<ReadOutcome<PresentSignIn>> {
  const present = await lookAtApplication(directory, uniqueName);
  if (present.kind !== 'read') return present;
  const { servicePrincipal } = present.value;
  if (servicePrincipal === undefined) return { kind: 'read', value: { ...present.value, allowed: [] } };
  const assigned = await directory.listAppRolesOn(servicePrincipal.id);
  if (assigned.kind !== 'read') return assigned;
  const allowed = assigned.value.map(({ principalId, appRoleId }) => ({
    id: principalId.toLowerCase(),
    appRoleId: appRoleId.toLowerCase(),
  }));
  return { kind: 'read', value: { ...present.value, allowed } };
}
