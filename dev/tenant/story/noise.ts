import { randomInt, randomUUID } from 'node:crypto';
import type { Deposit, UnifiedRecord } from '../audit-logs.ts';
import { contoso, doers, type Person, people } from './contoso.ts';
import { entraRecord, updateUser } from './event.ts';

/** What fills the logs of a real tenant and means nothing here: directory sync, sign-ins, mailbox settings by the system. */
export function noise(at: number): Deposit {
  const everybody = Object.values(people);
  const someone = everybody[randomInt(everybody.length)] ?? people.anna;
  return {
    entra: [entraRecord(directorySync(someone, at))],
    unified: [signIn(someone, at), mailboxSetting(someone, at)],
    unifiedDelay: 3,
  };
}

/** 43 of 44 captured "Update user" records were these (FACTS 6.2). */
function directorySync(user: Person, at: number): ReturnType<typeof updateUser> {
  const stamp = (time: number): string[] => [new Date(time).toISOString().slice(0, 19) + 'Z'];
  return updateUser({ by: doers.directorySync, at, correlationId: randomUUID() }, user, [
    { name: 'LastDirSyncTime', before: stamp(at - 1_800_000), after: stamp(at) },
    { name: 'Action Client Name', before: null, after: 'DirectorySync' },
  ]);
}

function signIn(user: Person, at: number): UnifiedRecord {
  return {
    CreationTime: new Date(at).toISOString().slice(0, 19),
    Id: randomUUID(),
    Operation: 'UserLoggedIn',
    OrganizationId: contoso.id,
    RecordType: 15,
    ResultStatus: 'Success',
    UserKey: user.id,
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: '198.51.100.23',
    ObjectId: '00000003-0000-0000-c000-000000000000',
    UserId: user.upn,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [{ Name: 'ResultStatusDetail', Value: 'Success' }],
    ModifiedProperties: [],
    Actor: [
      { ID: user.id, Type: 0 },
      { ID: user.upn, Type: 5 },
    ],
    ActorContextId: contoso.id,
    InterSystemsId: randomUUID(),
    IntraSystemId: randomUUID(),
    Target: [{ ID: '00000003-0000-0000-c000-000000000000', Type: 0 }],
    TargetContextId: contoso.id,
  };
}

function mailboxSetting(user: Person, at: number): UnifiedRecord {
  return exchangeCommand(
    'Set-Mailbox',
    user.upn,
    'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)',
    at,
    {
      Identity: user.upn,
      AuditEnabled: 'True',
    },
  );
}

/** A cmdlet of Exchange Online as the unified log keeps it (FACTS 7.5). */
export function exchangeCommand(
  operation: string,
  object: string,
  by: string,
  at: number,
  parameters: Record<string, string>,
): UnifiedRecord {
  return {
    CreationTime: new Date(at).toISOString().slice(0, 19),
    Id: randomUUID(),
    Operation: operation,
    OrganizationId: contoso.id,
    OrganizationName: 'contoso.onmicrosoft.com',
    RecordType: 1,
    ResultStatus: 'True',
    UserKey: by,
    UserType: 2,
    Version: 1,
    Workload: 'Exchange',
    ClientIP: '[2001:db8::40]:51234',
    ObjectId: object,
    UserId: by,
    ExternalAccess: false,
    OriginatingServer: 'AM0PR01MB0001 (15.20.9000.000)',
    Parameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
  };
}
