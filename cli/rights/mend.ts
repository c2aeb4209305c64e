import type { Access, CredentialSettings } from '../../shared/config.ts';
import { tokenRefusalKind, type TokenRefusalKind } from '../../shared/tenants/token-refusal.ts';
import { consentLink } from '../directory/consent-link.ts';
import type { AzureApp, Target } from '../target/target.ts';
import { lackingRights, type PermissionRight, type TenantRights } from './rights.ts';

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

/** What to do about what is needed and not granted in the tenant, each step once; empty where nothing is. */
export function mendingSteps(rights: TenantRights, grantee: Grantee): string[] {
  return [...new Set(lackingRights(rights).map((right) => mendingStep(right, rights.tenant.id, grantee)))];
}

/** What to do about one permission that is not granted. What is unknown is looked at again, unless the authority said what is wrong. */
export function mendingStep(
  { state, code = '' }: Pick<PermissionRight, 'state' | 'code'>,
  tenantId: string,
  grantee: Grantee,
): string {
  const kind = tokenRefusalKind(code);
  const known = kind === undefined ? undefined : byRefusal[kind];
  if (known !== undefined) return known(tenantId, grantee);
  return state === 'unknown' ? whereToSee(grantee) : grantingStep(tenantId, grantee);
}

/** By what the authority refused a token for, where no grant of a permission mends it. */
const byRefusal: Partial<Record<TokenRefusalKind, (tenantId: string, grantee: Grantee) => string>> = {
  trust: trustAgain,
  disabled: () =>
    'An administrator of the tenant lets it in again: entra.microsoft.com > Enterprise applications > the application > Properties > Enabled for users to sign in: Yes',
  tenant: (tenantId) => `npx gracewatch tenants remove ${tenantId}, where the tenant is gone for good`,
  policy: () =>
    'An administrator of the tenant excludes the application: entra.microsoft.com > Conditional Access > Policies, those for workload identities',
  secret: newSecret,
};

function trustAgain(_tenantId: string, { app }: Grantee): string {
  return `npx gracewatch tenants app ${appOptions(app)} --yes`;
}

function newSecret(): string {
  return 'entra.microsoft.com > App registrations > the application > Certificates & secrets makes a new one, for GRACEWATCH_CLIENT_SECRET';
}

function appOptions(app: Grantee['app']): string {
  return app === undefined
    ? '--app NAME --resource-group RG'
    : `--app ${app.name} --resource-group ${app.resourceGroup}`;
}

function grantingStep(tenantId: string, { credential, authority, app }: Grantee): string {
  switch (credential.kind) {
    case 'federated':
      return `An administrator of the tenant consents here: ${consentLink(authority, tenantId, credential.clientId)} (npx gracewatch tenants app checks first that the application asks for the right permissions)`;
    case 'client-secret':
      return `An administrator of the tenant consents here: ${consentLink(authority, tenantId, credential.clientId)} (what it asks for stands in the registration: entra.microsoft.com > App registrations > API permissions)`;
    case 'managed-identity':
    case 'none':
      return app === undefined
        ? `npx gracewatch permissions grant --identity OBJECT_ID --tenant ${tenantId} --yes (OBJECT_ID: the object id of the app's identity, portal.azure.com > the app > Identity)`
        : grantTo(app, tenantId);
  }
}

/** A managed identity has rights in its own tenant and nowhere else. */
function grantTo(app: NonNullable<Grantee['app']>, watched: string): string {
  return app.tenantId === watched
    ? `npx gracewatch permissions grant ${appOptions(app)} --yes`
    : 'npx gracewatch tenants app makes the application for other tenants; then GRACEWATCH_CREDENTIAL=federated';
}

/** An identity has a token only where it lives, so from here only the settings of the app help. */
function whereToSee({ credential, app }: Grantee): string {
  const identity = credential.kind === 'managed-identity' || credential.kind === 'federated';
  return identity && app === undefined
    ? 'npx gracewatch permissions --app NAME --resource-group RG looks at the app in Azure, where the identity is'
    : 'Run it again; what is unknown is not known to be missing';
}
