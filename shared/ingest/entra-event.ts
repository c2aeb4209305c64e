import { readInitiator } from './actor.ts';
import { assembleRecord, readHead } from './assemble-record.ts';
import type { Target } from './assemble-record.ts';
import type { Part } from './cut-content.ts';
import { entriesOf, firstCutOf } from './cut-content.ts';
import { defined } from '../json/defined.ts';
import { asObject, asText, decoded, field, firstText } from '../json/json-value.ts';
import type { JsonObject } from '../json/json-value.ts';
import { methodExecutionResult } from './method-execution-result.ts';
import { readObjectId } from './object-id.ts';
import { readOutcome } from './outcome.ts';
import { cutInLicences, readModifiedProperties } from './property-change.ts';
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

export function readEntraEvent(encoded: EntraEvent): ReadRecord {
  const head = readHead({ log: 'entra', names, ...encoded });
  if (head.kind !== 'head') return head;

  // A list without entries is one; none at all was left out of the export.
  if (encoded.targets === undefined)
    return unreadable('targetResources: missing, and it holds what was changed; export it too');
  const event = {
    ...encoded,
    targets: decoded(encoded.targets),
    initiatedBy: decoded(encoded.initiatedBy),
    details: decoded(encoded.details),
  };
  const entries = entriesOf(event.targets);
  const cut = cutInEvent(event, entries);
  if (cut !== undefined) return unreadable(cut);
  const targets = entries.flatMap((entry) => readTarget(asObject(entry)) ?? []);
  if (targets.length < entries.length) return unreadable('targetResources: holds no objects');
  const properties = targets.flatMap((target) => target.properties);
  const cutLicences = cutInLicences(properties);
  if (cutLicences !== undefined) return unreadable(cutLicences);
  const details = new Map(readDetails(event.details));
  const userAgent = asText(event.userAgent);
  if (userAgent !== undefined && !details.has('User-Agent')) details.set('User-Agent', userAgent);

  return assembleRecord(head, {
    doer: () => readInitiator(event.initiatedBy, event.callerIp),
    outcome: readOutcome(event.result),
    reason: firstText(...event.reasons, methodExecutionResult(properties, details)),
    correlationId: event.correlationId,
    ...chosenTargets(targets, head.activity.subject === 'group' ? 'group' : 'user'),
    properties,
    details,
  });
}

/** Who did it is not read as nobody, either, where it is cut off. */
function cutInEvent(
  { targets, initiatedBy, details }: EntraEvent,
  entries: readonly unknown[],
): string | undefined {
  const initiator = asObject(initiatedBy);
  const parts: Part[] = [
    ['targetResources', targets, 'list'],
    ...entries.map((entry): Part => [
      'modifiedProperties',
      field(asObject(entry), 'modifiedProperties'),
      'list',
    ]),
    ['initiatedBy', initiatedBy],
    ['initiatedBy', field(initiator, 'user')],
    ['initiatedBy', field(initiator, 'app')],
    ['additionalDetails', details],
  ];
  return firstCutOf(parts);
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
