import type { Doer } from './actor.ts';
import type { AuditRecord, LogName } from './audit-record.ts';
import { defined } from '../json/defined.ts';
import { readInstant, whyNoInstant } from './instant.ts';
import { asText } from '../json/json-value.ts';
import { isWrittenByPropagation, propagationService } from './microsoft-services.ts';
import { readObjectId } from './object-id.ts';
import { speaksOfLicences, textOfProperty, usefulChanges } from './property-change.ts';
import type { ModifiedProperty } from './property-change.ts';
import { unreadable } from './read-record.ts';
import type { ReadRecord } from './read-record.ts';
import { keptDetails, readSlice } from './record-details.ts';
import type { Details } from './record-details.ts';
import { readActivityName, relevantActivity, touchesLicenceOrAccess } from './relevance.ts';
import type { RelevantActivity } from './relevance.ts';

/** How a dialect calls the fields of the head, for the reasons of what cannot be read. */
interface FieldNames {
  id: string;
  activity: string;
  at: string;
  target: string;
}

/** What has to be read of every record, to count it or to go on. */
export interface RecordHead {
  kind: 'head';
  log: LogName;
  names: FieldNames;
  tenantId: string;
  id: string | undefined;
  /** Undefined where it is no time, and then `whyNoTime` says why: of a record that tells nothing, nobody needs it. */
  at: string | undefined;
  whyNoTime: string;
  activity: RelevantActivity & { asWritten: string };
}

/** Of most records the head is all that is read: they are ignored by the name of their activity. */
export function readHead(raw: {
  log: LogName;
  names: FieldNames;
  tenantId: string;
  id: unknown;
  at: unknown;
  activity: unknown;
}): RecordHead | ReadRecord {
  const { log, names, tenantId } = raw;
  const asWritten = readActivityName(raw.activity);
  if (asWritten === undefined) return unreadable(`${names.activity}: missing`);
  const at = readInstant(raw.at);
  const id = asText(raw.id);
  const activity = relevantActivity(asWritten);
  if (activity === undefined || (activity.cmdlet === true && log !== 'unified'))
    return ignored({ log, tenantId, id, at }, asWritten);
  const whyNoTime = at === undefined ? whyNoInstant(raw.at) : '';
  return { kind: 'head', log, names, tenantId, id, at, whyNoTime, activity: { ...activity, asWritten } };
}

export interface Target {
  id?: string;
  upn?: string;
  name?: string;
}

interface RecordBody {
  /** Only asked of records that are kept: most "Update user" are not. */
  doer: () => Doer;
  outcome: AuditRecord['outcome'];
  reason: string | undefined;
  correlationId: unknown;
  user: Target | undefined;
  group: Target | undefined;
  /** The record speaks of something that is neither: a nested group, a device, an application. */
  otherTarget: boolean;
  properties: readonly ModifiedProperty[];
  details: Details;
}

export function assembleRecord(head: RecordHead, body: RecordBody): ReadRecord {
  const { activity, names } = head;
  const name = activity.prefix === true ? activity.asWritten : activity.name;
  const slice = readSlice(body.details);
  if (slice === 'malformed') return unreadable('additionalDetails: seq or c is no number of a part');
  const isSlice = slice !== undefined;
  if (activity.sifted === true && !touchesLicenceOrAccess({ ...body, isSlice })) return ignored(head, name);

  const change = usefulChanges(body.properties);
  const target = targetOf(activity, body, change);
  // A part is found by its id, so it may come without a target.
  const isLost = !isSlice && !isNamed(activity, target);
  // Members of other kinds hold no licence; a nested group gives its members none either (FACTS 5.1).
  if (isLost && body.otherTarget) return ignored(head, name);
  if (head.at === undefined) return unreadable(`${names.at}: ${head.whyNoTime}`);
  if (isLost) return unreadable(`${names.target}: ${missingTarget[activity.subject]}`);
  if (head.id === undefined) return unreadable(`${names.id}: missing`);
  return {
    kind: 'record',
    record: {
      id: head.id,
      log: head.log,
      tenantId: head.tenantId,
      at: head.at,
      activity: name,
      outcome: body.outcome,
      target,
      change,
      ...doerOf(name, change, body),
      ...defined({
        reason: body.reason,
        correlationId: readObjectId(body.correlationId),
        slice,
        details: keptDetails(body.details, isSlice),
      }),
    },
  };
}

/** Nobody named, and the program that wrote a change of licences is known: then it is group licensing. */
function doerOf(activity: string, change: AuditRecord['change'], { doer, properties }: RecordBody): Doer {
  const told = doer();
  if (told.actor !== undefined || !isWrittenByPropagation(properties)) return told;
  const isOfLicences = activity.toLowerCase() === 'change user license' || speaksOfLicences(change);
  return isOfLicences ? { ...told, actor: propagationService } : told;
}

export function ignored(
  head: { log: LogName; tenantId: string; id: string | undefined; at: string | undefined },
  activity: string,
): ReadRecord {
  const { log, tenantId, id, at } = head;
  return { kind: 'ignored', activity, log, tenantId, ...defined({ id, at }) };
}

const missingTarget = {
  user: 'names no user',
  group: 'names no group',
  membership: 'names no user and group',
} satisfies Record<RelevantActivity['subject'], string>;

function isNamed(activity: RelevantActivity, target: AuditRecord['target']): boolean {
  const { user, group } = target;
  const hasUser = user?.id !== undefined || user?.upn !== undefined;
  const hasGroup = group?.id !== undefined || group?.name !== undefined;
  switch (activity.subject) {
    case 'user':
      return hasUser;
    case 'group':
      return hasGroup;
    case 'membership':
      return hasUser && hasGroup;
  }
}

function targetOf(
  activity: RelevantActivity,
  body: RecordBody,
  change: AuditRecord['change'],
): AuditRecord['target'] {
  // The properties of the member tell the group for certain; the order and number of targets vary (FACTS 6.2, 6.4).
  const group =
    activity.subject === 'membership'
      ? {
          id: readObjectId(textOfProperty(change, 'Group.ObjectID')) ?? body.group?.id,
          name: textOfProperty(change, 'Group.DisplayName') ?? body.group?.name,
        }
      : activity.subject === 'group'
        ? { id: body.group?.id, name: body.group?.name }
        : undefined;
  const user =
    activity.subject === 'group'
      ? undefined
      : { id: body.user?.id, upn: body.user?.upn?.toLowerCase(), name: body.user?.name };
  return defined({ user: present(user), group: present(group) });
}

/** Undefined for an object of which no field is filled. */
function present<T extends object>(fields: T | undefined) {
  if (fields === undefined) return undefined;
  const filled = defined(fields);
  return Object.keys(filled).length === 0 ? undefined : filled;
}
