metadata description = 'The storage account: queues, tables and containers of the app, the host and its code. No keys, nothing public.'

param name string
param location string
param tags { *: string }
@description('Where the code of the app lies; nobody but the platform needs its name.')
param packageContainerName string
@description('Days after which a blob that carries an oversized item goes.')
param oversizedItemDays int

var names = loadJsonContent('../../shared/names.json')
var queueNames = map(items(names.queues), queue => queue.value)
// The host makes a poison queue when it needs one; here from the start, so that the timer that empties them finds all.
var poisonQueueNames = map(queueNames, queue => '${queue}-poison')
// Read by the code itself and by no trigger, so nothing of them can fail for good.
var ownQueueNames = map(items(names.ownQueues), queue => queue.value)
var tableNames = map(items(names.tables), table => table.value)
var containerNames = map(items(names.containers), container => container.value)

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    // A container that somebody deletes comes back. Single blobs need no such net: packages can be made again, and the host
    // writes its small files so often that kept versions would cost more than they are worth.
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    deleteRetentionPolicy: { enabled: false }
  }

  resource packages 'containers' = {
    name: packageContainerName
  }

  resource containers 'containers' = [
    for container in containerNames: {
      name: container
    }
  ]
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'

  resource queue 'queues' = [
    for queue in concat(queueNames, poisonQueueNames, ownQueueNames): {
      name: queue
    }
  ]
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'

  resource table 'tables' = [
    for table in tableNames: {
      name: table
    }
  ]
}

// Messages never expire, and a kept poison message may refer to a blob until somebody replays it: so this is long. A blob is
// named by its content, so the same item sent again starts its days anew.
resource lifeTimes 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'oversized-items'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${names.containers.oversize}/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: oversizedItemDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}
