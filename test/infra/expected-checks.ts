import { isDeepStrictEqual } from 'node:util';
import { settingsOf } from './settings.ts';
import {
  at,
  lastPart,
  ofType,
  type Resource,
  type Snapshot,
  type Template,
  templatesIn,
} from './template.ts';

/** Parameters of a deployment by name: those that its file gives, and else their defaults. */
export type Given = Readonly<Record<string, unknown>>;

type Expectation = [what: string, is: unknown, mustBe: unknown];

/** Reads the plain values of a parameter file: numbers, texts, and lists of texts. */
export function givenIn(parameterFile: string, template: Template): Given {
  const defaults = Object.entries(template.parameters ?? {}).map(([name, { defaultValue }]) => [
    name,
    defaultValue,
  ]);
  const given = Array.from(
    parameterFile.matchAll(/^param (\w+) = (\d+|'[^'{]*'|\['[^{]*\])$/gm),
    ([, name = '', value = '']): [string, unknown] => [name, JSON.parse(value.replaceAll("'", '"'))],
  );
  return Object.fromEntries([...defaults, ...given]) as Given;
}

/** What each resource must have for the app to run, as it was asked for and no otherwise. */
export function expectedFindings(snapshot: Snapshot, given: Given): string[] {
  return [
    ...siteExpectations(snapshot, given),
    ...settingExpectations(snapshot, given),
    ...signInExpectations(snapshot, given),
    ...storageExpectations(snapshot, given),
    ...vaultExpectations(snapshot),
    ...logExpectations(snapshot, given),
  ]
    .filter(([, is, mustBe]) => !isDeepStrictEqual(is, mustBe))
    .map(([what, is, mustBe]) => `${what} is ${JSON.stringify(is)}, not ${JSON.stringify(mustBe)}`);
}

function theOnly(snapshot: Snapshot, type: string, suffix = ''): Resource {
  const [resource, ...others] = ofType(snapshot, type).filter(({ name }) => name.endsWith(suffix));
  if (resource === undefined || others.length > 0)
    throw new Error(`there is not one ${type} that ends with "${suffix}"`);
  return resource;
}

function idOf(snapshot: Snapshot, type: string): string {
  return theOnly(snapshot, type).id;
}

const identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities';
const accountType = 'Microsoft.Storage/storageAccounts';

function siteExpectations(snapshot: Snapshot, given: Given): Expectation[] {
  const identity = idOf(snapshot, identityType);
  const { properties } = theOnly(snapshot, 'Microsoft.Web/sites');
  const ready = given['alwaysReadyInstances'];
  return [
    ['serverFarmId', at(properties, 'serverFarmId'), idOf(snapshot, 'Microsoft.Web/serverfarms')],
    ['httpsOnly', at(properties, 'httpsOnly'), true],
    ['keyVaultReferenceIdentity', at(properties, 'keyVaultReferenceIdentity'), identity],
    [
      'siteConfig, where nothing else is opened,',
      at(properties, 'siteConfig'),
      { minTlsVersion: '1.2', scmMinTlsVersion: '1.2', ftpsState: 'Disabled' },
    ],
    [
      'deployment.storage',
      at(properties, 'functionAppConfig', 'deployment', 'storage'),
      {
        type: 'blobContainer',
        value: `[format('https://{0}.blob.{1}/{2}', '${lastPart(idOf(snapshot, accountType))}', environment().suffixes.storage, 'packages')]`,
        authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity },
      },
    ],
    [
      'scaleAndConcurrency',
      at(properties, 'functionAppConfig', 'scaleAndConcurrency'),
      {
        instanceMemoryMB: given['instanceMemory'],
        maximumInstanceCount: given['maximumInstances'],
        alwaysReady: ready === 0 ? [] : [{ name: 'http', instanceCount: ready }],
      },
    ],
  ];
}

function clientIdOf(snapshot: Snapshot): string {
  return `reference('${idOf(snapshot, identityType)}', '2024-11-30').clientId`;
}

/** Those who may sign in, by tenant; nobody where there is no sign-in app. */
function signInTenantsOf(snapshot: Snapshot, given: Given): string[] {
  if (given['signInClientId'] === '') return [];
  const listed = given['signInTenants'] as string[];
  return listed.length > 0 ? listed : [String(snapshot.outputs['tenantId'])];
}

function settingExpectations(snapshot: Snapshot, given: Given): Expectation[] {
  const settings = settingsOf(snapshot);
  const clientId = clientIdOf(snapshot);
  const tenants = signInTenantsOf(snapshot, given);
  const account = lastPart(idOf(snapshot, accountType));
  const mustBe: Record<string, string | undefined> = {
    ...Object.fromEntries(
      ['blob', 'queue', 'table'].map((service) => [
        `AzureWebJobsStorage__${service}ServiceUri`,
        `[format('https://{0}.${service}.{1}', '${account}', environment().suffixes.storage)]`,
      ]),
    ),
    AzureWebJobsStorage__credential: 'managedidentity',
    AzureWebJobsStorage__clientId: `[${clientId}]`,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `[format('ClientId={0};Authorization=AAD', ${clientId})]`,
    GRACEWATCH_RETENTION_DAYS: String(given['retentionDays']),
    WEBSITE_AUTH_AAD_ALLOWED_TENANTS: tenants.length === 0 ? undefined : tenants.join(','),
    OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: tenants.length === 0 ? undefined : `[${clientId}]`,
  };
  return Object.entries(mustBe).map(([name, value]) => [`the setting ${name}`, settings[name], value]);
}

function signInExpectations(snapshot: Snapshot, given: Given): Expectation[] {
  const tenants = signInTenantsOf(snapshot, given);
  if (tenants.length === 0) return [];
  const clientId = String(given['signInClientId']);
  const { properties } = theOnly(snapshot, 'Microsoft.Web/sites/config', '/authsettingsV2');
  const issuer = tenants.length === 1 ? tenants[0] : 'organizations';
  return [
    [
      'the sign-in provider',
      at(properties, 'identityProviders', 'azureActiveDirectory'),
      {
        enabled: true,
        registration: {
          clientId,
          openIdIssuer: `[format('{0}{1}/v2.0', environment().authentication.loginEndpoint, '${String(issuer)}')]`,
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID',
        },
        validation: {
          allowedAudiences: [clientId, `api://${clientId}`],
          defaultAuthorizationPolicy: { allowedApplications: [clientId] },
        },
      },
    ],
    [
      'unauthenticatedClientAction',
      at(properties, 'globalValidation', 'unauthenticatedClientAction'),
      'RedirectToLoginPage',
    ],
  ];
}

function storageExpectations(snapshot: Snapshot, given: Given): Expectation[] {
  const { properties } = theOnly(snapshot, accountType);
  const [rule] = at(
    theOnly(snapshot, `${accountType}/managementPolicies`),
    'properties',
    'policy',
    'rules',
  ) as unknown[];
  return [
    ['allowCrossTenantReplication', at(properties, 'allowCrossTenantReplication'), false],
    [
      'what the life time does',
      at(rule, 'definition', 'actions'),
      { baseBlob: { delete: { daysAfterModificationGreaterThan: given['oversizedItemDays'] } } },
    ],
  ];
}

/** Nothing but a token opens the vault, and what was deleted in it comes back; Azure's own default for soft delete is on. */
function vaultExpectations(snapshot: Snapshot): Expectation[] {
  const { properties } = theOnly(snapshot, 'Microsoft.KeyVault/vaults');
  return [
    ['enableSoftDelete', at(properties, 'enableSoftDelete') ?? true, true],
    ['enablePurgeProtection', at(properties, 'enablePurgeProtection'), true],
    ...['enabledForTemplateDeployment', 'enabledForDeployment', 'enabledForDiskEncryption'].map(
      (name): Expectation => [name, at(properties, name) ?? false, false],
    ),
  ];
}

function logExpectations(snapshot: Snapshot, given: Given): Expectation[] {
  const workspace = theOnly(snapshot, 'Microsoft.OperationalInsights/workspaces');
  const component = theOnly(snapshot, 'Microsoft.Insights/components');
  return [
    [
      'dailyQuotaGb',
      at(workspace, 'properties', 'workspaceCapping', 'dailyQuotaGb'),
      given['dailyLogGigabytes'],
    ],
    ['retentionInDays', at(workspace, 'properties', 'retentionInDays'), given['logDays']],
    ['WorkspaceResourceId', at(component, 'properties', 'WorkspaceResourceId'), workspace.id],
    ['SamplingPercentage', at(component, 'properties', 'SamplingPercentage') ?? 100, 100],
  ];
}

/** Secrets that are made, and the empty list of channels, never replace what is there; only channels that somebody gives do. */
export function keptSecretFindings(template: Template): string[] {
  return templatesIn(template).flatMap(([, { resources }]) =>
    Object.entries(resources)
      .filter(([, { type }]) => type === 'Microsoft.KeyVault/vaults/secrets')
      .filter(([, resource]) => at(resource, 'properties', 'value') !== "[parameters('channels')]")
      .filter(([, resource]) => at(resource, '@options', 'onlyIfNotExists') === undefined)
      .map(([symbol]) => `${symbol} replaces what the vault has`),
  );
}

/** The app comes after its rights and the code after everything, because both fail without what they need. */
const order: [later: string, earlier: string[]][] = [
  ['access', ['identity', 'storage', 'vault', 'monitoring']],
  ['app', ['access']],
  ['signIn', ['app']],
  ['alarms', ['storage', 'monitoring']],
  ['code', ['app', 'signIn', 'alarms']],
];

export function orderFindings({ resources }: Template): string[] {
  return order.flatMap(([later, earlier]) => {
    const named = at(resources[later], 'dependsOn');
    const waitsFor: unknown[] = Array.isArray(named) ? named : [];
    return earlier
      .filter((symbol) => !waitsFor.includes(symbol))
      .map((symbol) => `${later} does not wait for ${symbol}`);
  });
}
