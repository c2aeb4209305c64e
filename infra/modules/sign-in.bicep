metadata description = 'Sign-in by Entra for everything but the open routes, without a client secret (FACTS 11.6). Without a sign-in app it is off, and the app itself answers 401.'

param appName string
@description('Client id of the sign-in app, which trusts the identity of the app; empty: there is none.')
param clientId string
@description('Ids of the tenants whose people may sign in.')
param tenants string[]

var openRoutes = map(items(loadJsonContent('../../shared/names.json').openRoutes), route => route.value)
// No source says whether a path also opens what lies beneath it, so a route with a parameter stands there in both forms.
var excludedPaths = flatten(map(
  openRoutes,
  route =>
    contains(route, '{')
      ? ['/api/${first(split(route, '/'))}', '/api/${first(split(route, '/'))}/*']
      : ['/api/${route}']
))
var issuerTenant = length(tenants) == 1 ? first(tenants) : 'organizations'

resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource signIn 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'authsettingsV2'
  // Said in either case: left out, the sign-in of an earlier deployment would go on without its settings.
  properties: empty(clientId)
    ? { platform: { enabled: false } }
    : {
        platform: { enabled: true }
        globalValidation: {
          requireAuthentication: true
          // A card's "Open the alert" leads here, and who follows it is to come to the alert: a bare 401 would be the end of the
          // way. Programs get a redirect and no data.
          unauthenticatedClientAction: 'RedirectToLoginPage'
          redirectToProvider: 'azureactivedirectory'
          excludedPaths: excludedPaths
        }
        httpSettings: { requireHttps: true }
        identityProviders: {
          azureActiveDirectory: {
            enabled: true
            registration: {
              clientId: clientId
              openIdIssuer: '${environment().authentication.loginEndpoint}${issuerTenant}/v2.0'
              // The setting holds the client id of an identity, not a secret.
              clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
            }
            validation: {
              allowedAudiences: [clientId, 'api://${clientId}']
              // Without this list any application of the tenant could fetch itself a token for the API.
              defaultAuthorizationPolicy: { allowedApplications: [clientId] }
            }
          }
        }
        // Nobody uses the tokens of whoever signs in, so they are not kept.
        login: { tokenStore: { enabled: false } }
      }
}
