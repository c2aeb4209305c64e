import { auditEvent } from './audit-event.ts';
import type { AuditChange, AuditEvent } from './audit-event.ts';

/** Raw records as each service writes them, with the fields that are read and some that are not (FACTS 6.1, 6.3, 7.5). */

export type Raw = Record<string, unknown>;

/** A directoryAudit of Graph. */
export function graphAudit(overrides: Partial<AuditEvent> = {}): Raw {
  const event = auditEvent(overrides);
  return {
    id: event.id,
    category: event.user === undefined ? 'GroupManagement' : 'UserManagement',
    correlationId: event.correlationId,
    result: event.outcome,
    resultReason: event.reason ?? '',
    activityDisplayName: event.activity,
    activityDateTime: event.at.replace('Z', '0000Z'),
    loggedByService: 'Core Directory',
    operationType: 'Update',
    userAgent: null,
    initiatedBy: initiatedBy(event),
    targetResources: targetResources(event),
    additionalDetails: additionalDetails(event).map(([key, value]) => ({ key, value })),
  };
}

/** The same inside the frame of a diagnostic setting. */
export function azureMonitorAudit(overrides: Partial<AuditEvent> = {}): Raw {
  const event = auditEvent(overrides);
  const audit = graphAudit(event);
  return {
    time: event.at,
    resourceId: `/tenants/${event.tenantId}/providers/Microsoft.aadiam`,
    operationName: event.activity,
    operationVersion: '1.0',
    category: 'AuditLogs',
    tenantId: event.tenantId,
    resultSignature: 'None',
    resultDescription: event.reason ?? '',
    durationMs: 0,
    ...(event.by.kind === 'user' && event.by.ip !== undefined && { callerIpAddress: event.by.ip }),
    correlationId: event.correlationId,
    Level: 4,
    properties: { ...audit, activityDateTime: event.at.replace('Z', '0000+00:00') },
  };
}

/** A row of Sentinel's table AuditLogs: lists and objects are JSON in strings. */
export function sentinelAudit(overrides: Partial<AuditEvent> = {}): Raw {
  const event = auditEvent(overrides);
  const audit = graphAudit(event);
  return {
    TenantId: '5e47137e-0000-4000-8000-0000000000aa',
    SourceSystem: 'Azure AD',
    TimeGenerated: event.at,
    ResourceId: `/tenants/${event.tenantId}/providers/Microsoft.aadiam`,
    OperationName: event.activity,
    Category: audit['category'],
    ResultReason: event.reason ?? '',
    CorrelationId: event.correlationId,
    AdditionalDetails: JSON.stringify(audit['additionalDetails']),
    Id: event.id,
    InitiatedBy: JSON.stringify(audit['initiatedBy']),
    LoggedByService: 'Core Directory',
    Result: event.outcome,
    TargetResources: JSON.stringify(audit['targetResources']),
    AADTenantId: event.tenantId,
    ActivityDisplayName: event.activity,
    ActivityDateTime: event.at,
    AADOperationType: 'Update',
    Type: 'AuditLogs',
  };
}

/** A record of the Management Activity API. */
export function unifiedAudit(overrides: Partial<AuditEvent> = {}): Raw {
  const event = auditEvent(overrides);
  return {
    CreationTime: event.at.replace(/\.\d+Z$/, ''),
    Id: event.id,
    Operation: `${event.activity}.`,
    OrganizationId: event.tenantId,
    RecordType: 8,
    ResultStatus: event.outcome === 'success' ? 'Success' : 'Failure',
    UserKey: event.by.kind === 'user' ? '10032001AAAAAAAA@contoso.com' : 'Not Available',
    UserType: event.by.kind === 'user' ? 0 : 4,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ...(event.by.kind === 'user' && event.by.ip !== undefined && { ClientIP: withPort(event.by.ip) }),
    ObjectId: event.user?.upn ?? 'Not Available',
    UserId: unifiedUserId(event),
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      { Name: 'additionalDetails', Value: JSON.stringify(Object.fromEntries(additionalDetails(event))) },
      { Name: 'extendedAuditEventCategory', Value: event.user === undefined ? 'Group' : 'User' },
      ...(event.reason === undefined ? [] : [{ Name: 'MethodExecutionResult.', Value: event.reason }]),
    ],
    ModifiedProperties: changesOf(event).map(({ property, before, after }) => ({
      Name: property,
      NewValue: unifiedValue(after),
      OldValue: unifiedValue(before),
    })),
    Actor: unifiedActor(event),
    ActorContextId: event.tenantId,
    InterSystemsId: event.correlationId,
    IntraSystemId: '44444444-dddd-4ddd-8ddd-000000000004',
    Target: unifiedTarget(event),
    TargetContextId: event.tenantId,
  };
}

/** A row of Sentinel's table OfficeActivity. */
export function officeActivity(overrides: Partial<AuditEvent> = {}): Raw {
  const record = unifiedAudit(overrides);
  return {
    TenantId: '5e47137e-0000-4000-8000-0000000000aa',
    TimeGenerated: `${String(record['CreationTime'])}Z`,
    RecordType: 'AzureActiveDirectory',
    Operation: record['Operation'],
    OrganizationId: record['OrganizationId'],
    UserType: 'Regular',
    OfficeWorkload: 'AzureActiveDirectory',
    ResultStatus: record['ResultStatus'],
    OfficeObjectId: record['ObjectId'],
    UserId: record['UserId'],
    ClientIP: record['ClientIP'] ?? '',
    ExtendedProperties: JSON.stringify(record['ExtendedProperties']),
    ModifiedProperties: JSON.stringify(record['ModifiedProperties']),
    Actor: JSON.stringify(record['Actor']),
    AADTarget: JSON.stringify(record['Target']),
    InterSystemsId: record['InterSystemsId'],
    OfficeId: record['Id'],
    OfficeTenantId: '$RestApiTenantId$',
    SourceSystem: 'OfficeActivityManager',
    Type: 'OfficeActivity',
  };
}

/** A row of Purview's audit search. */
export function purviewRow(overrides: Partial<AuditEvent> = {}): Record<string, string> {
  const record = unifiedAudit(overrides);
  return {
    RecordId: String(record['Id']),
    CreationDate: String(record['CreationTime']),
    RecordType: '8',
    Operation: String(record['Operation']),
    UserId: String(record['UserId']),
    AuditData: JSON.stringify(record),
    AssociatedAdminUnits: '',
    AssociatedAdminUnitsNames: '',
  };
}

function withPort(ip: string): string {
  return ip.includes(':') ? `[${ip}]:50123` : `${ip}:50123`;
}

function additionalDetails(event: AuditEvent): [string, string][] {
  const { slice, userAgent } = event;
  return [
    ...(userAgent === undefined ? [] : [['User-Agent', userAgent] satisfies [string, string]]),
    ...(slice === undefined
      ? []
      : ([
          ['id', slice.id],
          ['seq', `${slice.seq}`],
          ['b', slice.text],
          ['c', `${slice.of}`],
        ] satisfies [string, string][])),
  ];
}

function initiatedBy(event: AuditEvent): Raw {
  const { by } = event;
  if (by.kind === 'nobody') return {};
  return by.kind === 'user'
    ? {
        user: {
          id: by.id,
          displayName: by.displayName ?? null,
          userPrincipalName: by.upn,
          ipAddress: by.ip ?? null,
          roles: [],
        },
        app: null,
      }
    : {
        user: null,
        app: { appId: null, displayName: by.name, servicePrincipalId: by.id, servicePrincipalName: null },
      };
}

/** The user first and the group second, as in captures; properties stand with the first. */
function targetResources(event: AuditEvent): Raw[] {
  const modifiedProperties = changesOf(event).map(({ property, before, after }) => ({
    displayName: property,
    oldValue: graphValue(before),
    newValue: graphValue(after),
  }));
  const { user, group } = event;
  const targets = [
    ...(user === undefined
      ? []
      : [{ id: user.id, displayName: null, type: 'User', userPrincipalName: user.upn, groupType: null }]),
    ...(group === undefined
      ? []
      : [{ id: group.id, displayName: group.name, type: 'Group', groupType: 'unknownFutureValue' }]),
  ];
  return targets.map((target, index) => ({
    ...target,
    modifiedProperties: index === 0 ? modifiedProperties : [],
    administrativeUnits: [],
  }));
}

/** The changes with the pseudo-properties that stand in real records; a membership names its group there. */
function changesOf(event: AuditEvent): AuditChange[] {
  if (event.user !== undefined && event.group !== undefined) {
    const side = event.activity.startsWith('Remove') ? 'before' : 'after';
    return [
      { property: 'Group.ObjectID', [side]: event.group.id },
      { property: 'Group.DisplayName', [side]: event.group.name },
      { property: 'Group.WellKnownObjectName' },
      ...event.changes,
    ];
  }
  if (event.changes.length === 0) return [];
  return [
    ...event.changes,
    {
      property: 'Included Updated Properties',
      after: event.changes.map(({ property }) => property).join(', '),
    },
    { property: 'TargetId.UserType', after: 'Member' },
  ];
}

/** JSON in a string; a truth value stands in a list. */
function graphValue(value: unknown): string | null {
  if (value === undefined) return null;
  return JSON.stringify(typeof value === 'boolean' ? [value] : value);
}

/** Plain text, or JSON over several lines with CRLF. */
function unifiedValue(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(typeof value === 'boolean' ? [value] : value, null, 2).replaceAll('\n', '\r\n');
}

function unifiedUserId({ by }: AuditEvent): string {
  if (by.kind === 'nobody') return 'Not Available';
  return by.kind === 'user' ? by.upn : `ServicePrincipal_${by.id}`;
}

function unifiedActor({ by }: AuditEvent): Raw[] {
  if (by.kind === 'nobody') return [];
  return by.kind === 'user'
    ? [
        { ID: by.upn, Type: 5 },
        { ID: '10032001AAAAAAAA', Type: 3 },
        { ID: `User_${by.id}`, Type: 2 },
        { ID: by.id, Type: 2 },
        { ID: 'User', Type: 2 },
      ]
    : [
        { ID: by.name, Type: 1 },
        { ID: `ServicePrincipal_${by.id}`, Type: 2 },
        { ID: by.id, Type: 2 },
        { ID: 'ServicePrincipal', Type: 2 },
      ];
}

function unifiedTarget({ user, group }: AuditEvent): Raw[] {
  if (user !== undefined) {
    return [
      { ID: `User_${user.id}`, Type: 2 },
      { ID: user.id, Type: 2 },
      { ID: 'User', Type: 2 },
      { ID: user.upn, Type: 5 },
      { ID: '10032002BBBBBBBB', Type: 3 },
    ];
  }
  if (group === undefined) return [];
  return [
    { ID: `Group_${group.id}`, Type: 2 },
    { ID: group.id, Type: 2 },
    { ID: 'Group', Type: 2 },
    { ID: group.name, Type: 1 },
  ];
}
