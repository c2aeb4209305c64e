using '../main.bicep'

// Only what must be given; nothing always runs.
param alarmMail = 'it@contoso.com'
param alwaysReadyInstances = 0
param instanceMemory = 512
