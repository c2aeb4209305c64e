metadata description = 'The key vault: URLs of the channels, which whoever has them can post to, and the two keys of the app.'

param name string
param location string
param tags { *: string }
@description('Brings back the deleted vault of an earlier deployment, with its keys. It fails where there is none.')
param recover bool
@secure()
@description('JSON list of channels; empty keeps what the vault has.')
param channels string
@secure()
param clientStateKey string
@secure()
param phoneKey string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    // The fewest days there are: so long the name stays taken after everything was removed.
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
    createMode: recover ? 'recover' : 'default'
  }
}

resource givenChannels 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(channels)) {
  parent: vault
  name: 'channels'
  properties: {
    value: channels
    contentType: 'application/json'
  }
}

// The setting that refers to it must find something, also before there is a channel.
@onlyIfNotExists()
resource noChannels 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (empty(channels)) {
  parent: vault
  name: 'channels'
  properties: {
    value: '[]'
    contentType: 'application/json'
  }
}

// Made once. Another client state key would make every subscription's notifications look forged, another phone key every
// stored phone hash look like another number.
@onlyIfNotExists()
resource madeClientStateKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'client-state-key'
  properties: {
    value: clientStateKey
    contentType: 'text/plain'
  }
}

@onlyIfNotExists()
resource madePhoneKey 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'phone-key'
  properties: {
    value: phoneKey
    contentType: 'text/plain'
  }
}
