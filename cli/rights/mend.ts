import type { Access, CredentialSettings } from '../../shared/config.ts';
import { consentLink } from '../directory/consent-link.ts';
import type { AzureApp, Target } from '../target/target.ts';
import { lackingRights, type TenantRights } from './rights.ts';

/** Who is to have the rights: how a deployment comes by them depends on its credential. */
export interface Grantee {
  credential: CredentialSettings;
  authority: string;
  /** Where it is an app in Azure. */
  app?: Pick<AzureApp, 'name' | 'resourceGroup' | 'tenantId'>;
}

export function granteeOf(
  { app }: Target,
  { credential, endpoints }: Pick<Access, 'credential' | 'endpoints'>,
): Grantee {
  return { credential, authority: endpoints.authority, ...(app === undefined ? {} : { app }) };
}

/** What to do about what is needed and not granted, a line each; empty where nothing is. */
export function mendingSteps(rights: TenantRights, { credential, authority, app }: Grantee): string[] {
  const lacking = lackingRights(rights);
  const steps: string[] = [];
  const { id } = rights.tenant;
  if (lacking.some(({ state }) => state === 'missing')) {
    switch (credential.kind) {
      case 'federated':
        steps.push(
          `An administrator of the tenant consents here: ${consentLink(authority, id, credential.clientId)}`,
          'npx gracewatch tenants app checks first that the application asks for the right permissions',
        );
        break;
      case 'client-secret':
        steps.push(
          `An administrator of the tenant consents here: ${consentLink(authority, id, credential.clientId)}`,
          'what it asks for stands in the registration: entra.microsoft.com > App registrations > API permissions',
        );
        break;
      case 'managed-identity':
      case 'none':
        steps.push(
          app === undefined
            ? `npx gracewatch permissions grant --identity OBJECT_ID --tenant ${id} --yes`
            : grantTo(app, id),
        );
        break;
    }
  }
  if (lacking.some(({ state }) => state === 'unknown')) steps.push(whereToSee(credential.kind, app));
  return steps;
}

/** A managed identity has rights in its own tenant and nowhere else. */
function grantTo({ name, resourceGroup, tenantId }: NonNullable<Grantee['app']>, watched: string): string {
  return tenantId === watched
    ? `npx gracewatch permissions grant --app ${name} --resource-group ${resourceGroup} --yes`
    : 'npx gracewatch tenants app makes the application for other tenants; then GRACEWATCH_CREDENTIAL=federated';
}

/** An identity has a token only where it lives, so from here only the settings of the app help. */
function whereToSee(credential: Grantee['credential']['kind'], app: Grantee['app']): string {
  const identity = credential === 'managed-identity' || credential === 'federated';
  return identity && app === undefined
    ? 'npx gracewatch permissions --app NAME --resource-group RG looks at the app in Azure, where the identity is'
    : 'Run it again; what is unknown is not known to be missing';
}
