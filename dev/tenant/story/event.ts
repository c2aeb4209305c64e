import { randomInt, randomUUID } from 'node:crypto';
import type { EntraRecord, UnifiedRecord } from '../audit-logs.ts';
import { type ChangedProperty, includedProperties } from './changed-property.ts';
import { contoso, type Doer, type Group, type Person, stableId } from './contoso.ts';

/** One thing that happened, before either log writes it down. */
export interface DirectoryEvent {
  /** As the Entra log spells it; the unified log adds a full stop. */
  activity: string;
  category: 'UserManagement' | 'GroupManagement';
  operation: 'Add' | 'Assign' | 'Update' | 'Unassign' | 'Delete';
  by: Doer;
  targets: readonly Target[];
  /** Milliseconds since 1970. */
  at: number;
  /** The same in both logs: correlationId there, InterSystemsId here. */
  correlationId: string;
  /** Why it failed; absent where it did not. */
  failure?: string;
  /** Further details, as both logs carry them. */
  details?: Record<string, string>;
}

type Target =
  | { kind: 'user'; user: Person; changed?: readonly ChangedProperty[] }
  | { kind: 'group'; group: Group; changed?: readonly ChangedProperty[] };

const exception = 'Microsoft.Online.Workflows.LicenseAssignmentException';

/** The event as a directory audit of Microsoft Graph (FACTS 6.1, 6.2). */
export function entraRecord(event: DirectoryEvent): EntraRecord {
  const { by, failure } = event;
  const details = { ...(by.kind === 'person' ? { 'User-Agent': by.userAgent } : {}), ...event.details };
  return {
    id: `Directory_${event.correlationId}_${randomLetters(5)}_${randomInt(10_000_000, 99_999_999)}`,
    category: event.category,
    correlationId: event.correlationId,
    result: failure === undefined ? 'success' : 'failure',
    resultReason: failure ?? '',
    activityDisplayName: event.activity,
    // The service writes seven digits; the last four are its own.
    activityDateTime: new Date(event.at).toISOString().replace('Z', `${randomInt(1000, 9999)}Z`),
    loggedByService: 'Core Directory',
    operationType: event.operation,
    initiatedBy: entraInitiator(by),
    targetResources: event.targets.map(entraTarget),
    additionalDetails: Object.entries(details).map(([key, value]) => ({ key, value })),
  };
}

function entraInitiator(by: Doer): unknown {
  if (by.kind === 'person') {
    const { id, name, upn } = by.person;
    return {
      user: {
        id,
        displayName: name,
        userPrincipalName: upn,
        ipAddress: by.ip,
        userType: null,
        homeTenantId: null,
      },
      app: null,
    };
  }
  // Records made by applications often name only the service principal (FACTS 6.1).
  const { name, servicePrincipalId } = by.application;
  return {
    user: null,
    app: { appId: null, displayName: name, servicePrincipalId, servicePrincipalName: null },
  };
}

function entraTarget(target: Target): unknown {
  const modifiedProperties = (target.changed ?? []).map(({ name, before, after }) => ({
    displayName: name,
    oldValue: before === null ? null : JSON.stringify(before),
    newValue: after === null ? null : JSON.stringify(after),
  }));
  if (target.kind === 'group') {
    const { id, name } = target.group;
    return {
      id,
      displayName: name,
      type: 'Group',
      userPrincipalName: null,
      groupType: 'unknownFutureValue',
      modifiedProperties,
    };
  }
  const { id, name, upn } = target.user;
  return { id, displayName: name, type: 'User', userPrincipalName: upn, groupType: null, modifiedProperties };
}

/** The event as a record of the unified log (FACTS 6.5.1, 7.5). */
export function unifiedRecord(event: DirectoryEvent): UnifiedRecord {
  const { by, failure, targets } = event;
  const [first] = targets;
  const details = JSON.stringify(event.details ?? {});
  return {
    // Without a zone; it is UTC.
    CreationTime: new Date(event.at).toISOString().slice(0, 19),
    Id: randomUUID(),
    Operation: `${event.activity}.`,
    OrganizationId: contoso.id,
    RecordType: 8,
    ResultStatus: failure === undefined ? 'Success' : 'Failure',
    UserKey: by.kind === 'person' ? `${puid(by.person)}@${contoso.domain}` : 'Not Available',
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ObjectId: first?.kind === 'user' ? first.user.upn : 'Not Available',
    UserId: by.kind === 'person' ? by.person.upn : `ServicePrincipal_${by.application.servicePrincipalId}`,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      { Name: 'additionalDetails', Value: details },
      {
        Name: 'extendedAuditEventCategory',
        Value: event.category === 'UserManagement' ? 'User' : 'Group',
      },
      ...(failure === undefined ? [] : [{ Name: 'MethodExecutionResult.', Value: exception }]),
    ],
    ModifiedProperties: targets.flatMap(({ changed = [] }) => changed.map(unifiedProperty)),
    Actor: by.kind === 'person' ? personActor(by) : applicationActor(by),
    ActorContextId: contoso.id,
    InterSystemsId: event.correlationId,
    IntraSystemId: randomUUID(),
    SupportTicketId: '',
    Target: targets.flatMap((target) =>
      target.kind === 'user' ? unifiedUser(target.user) : unifiedGroup(target.group),
    ),
    TargetContextId: contoso.id,
  };
}

/** Plain text for what is text, JSON over several lines with CRLF for all else (FACTS 6.5.2, 6.5.10). */
function unifiedProperty({ name, before, after }: ChangedProperty): unknown {
  const write = (value: unknown): string => {
    if (value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2).replaceAll('\n', '\r\n');
  };
  return { Name: name, NewValue: write(after), OldValue: write(before) };
}

function personActor({ person, through }: Extract<Doer, { kind: 'person' }>): unknown[] {
  return [
    { ID: person.upn, Type: 5 },
    { ID: puid(person), Type: 3 },
    { ID: through.name, Type: 1 },
    { ID: through.appId, Type: 2 },
    { ID: `User_${person.id}`, Type: 2 },
    { ID: person.id, Type: 2 },
    { ID: 'User', Type: 2 },
  ];
}

function applicationActor({ application }: Extract<Doer, { kind: 'application' }>): unknown[] {
  return [
    { ID: application.name, Type: 1 },
    { ID: application.appId, Type: 2 },
    { ID: `ServicePrincipal_${application.servicePrincipalId}`, Type: 2 },
    { ID: application.servicePrincipalId, Type: 2 },
    { ID: 'ServicePrincipal', Type: 2 },
  ];
}

function unifiedUser(user: Person): unknown[] {
  return [
    { ID: `User_${user.id}`, Type: 2 },
    { ID: user.id, Type: 2 },
    { ID: 'User', Type: 2 },
    { ID: user.upn, Type: 5 },
    { ID: puid(user), Type: 3 },
  ];
}

function unifiedGroup(group: Group): unknown[] {
  return [
    { ID: `Group_${group.id}`, Type: 2 },
    { ID: group.id, Type: 2 },
    { ID: 'Group', Type: 2 },
    { ID: group.name, Type: 1 },
  ];
}

/** The other id of an account, 16 hexadecimal digits. */
function puid({ upn }: Person): string {
  return `1003${stableId(`puid/${upn}`).replaceAll('-', '').slice(0, 12).toUpperCase()}`;
}

function randomLetters(count: number): string {
  return Array.from({ length: count }, () => String.fromCharCode(randomInt(65, 91))).join('');
}

/** "Update user" with what was changed, and the pseudo-properties that stand beside it. */
export function updateUser(
  event: Pick<DirectoryEvent, 'by' | 'at' | 'correlationId'>,
  user: Person,
  changed: readonly ChangedProperty[],
): DirectoryEvent {
  return {
    ...event,
    activity: 'Update user',
    category: 'UserManagement',
    operation: 'Update',
    targets: [
      {
        kind: 'user',
        user,
        changed: [
          ...changed,
          includedProperties(changed),
          { name: 'TargetId.UserType', before: null, after: 'Member' },
        ],
      },
    ],
    details: { UserType: 'Member' },
  };
}
