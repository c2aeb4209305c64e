import type { Actor } from './audit-record.ts';
import { defined } from '../json/defined.ts';
import { readIdentity } from './identity.ts';
import { readIpAddress } from './ip-address.ts';
import { asObject, asText, field, firstText } from '../json/json-value.ts';
import type { JsonObject } from '../json/json-value.ts';
import { isApplicationName, kindOfService, serviceCalled } from './microsoft-services.ts';
import { readObjectId } from './object-id.ts';
import { readUserName } from './user-name.ts';

/** Who did it, and the application that a user worked through. Both absent where the record names nobody. */
export interface Doer {
  actor?: Actor;
  via?: string;
}

/** `initiatedBy` of Entra's audit log; `callerIp` is used where the user himself has no address. */
export function readInitiator(initiatedBy: unknown, callerIp: unknown): Doer {
  const initiator = asObject(initiatedBy);
  const app = asObject(field(initiator, 'app'));
  const user = asObject(field(initiator, 'user'));
  const userId = readObjectId(field(user, 'id'));
  const userName = asText(field(user, 'userPrincipalName'));
  const displayName = asText(field(user, 'displayName'));
  // Applications of Microsoft's own can stand where the user belongs, with a display name and perhaps an id.
  const isService = userName === undefined && serviceCalled(displayName) !== undefined;
  const isUser = !isService && (userId !== undefined || userName !== undefined);
  const isApplication = !isUser || (displayName !== undefined && isApplicationName(displayName));
  return doerOf({
    user: isUser ? { id: userId, name: userName ?? (isApplication ? undefined : displayName) } : undefined,
    application: {
      id:
        readObjectId(field(app, 'servicePrincipalId')) ??
        readObjectId(field(app, 'appId')) ??
        (isService ? userId : undefined),
      name: firstText(
        field(app, 'displayName'),
        field(app, 'servicePrincipalName'),
        isApplication ? displayName : undefined,
      ),
    },
    ip: readIpAddress(field(user, 'ipAddress')) ?? readIpAddress(callerIp),
  });
}

/** `Actor`, `UserId` and the addresses of a record of the unified log (FACTS 6.5.12, 7.5). */
export function readUnifiedDoer(raw: JsonObject): Doer {
  const { kind, id, upn, name } = readIdentity(raw['Actor'], raw['UserId']);
  // An id of which nothing tells the kind is a person's, unless a display name stands with it: users have none here.
  const isUser =
    kind === 'user' || (kind === undefined && (upn ?? (name === undefined ? id : undefined)) !== undefined);
  // System accounts stand in UserId alone and fit no form: `NT AUTHORITY\SYSTEM (…)`.
  const account = !isUser && kind === undefined && id === undefined ? asText(raw['UserId']) : undefined;
  return doerOf({
    user: isUser ? { id, name: upn } : undefined,
    application: { id: isUser ? undefined : id, name: name ?? account },
    ip:
      readIpAddress(raw['ClientIP']) ??
      readIpAddress(raw['ActorIpAddress']) ??
      readIpAddress(raw['ClientIPAddress']),
  });
}

interface Named {
  id: string | undefined;
  name: string | undefined;
}

function doerOf(doer: { user: Named | undefined; application: Named; ip: string | undefined }): Doer {
  const { user, application, ip } = doer;
  if (user !== undefined) {
    const name = readUserName(user.name, user.id);
    const id = user.id ?? name.id;
    // A service of Microsoft may be written as a user.
    const kind = serviceCalled(name.upn) === undefined ? 'user' : 'system';
    const actor: Actor = { kind, ...defined({ id, name: name.upn ?? user.name, ip }) };
    return { actor, ...defined({ via: application.name }) };
  }
  if (application.id === undefined && application.name === undefined) return {};
  return { actor: { kind: kindOfService(application.name ?? ''), ...defined({ ...application, ip }) } };
}
