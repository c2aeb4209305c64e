import { readInitiator } from './actor.ts';
import { assembleRecord, readHead } from './assemble-record.ts';
import type { Target } from './assemble-record.ts';
import { defined } from './defined.ts';
import { asList, asObject, asText, decoded, field, firstText } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { methodExecutionResult } from './method-execution-result.ts';
import { readObjectId } from './object-id.ts';
import { readOutcome } from './outcome.ts';
import { readModifiedProperties } from './property-change.ts';
import { unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { readDetails } from './record-details.ts';
import { readUserName } from './user-name.ts';

/** A record of Entra's audit log: Graph, Azure Monitor and Sentinel put the same fields into different frames. Values are raw. */
interface EntraEvent {
  tenantId: string;
  id: unknown;
  at: unknown;
  activity: unknown;
  result: unknown;
  /** The first that says anything is taken. */
  reasons: readonly unknown[];
  correlationId: unknown;
  initiatedBy: unknown;
  callerIp: unknown;
  targets: unknown;
  details: unknown;
  userAgent: unknown;
}

const names = {
  id: 'id',
  activity: 'activityDisplayName',
  at: 'activityDateTime',
  target: 'targetResources',
};

export function readEntraEvent(event: EntraEvent): ReadRecord {
  const head = readHead({ log: 'entra', names, ...event });
  if (head.kind !== 'head') return head;

  const entries = asList(event.targets);
  const targets = entries.flatMap((entry) => readTarget(asObject(entry)) ?? []);
  if (targets.length < entries.length) {
    return unreadable(
      'targetResources: holds no objects (ConvertTo-Json cuts deep values off without -Depth 10)',
    );
  }
  const properties = targets.flatMap((target) => target.properties);
  const details = new Map(readDetails(event.details));
  const userAgent = asText(event.userAgent);
  if (userAgent !== undefined && !details.has('User-Agent')) details.set('User-Agent', userAgent);

  return assembleRecord(head, {
    doer: () => readInitiator(decoded(event.initiatedBy), event.callerIp),
    outcome: readOutcome(event.result),
    reason: firstText(...event.reasons, methodExecutionResult(properties, details)),
    correlationId: event.correlationId,
    ...chosenTargets(targets, head.activity.subject === 'group' ? 'group' : 'user'),
    properties,
    details,
  });
}

interface RawTarget extends Target {
  kind: 'user' | 'group' | 'other' | 'untold';
  properties: ReturnType<typeof readModifiedProperties>;
}

function readTarget(raw: JsonObject | undefined): RawTarget | undefined {
  if (raw === undefined) return undefined;
  const id = readObjectId(field(raw, 'id'));
  const user = readUserName(field(raw, 'userPrincipalName'), id);
  return {
    kind: kindOf(raw, user.upn),
    ...defined({ id: id ?? user.id, upn: user.upn, name: asText(field(raw, 'displayName')) }),
    properties: readModifiedProperties(field(raw, 'modifiedProperties')),
  };
}

function kindOf(raw: JsonObject, upn: string | undefined): RawTarget['kind'] {
  const type = asText(field(raw, 'type'))?.toLowerCase();
  if (type === 'user' || type === 'group') return type;
  if (type !== undefined && type !== 'other') return 'other';
  if (upn !== undefined) return 'user';
  return asText(field(raw, 'groupType')) === undefined ? 'untold' : 'group';
}

/** By type and never by place: the order of targets varies (FACTS 6.2). A target that tells no type is whom the activity is about. */
function chosenTargets(targets: readonly RawTarget[], subject: 'user' | 'group') {
  const ofKind = (kind: RawTarget['kind']): RawTarget | undefined =>
    targets.find((target) => target.kind === kind) ??
    (kind === subject ? targets.find((target) => target.kind === 'untold') : undefined);
  return {
    user: ofKind('user'),
    group: ofKind('group'),
    // A second group is the member of the first.
    otherTarget:
      targets.some(({ kind }) => kind === 'other') ||
      targets.filter(({ kind }) => kind === 'group').length > 1,
  };
}
