using '../main.bicep'

// One tenant and one Teams channel, people sign in, and the code comes from a release.
param alarmMail = 'it@contoso.com'
param tenants = [{ id: '00000000-0000-4000-8000-000000000002', name: 'Contoso', domain: 'contoso.com' }]
param channels = '[{"id":"licences","kind":"teams","url":"https://prod-01.westeurope.logic.azure.com/workflows/made-up","timeZone":"Europe/Berlin"}]'
param signInClientId = '33333333-4444-4555-8666-777777777777'
param packageUri = 'https://example.invalid/releases/download/v1.0.0/gracewatch.zip'
