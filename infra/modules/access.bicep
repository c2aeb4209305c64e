metadata description = 'Every right that the identity of the app has in Azure: on its own storage account, vault and log, nowhere else.'

param identityName string
param storageAccountName string
param vaultName string
param componentName string

// FACTS 11.8
var roles = {
  storage: {
    // The host keeps its locks there and the code, the app its oversized items.
    'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
    'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
    'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  }
  vault: {
    'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6'
  }
  log: {
    'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles.storage): {
    scope: storage
    name: guid(storage.id, identity.id, role.value)
    properties: {
      description: role.key
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles.vault): {
    scope: vault
    name: guid(vault.id, identity.id, role.value)
    properties: {
      description: role.key
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

resource onLog 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles.log): {
    scope: component
    name: guid(component.id, identity.id, role.value)
    properties: {
      description: role.key
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]
