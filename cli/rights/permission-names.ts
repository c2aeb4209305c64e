import { apis, featurePermissions } from '../../shared/permissions.ts';
import type { AppRoleAssignment, Directory } from '../directory/directory.ts';

/** The names of what is granted; of an API that is not in the table only ids are known. */
export async function permissionNames(
  assignments: readonly Pick<AppRoleAssignment, 'appRoleId'>[],
  directory: Pick<Directory, 'findServicePrincipal'>,
): Promise<string[]> {
  const names = new Map<string, string>(
    featurePermissions.map(({ permission }) => [permission.appRoleId, permission.name]),
  );
  if (assignments.some(({ appRoleId }) => !names.has(appRoleId))) {
    for (const { appId } of Object.values(apis)) {
      const api = await directory.findServicePrincipal(appId);
      for (const { id, value } of api.kind === 'read' ? (api.value?.appRoles ?? []) : [])
        names.set(id, value);
    }
  }
  return assignments.map(({ appRoleId }) => names.get(appRoleId) ?? `app role ${appRoleId}`);
}
