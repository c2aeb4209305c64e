using 'main.bicep'

import { givenOr } from 'checks.bicep'

// Values come from the environment: from `azd env set NAME VALUE`, from a workflow's variables, or from the shell. What is not set
// has the default that stands here; what each parameter means stands in main.bicep. Those that are settings of the app too
// (docs/deploy.md) have the setting's name.

// Needed: who is told when the watch itself fails.
param alarmMail = readEnvironmentVariable('ALARM_MAIL', '')

// Another name for each deployment, where there are several in a resource group.
param name = givenOr(readEnvironmentVariable('DEPLOYMENT_NAME', ''), 'gracewatch')
// Empty: the region of the resource group.
param location = readEnvironmentVariable('AZURE_LOCATION', '')
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', '')

// One tenant, this subscription's own, until there are others (`npx gracewatch tenants app`).
// For the app the setting can also be the word table; the template makes it so with multiTenantClientId and without tenants.
var tenantsSetting = givenOr(readEnvironmentVariable('GRACEWATCH_TENANTS', ''), '[]')
param tenants = tenantsSetting == 'table' ? [] : json(tenantsSetting)
param multiTenantClientId = readEnvironmentVariable('MULTI_TENANT_CLIENT_ID', '')

// No channel yet: alerts stand in the list until there is one. Empty keeps the channels that a deployment has.
param channels = readEnvironmentVariable('GRACEWATCH_CHANNELS', '')
param rules = givenOr(readEnvironmentVariable('GRACEWATCH_RULES', ''), '{}')
param retentionDays = int(givenOr(readEnvironmentVariable('GRACEWATCH_RETENTION_DAYS', ''), '400'))
param activityEndpoint = readEnvironmentVariable('GRACEWATCH_ACTIVITY_ENDPOINT', '')

// API and dashboard are closed until there is a sign-in app (`npx gracewatch sign-in`).
param signInClientId = readEnvironmentVariable('SIGN_IN_CLIENT_ID', '')
param signInTenants = json(givenOr(readEnvironmentVariable('SIGN_IN_TENANTS', ''), '[]'))
// Whoever signs in reads nothing until he stands here or has an app role (`npx gracewatch sign-in --operator`).
param accessGrants = json(givenOr(readEnvironmentVariable('GRACEWATCH_ACCESS', ''), '[]'))

// One instance that always runs, because Microsoft Graph waits three seconds; the rest only when there is work.
param alwaysReadyInstances = int(givenOr(readEnvironmentVariable('ALWAYS_READY_INSTANCES', ''), '1'))
param maximumInstances = int(givenOr(readEnvironmentVariable('MAXIMUM_INSTANCES', ''), '40'))
param instanceMemory = json(givenOr(readEnvironmentVariable('INSTANCE_MEMORY', ''), '2048'))
param dailyLogGigabytes = int(givenOr(readEnvironmentVariable('DAILY_LOG_GIGABYTES', ''), '1'))
param logDays = int(givenOr(readEnvironmentVariable('LOG_DAYS', ''), '90'))

// Code of a release; azd and func bring it themselves.
param packageUri = readEnvironmentVariable('PACKAGE_URI', '')

// Only after this deployment was removed and comes back within seven days.
param recoverVault = bool(givenOr(readEnvironmentVariable('RECOVER_VAULT', ''), 'false'))
