metadata description = 'The function app on Flex Consumption, and every setting that it reads (shared/config.ts).'

param name string
param location string
param tags { *: string }
param identityName string
param storageAccountName string
param packageContainerName string
param vaultName string
param componentName string
param alwaysReadyInstances int
param maximumInstances int
param instanceMemory int
@description('What the app is told and what does not follow from its resources.')
param settings {
  tenants: string
  @description('Client id of the multi-tenant app; empty: the identity itself.')
  multiTenantClientId: string
  @description('Who may read and act, as JSON list; app roles need none.')
  access: string
  rules: string
  retentionDays: int
  endpoints: { graph: string, activity: string, authority: string }
}
@description('Ids of the tenants whose people may sign in; empty: nobody.')
param signInTenants string[]

var nodeVersion = loadJsonContent('../../package.json', '$.devDependencies.node')
var storageSuffix = environment().suffixes.storage

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: { ...tags, 'azd-service-name': 'gracewatch' }
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageAccountName}.blob.${storageSuffix}/${packageContainerName}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'node', version: first(split(nodeVersion, '.')) }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
      }
    }
  }
}

// Whoever brings code is a person or a workflow with a token; there is no publishing password. What changes the site comes one
// after the other, because the platform refuses a change while another is under way.
resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource deploymentPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
  dependsOn: [ftpPassword]
}

// Apart from the site, because one of them is the site's own address. They replace what somebody set by hand.
resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'appsettings'
  properties: {
    // By address and not by __accountName, which the host completes with the suffix of the public cloud only.
    AzureWebJobsStorage__blobServiceUri: 'https://${storageAccountName}.blob.${storageSuffix}'
    AzureWebJobsStorage__queueServiceUri: 'https://${storageAccountName}.queue.${storageSuffix}'
    AzureWebJobsStorage__tableServiceUri: 'https://${storageAccountName}.table.${storageSuffix}'
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.properties.clientId
    AzureWebJobsDisableHomepage: 'true'
    // An address and no secret: the component takes nothing that does not come with the identity's token.
    APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
    GRACEWATCH_TENANTS: settings.tenants
    GRACEWATCH_CREDENTIAL: empty(settings.multiTenantClientId) ? 'managed-identity' : 'federated'
    GRACEWATCH_CLIENT_ID: empty(settings.multiTenantClientId)
      ? identity.properties.clientId
      : settings.multiTenantClientId
    GRACEWATCH_GRAPH_ENDPOINT: settings.endpoints.graph
    GRACEWATCH_ACTIVITY_ENDPOINT: settings.endpoints.activity
    GRACEWATCH_AUTHORITY: settings.endpoints.authority
    GRACEWATCH_PUBLIC_URL: 'https://${site.properties.defaultHostName}'
    GRACEWATCH_ACCESS: settings.access
    GRACEWATCH_RULES: settings.rules
    GRACEWATCH_RETENTION_DAYS: string(settings.retentionDays)
    // Without a version: a changed value arrives by itself, within a day or at the next change of a setting.
    GRACEWATCH_CHANNELS: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=channels)'
    GRACEWATCH_CLIENT_STATE_KEY: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=client-state-key)'
    GRACEWATCH_PHONE_KEY: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=phone-key)'
    ...(empty(signInTenants)
      ? {}
      : {
          WEBSITE_AUTH_AAD_ALLOWED_TENANTS: join(signInTenants, ',')
          // The sign-in app trusts the identity in place of a secret (FACTS 11.6).
          OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identity.properties.clientId
        })
  }
  dependsOn: [deploymentPassword]
}

output name string = site.name
output hostName string = site.properties.defaultHostName
