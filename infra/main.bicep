metadata name = 'Gracewatch'
metadata description = 'Watches Microsoft 365 tenants for licence, group-licensing and MFA problems. One deployment into one resource group; nothing outside it is changed.'

targetScope = 'resourceGroup'

import {
  areDistinct
  isChannelList
  isGuid
  isHttpsAddress
  isMailAddress
  isName
  isRegion
  isRuleSettings
} from 'checks.bicep'

@sealed()
type watchedTenant = {
  @description('Tenant id, such as 11111111-2222-4333-8444-555555555555.')
  id: string
  @description('What cards and pages call it, such as Contoso.')
  @minLength(1)
  name: string
  @description('One of its domains, such as contoso.com.')
  @minLength(1)
  domain: string?
}

@sealed()
type accessGrant = {
  @description('Object id of a person, an application or a group, such as 33333333-4444-4555-8666-777777777777.')
  principal: string
  @description('reader sees alerts and histories; operator also acknowledges, snoozes and reopens.')
  role: 'reader' | 'operator'
  @description('Ids of the tenants for which it holds. Left out: all.')
  @minLength(1)
  tenants: string[]?
}

// Where, and what it is called

@description('Name of the deployment, such as gracewatch or gracewatch-test: lower-case letters, digits and single hyphens, a letter first. Every resource name begins with it, and deployments with different names live side by side in one resource group.')
@minLength(3)
@maxLength(20)
param name string = 'gracewatch'

@description('Azure region of every resource, such as westeurope. Empty: that of the resource group. It must offer Flex Consumption: az functionapp list-flexconsumption-locations.')
param location string = resourceGroup().location

@description('Name of the azd environment; azd finds its resources by it. Leave it empty without azd.')
param environmentName string = ''

// What is watched, and who is told

@description('Who gets the mails when the watch itself fails, such as it@contoso.com. Not the alerts about tenants: those go to the channels.')
@maxLength(254)
param alarmMail string

@description('Watched tenants, such as [{"id": "11111111-2222-4333-8444-555555555555", "name": "Contoso", "domain": "contoso.com"}]. Empty: the tenant of this subscription, or with multiTenantClientId those that "gracewatch tenants add" names.')
param tenants watchedTenant[] = []

@description('Client id of the multi-tenant app that "gracewatch tenants app" makes, such as 22222222-3333-4444-8555-666666666666. Empty: the managed identity watches its own tenant alone.')
param multiTenantClientId string = ''

@secure()
@description('Channels as JSON list, such as [{"id": "licences", "kind": "teams", "url": "https://…", "timeZone": "Europe/Berlin"}]. They are kept in the key vault. Empty: those that are there stay.')
param channels string = ''

@description('Settings of rules as JSON object by rule id, such as {"licence/licence-lost": {}}. {} leaves every rule as it is.')
param rules string = '{}'

@description('Days for which timelines and resolved alerts are kept, such as 400.')
@minValue(1)
@maxValue(3650)
param retentionDays int = 400

@description('Office 365 Management API, where it is not that of the cloud: https://manage-gcc.office.com for a GCC tenant. Empty: that of the cloud.')
param activityEndpoint string = ''

// Who may look

@description('Client id of the sign-in app that "gracewatch sign-in" makes, such as 33333333-4444-4555-8666-777777777777. Empty: API and dashboard are closed and answer 401.')
param signInClientId string = ''

@description('Ids of the tenants whose people may sign in, at most ten; the tenant of this subscription too, if its people may. Empty: that tenant alone.')
@maxLength(10)
param signInTenants string[] = []

@description('Who may read and act, besides those who have an app role of the sign-in app, such as [{"principal": "33333333-4444-4555-8666-777777777777", "role": "reader", "tenants": ["11111111-2222-4333-8444-555555555555"]}]. Whom neither names, reads nothing.')
param accessGrants accessGrant[] = []

// How large, and what it costs

@description('Instances that are always running for HTTP, such as 1. One costs its memory for every hour of the month, busy or not. With 0 nothing is running when nobody calls, and a cold start can take longer than the three seconds that Microsoft Graph waits for a webhook to answer: its notifications then come late, and after many failures not at all.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 1

@description('Most instances at a time, such as 40: bounds what a flood of notifications can cost. The platform advises against fewer than 40.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Memory of an instance in MB: 512, 2048 or 4096. More memory has more processor, and every second costs more.')
param instanceMemory 512 | 2048 | 4096 = 2048

@description('Gigabytes of log a day, such as 1. Beyond them nothing is logged until the next day; an alarm says so.')
@minValue(1)
@maxValue(100)
param dailyLogGigabytes int = 1

@description('Days for which the log is kept, such as 90.')
@minValue(30)
@maxValue(730)
param logDays int = 90

@description('Days for which blobs with oversized items are kept, such as 90. Messages never expire, and a message that was put aside refers to its blob until somebody replays it: so not few.')
@minValue(30)
@maxValue(3650)
param oversizedItemDays int = 90

// The code, and the vault

@description('Address of a release\'s gracewatch.zip that anybody can fetch, such as https://github.com/OWNER/REPOSITORY/releases/download/v1.0.0/gracewatch.zip. Empty: the code comes later, by azd, func or the workflow.')
param packageUri string = ''

@description('true once, when this deployment was removed less than seven days ago and comes back under its name: its key vault is then taken back instead of made. It fails where there is nothing to take back.')
param recoverVault bool = false

@secure()
@description('Leave it alone. Made once, kept in the key vault and not read again. Give the old one when a deployment moves to another place.')
@minLength(32)
param clientStateKey string = '${newGuid()}${newGuid()}'

@secure()
@description('Leave it alone. Made once, kept in the key vault and not read again. Give the old one when a deployment moves to another place with its tables.')
@minLength(32)
param phoneKey string = '${newGuid()}${newGuid()}'

// What is wrong is said before anything is made

var ownTenantId = tenant().tenantId
var tenantIds = map(tenants, watched => watched.id)

var givenName = isName(name)
  ? name
  : fail('name: begin with a letter, use lower-case letters, digits and single hyphens, and end with no hyphen, such as gracewatch-test')
// No parameter can have this for its value and be empty too.
#disable-next-line no-loc-expr-outside-params
var groupLocation = resourceGroup().location
var givenLocation = empty(location)
  ? groupLocation
  : isRegion(location)
      ? location
      : fail('location: give the name of a region in lower-case letters and digits, such as westeurope')
var givenMail = isMailAddress(alarmMail) ? alarmMail : fail('alarmMail: give one mail address, such as it@contoso.com')
var givenTenants = !contains(map(tenantIds, id => isGuid(id)), false)
  ? map(tenants, watched => {
      id: watched.id
      name: watched.name
      // One that is null is none: the app takes text or nothing.
      ...(watched.?domain == null ? {} : { domain: watched.domain! })
    })
  : fail('tenants: every id must be a tenant id, such as 11111111-2222-4333-8444-555555555555')
var namedTenants = empty(filter(
    tenants,
    watched => empty(trim(watched.name)) || empty(trim(watched.?domain ?? watched.id))
  ))
  ? givenTenants
  : fail('tenants: a name or a domain is blank')
var distinctTenants = areDistinct(tenantIds) ? namedTenants : fail('tenants: a tenant is named twice')
var reachableTenants = !empty(multiTenantClientId) || empty(filter(tenantIds, id => toLower(id) != toLower(ownTenantId)))
  ? distinctTenants
  : fail('tenants: without multiTenantClientId only the tenant of this subscription can be watched; "gracewatch tenants app" makes the app for others')
var givenMultiTenantClientId = empty(multiTenantClientId) || isGuid(multiTenantClientId)
  ? multiTenantClientId
  : fail('multiTenantClientId: give the client id of the app, such as 22222222-3333-4444-8555-666666666666')
var givenRules = isRuleSettings(rules)
  ? rules
  : fail('rules: give a JSON object of settings by rule id, such as {"licence/licence-lost": {}}, or {}')
var givenActivityEndpoint = empty(activityEndpoint) || isHttpsAddress(activityEndpoint)
  ? activityEndpoint
  : fail('activityEndpoint: give an https address, such as https://manage-gcc.office.com')
var givenSignInClientId = empty(signInClientId) || isGuid(signInClientId)
  ? signInClientId
  : fail('signInClientId: give the client id of the sign-in app, such as 33333333-4444-4555-8666-777777777777')
var givenSignInTenants = !contains(map(signInTenants, id => isGuid(id)), false)
  ? signInTenants
  : fail('signInTenants: every entry must be a tenant id, such as 11111111-2222-4333-8444-555555555555')
var usableSignInTenants = empty(givenSignInTenants) || !empty(givenSignInClientId)
  ? givenSignInTenants
  : fail('signInTenants: nobody can sign in without signInClientId; "gracewatch sign-in" makes the app')
var givenPrincipals = !contains(map(accessGrants, grant => isGuid(grant.principal)), false)
  ? accessGrants
  : fail('accessGrants: every principal must be an object id, such as 33333333-4444-4555-8666-777777777777')
var usableAccessGrants = !contains(
    map(flatten(map(accessGrants, grant => grant.?tenants ?? [])), id => isGuid(id)),
    false
  )
  ? map(givenPrincipals, grant => {
      principal: grant.principal
      role: grant.role
      ...(grant.?tenants == null ? {} : { tenants: grant.tenants! })
    })
  : fail('accessGrants: every tenant must be a tenant id, such as 11111111-2222-4333-8444-555555555555')
var givenPackageUri = empty(packageUri) || isHttpsAddress(packageUri)
  ? packageUri
  : fail('packageUri: give an https address of gracewatch.zip')

// What follows from the parameters

var suffix = uniqueString(resourceGroup().id, givenName)
var deploymentName = '${givenName}-${suffix}'
// At most 24 letters and digits, as storage accounts and vaults want it; hyphens could meet where it is cut.
var shortName = replace(givenName, '-', '')
var storageAccountName = '${take(shortName, 11)}${suffix}'
var vaultName = '${take(shortName, 10)}-${suffix}'
var packageContainerName = 'packages'
var tags = empty(environmentName) ? {} : { 'azd-env-name': environmentName }

var tenantsStandInTable = !empty(givenMultiTenantClientId) && empty(reachableTenants)
var watchedTenants = empty(reachableTenants) ? [{ id: ownTenantId, name: 'Own tenant' }] : reachableTenants
var mayBeSignedIn = empty(givenSignInClientId)
  ? usableSignInTenants
  : empty(usableSignInTenants) ? [ownTenantId] : usableSignInTenants

// GCC is in the public cloud, but for its Activity API; the US government's cloud is GCC High, where Flex Consumption is not
// offered yet (FACTS 7.1, 11.1).
var endpointsByCloud = {
  AzureCloud: { graph: 'https://graph.microsoft.com', activity: 'https://manage.office.com' }
  AzureUSGovernment: { graph: 'https://graph.microsoft.us', activity: 'https://manage.office365.us' }
}
var endpoints = endpointsByCloud[?environment().name] ?? fail('Gracewatch does not know the endpoints of Microsoft Graph in this cloud')

// What is made, in this order

module identity 'modules/identity.bicep' = {
  params: {
    name: deploymentName
    location: givenLocation
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: storageAccountName
    location: givenLocation
    tags: tags
    packageContainerName: packageContainerName
    oversizedItemDays: oversizedItemDays
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: vaultName
    location: givenLocation
    tags: tags
    recover: recoverVault
    // Here and in no variable, so that the secret is nowhere but where it goes.
    channels: empty(channels) || isChannelList(channels)
      ? channels
      : fail('channels: give a JSON list in which every channel has an id of its own, the kind teams, the url of a Teams workflow, and for a fallback the id of another')
    clientStateKey: clientStateKey
    phoneKey: phoneKey
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: deploymentName
    location: givenLocation
    tags: tags
    dailyGigabytes: dailyLogGigabytes
    keptDays: logDays
  }
}

module access 'modules/access.bicep' = {
  params: {
    identityName: deploymentName
    storageAccountName: storageAccountName
    vaultName: vaultName
    componentName: deploymentName
  }
  dependsOn: [identity, storage, vault, monitoring]
}

module app 'modules/app.bicep' = {
  params: {
    name: deploymentName
    location: givenLocation
    tags: tags
    identityName: deploymentName
    storageAccountName: storageAccountName
    packageContainerName: packageContainerName
    vaultName: vaultName
    componentName: deploymentName
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    settings: {
      tenants: tenantsStandInTable ? 'table' : string(watchedTenants)
      multiTenantClientId: givenMultiTenantClientId
      access: string(usableAccessGrants)
      rules: givenRules
      retentionDays: retentionDays
      endpoints: {
        graph: endpoints.graph
        activity: empty(givenActivityEndpoint) ? endpoints.activity : givenActivityEndpoint
        authority: environment().authentication.loginEndpoint
      }
    }
    signInTenants: mayBeSignedIn
  }
  // With everything there that it needs to start, its rights too.
  dependsOn: [access]
}

module signIn 'modules/sign-in.bicep' = {
  params: {
    appName: deploymentName
    clientId: givenSignInClientId
    tenants: mayBeSignedIn
  }
  dependsOn: [app]
}

module alarms 'modules/alarms.bicep' = {
  params: {
    name: deploymentName
    location: givenLocation
    tags: tags
    mail: givenMail
    appName: deploymentName
    storageAccountName: storageAccountName
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [storage]
}

module code 'modules/code.bicep' = if (!empty(givenPackageUri)) {
  params: {
    appName: deploymentName
    packageUri: givenPackageUri
  }
  // Last: a new role takes minutes to be known everywhere, and the package goes where only the identity may read.
  dependsOn: [app, signIn, alarms]
}

output appName string = app.outputs.name
output hostName string = app.outputs.hostName
output identityClientId string = identity.outputs.clientId
output identityPrincipalId string = identity.outputs.principalId
output tenantId string = ownTenantId
output resourceGroup string = resourceGroup().name
output storageAccount string = storageAccountName
output keyVault string = vaultName
