metadata description = 'Brings the package of a release into the app by One Deploy (FACTS 11.12).'

param appName string
@description('https address of gracewatch.zip, which Azure fetches without signing in.')
param packageUri string

resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource code 'Microsoft.Web/sites/extensions@2024-11-01' = {
  parent: site
  name: 'onedeploy'
  #disable-next-line BCP187 // The published type lacks the properties.
  properties: {
    packageUri: packageUri
    remoteBuild: false
  }
}
