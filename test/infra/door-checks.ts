import { settingsOf } from './settings.ts';
import { at, type Json, ofType, type Resource, type Snapshot } from './template.ts';

/** What must stand in a resource of each type so that it is reached by TLS and by Entra, and in no other way. */
const locks: [type: string, path: string, allowed: unknown[], otherwise: string][] = [
  ['Microsoft.Web/sites', 'httpsOnly', [true], 'answers plain http'],
  ['Microsoft.Web/sites', 'siteConfig.minTlsVersion', ['1.2', '1.3'], 'speaks an old TLS'],
  ['Microsoft.Web/sites', 'siteConfig.scmMinTlsVersion', ['1.2', '1.3'], 'takes code over an old TLS'],
  ['Microsoft.Web/sites', 'siteConfig.ftpsState', ['Disabled'], 'takes files by FTP'],
  ['Microsoft.Web/sites/basicPublishingCredentialsPolicies', 'allow', [false], 'is a password'],
  ['Microsoft.Storage/storageAccounts', 'supportsHttpsTrafficOnly', [true], 'answers plain http'],
  ['Microsoft.Storage/storageAccounts', 'minimumTlsVersion', ['TLS1_2', 'TLS1_3'], 'speaks an old TLS'],
  ['Microsoft.Storage/storageAccounts', 'allowSharedKeyAccess', [false], 'opens to a shared key'],
  ['Microsoft.Storage/storageAccounts', 'allowBlobPublicAccess', [false], 'may show blobs to anybody'],
  [
    'Microsoft.Storage/storageAccounts/blobServices/containers',
    'publicAccess',
    [undefined, 'None'],
    'shows blobs to anybody',
  ],
  ['Microsoft.KeyVault/vaults', 'enableRbacAuthorization', [true], 'opens by access policy'],
  ['Microsoft.KeyVault/vaults', 'enablePurgeProtection', [true], 'can be purged with its keys'],
  ['Microsoft.KeyVault/vaults', 'accessPolicies', [undefined], 'has access policies'],
  ['Microsoft.Insights/components', 'DisableLocalAuth', [true], 'takes lines without a token'],
  [
    'Microsoft.OperationalInsights/workspaces',
    'features.disableLocalAuth',
    [true],
    'takes lines without a token',
  ],
];

/** No plain http, no old TLS, no key, no password, nothing public. */
export function doorFindings(snapshot: Snapshot): string[] {
  const open = locks.flatMap(([type, path, allowed, otherwise]) => {
    const resources = ofType(snapshot, type);
    if (resources.length === 0) return [`there is no ${type}`];
    return resources
      .filter((resource) => !allowed.includes(at(resource, 'properties', ...path.split('.'))))
      .map((resource) => `${resource.type} ${resource.name} ${otherwise}: ${path}`);
  });
  return [...open, ...passwordFindings(snapshot), ...signInFindings(snapshot)];
}

/** Both kinds of publishing password must be switched off by name: what the template does not mention stays as Azure has it. */
function passwordFindings(snapshot: Snapshot): string[] {
  const mentioned = ofType(snapshot, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies').map(
    ({ name }) => name,
  );
  return ofType(snapshot, 'Microsoft.Web/sites').flatMap(({ name }) =>
    ['ftp', 'scm']
      .filter((kind) => !mentioned.includes(`${name}/${kind}`))
      .map((kind) => `${name} keeps its publishing password for ${kind}`),
  );
}

/**
 * Sign-in is asked of everybody, over https, for this app alone. Without a sign-in app it is off and the app answers nobody, as long as
 * nothing but the platform sets what makes it believe a principal (FACTS 11.6).
 */
function signInFindings(snapshot: Snapshot): string[] {
  const settings = settingsOf(snapshot);
  const believed =
    settings['WEBSITE_AUTH_ENABLED'] === undefined
      ? []
      : ['the app believes whoever says that he is signed in'];
  const [signIn] = ofType(snapshot, 'Microsoft.Web/sites/config').filter(({ name }) =>
    name.endsWith('/authsettingsV2'),
  );
  if (signIn === undefined) return [...believed, 'sign-in stays as an earlier deployment left it'];
  const withoutApp = settings['WEBSITE_AUTH_AAD_ALLOWED_TENANTS'] === undefined;
  return withoutApp && at(signIn, 'properties', 'platform', 'enabled') === false
    ? believed
    : [...believed, ...signInFindingsOf(signIn)];
}

function signInFindingsOf({ properties }: Resource): string[] {
  const entra = at(properties, 'identityProviders', 'azureActiveDirectory') as Json | undefined;
  const listed = at(entra, 'validation', 'defaultAuthorizationPolicy', 'allowedApplications');
  const rules: [kept: boolean, otherwise: string][] = [
    [at(properties, 'platform', 'enabled') === true, 'sign-in is off'],
    [
      at(properties, 'globalValidation', 'requireAuthentication') === true,
      'sign-in is not asked of everybody',
    ],
    [
      at(properties, 'globalValidation', 'unauthenticatedClientAction') !== 'AllowAnonymous',
      'who is not signed in gets in',
    ],
    [at(properties, 'httpSettings', 'requireHttps') === true, 'sign-in works over plain http'],
    [
      Array.isArray(listed) && listed.join() === at(entra, 'registration', 'clientId'),
      'any application may call the API',
    ],
    [at(properties, 'login', 'tokenStore', 'enabled') !== true, 'tokens of those who sign in are kept'],
  ];
  return rules.filter(([kept]) => !kept).map(([, otherwise]) => otherwise);
}
