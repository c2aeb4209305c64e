import { envelopeIn } from '../../shared/queues/poison-envelope.ts';
import type { PoisonMessage } from '../../shared/queues/poison-store.ts';
import { asObject } from '../../shared/json/json-value.ts';

/**
 * What a kept message says of itself without its body (law 9): the kind of its envelope, and of what it carries nothing but ids, times and
 * the names of Gracewatch's own things. Names of people, addresses and telephone numbers, and whatever a newer version has put in, stay out.
 */
export type Carried =
  | { envelope: false }
  | { envelope: true; v: number; kind: string; notBefore?: string; replayed: boolean; items: CarriedItem[] };
type CarriedItem = Record<string, string | number>;

/** A message carries fifteen records and a hundred subjects; more is not read by anybody. */
export const mostShown = 20;

const shownFields = [
  'id',
  'log',
  'at',
  'kind',
  'why',
  'source',
  'readAt',
  'rule',
  'fingerprint',
  'state',
  'channel',
  'run',
  'step',
  'requestedAt',
  'oversizeBlob',
];
const shownOf = { subject: ['kind', 'id'], user: ['id'], group: ['id'] } as const;
/** Ids, times and words of ours: no blank and nothing long. */
const plain = /^[\w.:/@!~-]{1,100}$/;
const upn = /@/;

export function carriedBy({ body }: Pick<PoisonMessage, 'body'>): Carried {
  const envelope = envelopeIn(body);
  if (envelope === undefined) return { envelope: false };
  const { v, kind, items, notBefore, replayed = false } = envelope;
  return {
    envelope: true,
    v,
    kind: plain.test(kind) ? kind : 'not shown',
    ...(notBefore === undefined || !plain.test(notBefore) ? {} : { notBefore }),
    replayed,
    items: items.slice(0, mostShown).map(itemOf),
  };
}

function itemOf(item: unknown): CarriedItem {
  const object = asObject(item) ?? {};
  const target = asObject(object['target']) ?? {};
  const shown: CarriedItem = {};
  for (const field of shownFields) put(shown, field, object[field]);
  for (const [name, fields] of Object.entries(shownOf)) {
    const part = asObject(object[name]) ?? asObject(target[name]);
    for (const field of fields) put(shown, `${name}.${field}`, part?.[field]);
  }
  return shown;
}

/** An id that is a UPN is a name. */
function put(shown: CarriedItem, name: string, value: unknown): void {
  if (typeof value === 'number') shown[name] = value;
  if (typeof value === 'string' && plain.test(value)) shown[name] = upn.test(value) ? '(by UPN)' : value;
}
