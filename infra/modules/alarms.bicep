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
// One message that fails as often as it may ends in the poison queue, which has an alarm of its own; it is tried once a minute for
// half an hour, so that it alone makes neither this alarm nor that of a queue's age. A timer runs six times in
// half an hour, so four failures say that it does not come round by itself.
var failuresOfOneMessage = loadJsonContent('../../host.json', '$.extensions.queues.maxDequeueCount')
var failuresOfATimer = 3
// What is only put off for now; everything else that is said of a channel and is not 'card posted' is a refusal.
var putOff = '\'card not posted, will be tried again\', \'card refused, will be tried again\''

var logAlarms logAlarm[] = [
  {
    id: 'poison'
    title: 'messages could not be handled'
    severity: 1
    description: 'Something that happened in a watched tenant is not evaluated: a message failed as often as it may and is kept in the table poison. The alert operations/poison-message names the queue; find the failure with "${doctor}", mend it, and put the message back with "npx gracewatch poison replay --app ${appName} --resource-group ${resourceGroup().name}".'
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
    description: 'No watched tenant is being read: what happens there is told late, or not until this is mended. Ask "${doctor}", which tells settings, tokens, permissions and the last collection of each source, and open /api/health; where the app does not answer at all, its code was never brought or a setting is wrong. After a deployment all timers may have stopped while the pages answer, or Azure lists no function: doctor tells the call that mends it.'
    // With no tenant added yet there is nothing to read, and the app says so.
    query: $'''
${linesWith('collect', appName)}| where said in ('collection finished', 'no tenant is watched: nothing is collected')
'''
    every: 'PT30M'
    over: 'PT3H'
    fires: withoutARow
  }
  {
    id: 'queue-age'
    title: 'a queue is not worked off'
    severity: 2
    description: 'What was read from the watched tenants waits for more than three quarters of an hour to be evaluated or told, so alerts come late. Look at the failures of the function that reads this queue ("${doctor}" lists depth and age of all); where nothing fails, there is more than the instances can work off: it passes by itself, or sooner with a higher maximumInstances.'
    query: $'''
${linesWith('queue looked at', appName)}| where said == 'queue looked at' and tolong(line.waitingSeconds) > 2700
| extend queue = tostring(line.queue)
'''
    each: 'queue'
    every: 'PT15M'
    over: 'PT15M'
    fires: withARow
  }
  {
    id: 'queues-unseen'
    title: 'nobody looks at the queues'
    severity: 2
    description: 'The function report-poison has not run for an hour: messages of watched tenants that could not be handled stay in queues where they are gone after seven days, and two alarms, of messages that could not be handled and of a queue that is not worked off, see nothing. Open /api/health and the failures of this function; "${doctor}" says whether a setting or a role is missing, or Azure lists no function: after a deployment all timers may have stopped. Where the log takes nothing more today, it passes by itself.'
    query: $'''
${linesWith('queue looked at', appName)}| where said == 'queue looked at'
'''
    every: 'PT30M'
    over: 'PT1H'
    fires: withoutARow
  }
  {
    id: 'failures'
    title: 'a function keeps failing'
    severity: 2
    description: 'One step between the watched tenants and their channels fails again and again; a queue repeats what failed and a timer runs again, so nothing is lost yet. The exceptions of this function in Application Insights say why; "${doctor}" says whether a setting, a role or a permission is missing.'
    query: $'''
AppRequests
| where AppRoleName =~ '${appName}' and Success == false and (ResultCode == '0' or ResultCode startswith '5')
| extend functionName = Name
| summarize TimeGenerated = max(TimeGenerated), failures = count() by functionName
| where failures > iff(functionName in ('schedule-collection', 'report-poison'), ${failuresOfATimer}, ${failuresOfOneMessage})
'''
    each: 'functionName'
    every: 'PT15M'
    over: 'PT30M'
    fires: withARow
  }
  {
    id: 'delivery'
    title: 'a channel does not take cards'
    severity: 1
    description: 'Alerts about the watched tenants do not arrive in this channel; they stand in the list of alerts and, where there is a fallback, in that channel. Open its workflow in Teams (is it on, has it an owner?), try it with "${doctor} --send", or put a new URL into the secret channels of the key vault. Of a channel that was taken out of the settings while notices waited for it, this tells for a day.'
    // What was said since the last posted card counts. A refusal is enough, and so is what another channel had to take; what is only
    // put off must be put off five times.
    query: $'''
let told = ${linesWith('deliver', appName)}| where said in ('card posted', ${putOff}, 'card refused', 'channel is gone until it is tested again', 'notices of a channel go elsewhere', 'notices refused: no other channel can take them, see the list of alerts')
| extend channel = tostring(line.channel);
told
| join kind=leftouter (told | where said == 'card posted' | summarize lastPosted = max(TimeGenerated) by channel) on channel
| where isnull(lastPosted) or TimeGenerated > lastPosted
| summarize TimeGenerated = max(TimeGenerated), putOff = countif(said in (${putOff})), refused = countif(said !in (${putOff})) by channel
| where refused > 0 or putOff >= 5
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
    description: 'The storage account refuses the app, so no watched tenant is read and no alert is recorded or told. See with "${doctor}" which of the three storage roles the identity lacks, and deploy the template again, which assigns them. Soon after a first deployment, and after somebody has run doctor again and again without the roles, nothing need be done. It closes within six hours of the last refusal.'
    severity: 1
    enabled: true
    scopes: [storage.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT6H'
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
          // A person without the roles who runs doctor is refused about ten times, so three runs are half of this. An app that lacks
          // a role has hundreds of refusals in minutes; one that only its two timers try has 24 in an hour, and reaches this in three.
          threshold: 60
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
