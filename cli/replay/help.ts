export const replayHelp = `Usage: npx gracewatch replay FILE… [options]

Reads exported logs and prints, for every user concerned, the timeline, why a licence was lost or never came,
and the alerts that Gracewatch would have raised. Needs no tenant and no Azure; nothing leaves this machine.

FILE is any of the formats below, recognised by its content, also gzipped or alone in a ZIP archive; - is standard
input. Give the logs of one time together: the two audit logs each tell parts of it.

Options
  --user ID|UPN      only this user; also says why rules stayed silent
  --tenant ID        tenant of files whose records name none (Graph), where no other file tells it
  --now TIME         judge as of then instead of two days after the newest record, such as 2026-03-05T08:00:00Z
  --rules FILE       settings of rules by id, as JSON (what GRACEWATCH_RULES holds, also by tenant)
  --time-zone ZONE   show times in this zone, such as Europe/Berlin; default UTC
  --json             print one JSON document instead
  -h, --help         this text

Exit codes: 0 fine, 2 wrong use or a file that cannot be read, 3 done, but some records could not be read.

How to get a log (with -Depth 10 where ConvertTo-Json is used: without it, it writes the names of classes in place of
what was changed; and with times in UTC, never as a country writes them)

Entra audit log: JSON of Graph (keeps 30 days, 7 without Entra ID P1)
  Portal      entra.microsoft.com > Monitoring & health > Audit logs > Download > JSON (not CSV: it cuts cells off)
  PowerShell  Connect-MgGraph -Scopes AuditLog.Read.All
              Get-MgAuditLogDirectoryAudit -All -Filter "loggedByService eq 'Core Directory'" |
                ConvertTo-Json -Depth 10 | Set-Content entra-audit.json -Encoding utf8
  Graph       GET https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$filter=activityDateTime ge 2026-02-01T00:00:00Z
              and every @odata.nextLink after it; the pages may be given as they are, one file each

Entra audit log: JSON of Azure Monitor
  Portal      entra.microsoft.com > Monitoring & health > Diagnostic settings: AuditLogs to a storage account or event hub
              then the container insights-logs-auditlogs, each hour one PT1H.json
  PowerShell  Get-AzStorageBlob -Container insights-logs-auditlogs -Context $context | Get-AzStorageBlobContent

Entra audit log: table of Sentinel or Log Analytics
  Portal      Logs > run   AuditLogs | where LoggedByService == 'Core Directory'   > Export > CSV (all columns, times in UTC)
  PowerShell  (Invoke-AzOperationalInsightsQuery -WorkspaceId $id -Query "AuditLogs | where TimeGenerated > ago(30d)").Results |
                ConvertTo-Json -Depth 10 | Set-Content auditlogs.json -Encoding utf8
  Call        POST https://api.loganalytics.io/v1/workspaces/{id}/query

Unified audit log: CSV of Purview (keeps 180 days)
  Portal      purview.microsoft.com > Audit > Search: activities "Changed user license", "Updated user", "Deleted user",
              "Added member to group", "Removed member from group" > Export
  PowerShell  Connect-ExchangeOnline
              Search-UnifiedAuditLog -StartDate 2026-02-01 -EndDate 2026-03-01 -RecordType AzureActiveDirectory
                -SessionCommand ReturnLargeSet -SessionId 1 -ResultSize 5000 |
                Export-Csv unified-audit.csv -NoTypeInformation -Encoding utf8        (again until nothing more comes)

Unified audit log: table CloudAppEvents of Defender
  Portal      security.microsoft.com > Advanced hunting > run   CloudAppEvents | where ActionType in
              ("Update user.", "Change user license.")   > Export (all columns: RawEventData is the record)

Unified audit log: JSON of the Office 365 Management Activity API (keeps 7 days)
  Call        GET https://manage.office.com/api/v1.0/{tenant}/activity/feed/subscriptions/content
                ?contentType=Audit.AzureActiveDirectory&startTime=…&endTime=…
              then each contentUri that it names; save what those answer, one file each
`;
