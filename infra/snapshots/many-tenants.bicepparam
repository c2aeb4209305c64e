using '../main.bicep'

// A provider with many tenants, named by command, whose people sign in from two of them; larger, and with a name of its own.
param name = 'gw-provider'
param environmentName = 'provider'
param alarmMail = 'watch@fabrikam.com'
param multiTenantClientId = '22222222-3333-4444-8555-666666666666'
param channels = '[{"id":"all","kind":"teams","url":"https://prod-01.westeurope.logic.azure.com/workflows/made-up"}]'
param signInClientId = '33333333-4444-4555-8666-777777777777'
param signInTenants = ['00000000-0000-4000-8000-000000000002', '11111111-2222-4333-8444-555555555555']
param accessGrants = [
  { principal: '44444444-5555-4666-8777-888888888888', role: 'operator' }
  {
    principal: '55555555-6666-4777-8888-999999999999'
    role: 'reader'
    tenants: ['11111111-2222-4333-8444-555555555555']
  }
]
param rules = '{"licence/licence-lost":{}}'
param retentionDays = 800
param activityEndpoint = 'https://manage-gcc.office.com'
param alwaysReadyInstances = 2
param maximumInstances = 200
param instanceMemory = 4096
param dailyLogGigabytes = 5
param logDays = 180
param oversizedItemDays = 180
