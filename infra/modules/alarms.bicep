metadata description = 'Alarms by mail about the watch itself. What happens in the watched tenants is told in the channels.'

param name string
param location string
param tags { *: string }
param mail string
param appName string
param storageAccountName string
param workspaceId string

type logAlarm = {
  @description('Ends the name of the resource; a new id is a new alarm.')
  id: string
  title: string
  severity: 0 | 1 | 2 | 3 | 4
  @description('What it means for the watched tenants, and what to do.')
  description: string
  query: string
  @description('Column whose values are alarms of their own.')
  each: string?
  every: string
  @description('How far back the query looks.')
  over: string
  fires: { operator: 'GreaterThan' | 'LessThan', threshold: int }
}

@description('A line of the app is one JSON text (shared/adapters/log.ts). Words that it must have are looked for before it is parsed.')
func linesWith(words string, appName string) string =>
  $'''
AppTraces
| where AppRoleName =~ '${appName}' and Message has '${words}'
| extend line = parse_json(Message)
| extend said = tostring(line.message)
'''

var doctor = 'npx gracewatch doctor --app ${appName} --resource-group ${resourceGroup().name}'

var withARow = { operator: 'GreaterThan', threshold: 0 }
var withoutARow = { operator: 'LessThan', threshold: 1 }
// A message that fails as often as it may ends in the poison queue, which has an alarm of its own.
var afterMoreThanOneMessage = {
  operator: 'GreaterThan'
  threshold: loadJsonContent('../../host.json', '$.extensions.queues.maxDequeueCount')
}

var logAlarms logAlarm[] = [
  {
    id: 'poison'
    title: 'messages could not be handled'
    severity: 1
    description: 'Something that happened in a watched tenant is not evaluated: a message failed as often as it may and is kept in the table poison. The alert operations/poison-message names the queue; find the failure with "${doctor}", mend it, and put the message back as that alert says.'
    query: $'''
${linesWith('could not be handled', appName)}| where said == 'a message could not be handled and is kept'
'''
    every: 'PT15M'
    over: 'PT1H'
    fires: withARow
  }
  {
    id: 'nothing-collected'
    title: 'nothing collected for three hours'
    severity: 1
    description: 'No watched tenant is being read: what happens there is told late, or not until this is mended (while no tenant has been added yet, there is nothing to read: "gracewatch tenants add"). Ask "${doctor}", which tells settings, tokens, permissions and the last collection of each source, and open /api/health; where the app does not answer at all, its code was never brought or a setting is wrong.'
    query: $'''
${linesWith('collection finished', appName)}| where said == 'collection finished'
'''
    every: 'PT30M'
    over: 'PT3H'
    fires: withoutARow
  }
  {
    id: 'queue-age'
    title: 'a queue is not worked off'
    severity: 2
    description: 'What was read from the watched tenants waits for more than half an hour to be evaluated or told, so alerts come late. Look at the failures of the function that reads this queue ("${doctor}" lists depth and age of all); where nothing fails, there is more than the instances can work off: it passes by itself, or sooner with a higher maximumInstances.'
    query: $'''
${linesWith('queue looked at', appName)}| where said == 'queue looked at' and tolong(line.waitingSeconds) > 1800
| extend queue = tostring(line.queue)
'''
    each: 'queue'
    every: 'PT15M'
    over: 'PT15M'
    fires: withARow
  }
  {
    id: 'failures'
    title: 'a function keeps failing'
    severity: 2
    description: 'One step between the watched tenants and their channels fails again and again; a queue repeats what failed, so nothing is lost yet. The exceptions of this function in Application Insights say why; "${doctor}" says whether a setting, a role or a permission is missing.'
    query: $'''
AppRequests
| where AppRoleName =~ '${appName}' and Success == false and (ResultCode == '0' or ResultCode startswith '5')
| extend functionName = Name
'''
    each: 'functionName'
    every: 'PT15M'
    over: 'PT30M'
    fires: afterMoreThanOneMessage
  }
  {
    id: 'delivery'
    title: 'a channel does not take cards'
    severity: 1
    description: 'Alerts about the watched tenants do not arrive in this channel; they stand in the list of alerts and, where there is a fallback, in that channel. Open its workflow in Teams (is it on, has it an owner?), try it with "${doctor} --send", or put a new URL into the secret channels of the key vault.'
    // The last thing that was said of a channel counts. A refusal is enough; what is only put off must be put off five times.
    query: $'''
${linesWith('deliver', appName)}| where said in ('card posted', 'card not posted, will be tried again', 'card refused', 'channel is gone until it is tested again', 'notices refused: no other channel can take them, see the list of alerts')
| extend channel = tostring(line.channel)
| summarize arg_max(TimeGenerated, said), putOff = countif(said == 'card not posted, will be tried again') by channel
| where said != 'card posted' and (said != 'card not posted, will be tried again' or putOff >= 5)
'''
    each: 'channel'
    every: 'PT15M'
    over: 'P1D'
    fires: withARow
  }
  {
    id: 'log-limit'
    title: 'the log takes nothing more today'
    severity: 2
    description: 'The tenants are still watched, but the other alarms see nothing until the next day, and "nothing collected" may fire for that reason alone. Find what logs so much ("Usage | summarize sum(Quantity) by DataType" in the workspace, then what fails), or raise dailyLogGigabytes.'
    query: $'''
_LogOperation
| where Category =~ 'Ingestion' and Detail has 'OverQuota'
'''
    every: 'PT30M'
    over: 'PT2H'
    fires: withARow
  }
]

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

resource recipients 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'Gracewatch'
    emailReceivers: [{ name: 'mail', emailAddress: mail, useCommonAlertSchema: true }]
  }
}

resource ofLogs 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alarm in logAlarms: {
    name: '${name}-${alarm.id}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${alarm.title}'
      description: alarm.description
      severity: alarm.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alarm.every
      windowSize: alarm.over
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: alarm.query
            timeAggregation: 'Count'
            ...alarm.fires
            dimensions: alarm.?each == null ? [] : [{ name: alarm.each!, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [recipients.id] }
    }
  }
]

// A storage that refuses the app cannot be told from the app's log alone: a host without storage does not start.
resource storageRefused 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-storage-refused'
  location: 'global'
  tags: tags
  properties: {
    description: 'The storage account refuses the app, so no watched tenant is read and no alert is recorded or told. See with "${doctor}" which of the three storage roles the identity lacks, and deploy the template again, which assigns them. Soon after a first deployment it passes by itself.'
    severity: 1
    enabled: true
    scopes: [storage.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'refused'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Transactions'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          // A person who tries what he may see is refused a few times, an app without its role hundreds of times.
          threshold: 20
          dimensions: [
            { name: 'ResponseType', operator: 'Include', values: ['AuthorizationError'] }
            // Whoever knocks from the internet has no token of Entra, and is none of our business.
            { name: 'Authentication', operator: 'Include', values: ['OAuth'] }
          ]
        }
      ]
    }
    actions: [{ actionGroupId: recipients.id }]
  }
}
