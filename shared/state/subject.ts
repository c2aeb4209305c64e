import { z } from 'zod';

/** What rules speak about. */
export const subjectKinds = [
  'user',
  'group',
  'sku',
  'subscription',
  'domain',
  'tenant',
  'source',
  'channel',
  'queue',
] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** Rows of the first version call every subject of operations a collector. */
const storedKindSchema = z
  .enum([...subjectKinds, 'collector'])
  .transform((kind): SubjectKind => (kind === 'collector' ? 'source' : kind));

/**
 * Somebody or something of one tenant. `id` is the object id of a user or group (of a user whom no record names by it the UPN in lower
 * case), the skuId, the subscription's id, the name of a domain, source, channel or queue.
 */
export interface Subject {
  kind: SubjectKind;
  id: string;
  /** What people call it; the id where nothing better is known. */
  name: string;
}

/** Reads a subject also where a row of an older version leaves out the name. */
export const subjectSchema = z
  .object({ kind: storedKindSchema, id: z.string().min(1), name: z.string().optional() })
  .transform(({ kind, id, name }): Subject => ({ kind, id, name: nameOr(name, id) }));

/** A name that is empty or absent says nothing: then the id stands for it. */
export function nameOr(name: string | undefined, id: string): string {
  return name === undefined || name.trim() === '' ? id : name;
}
