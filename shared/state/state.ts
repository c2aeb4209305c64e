import { z } from 'zod';
import { type SubjectKind, subjectKinds } from './subject.ts';

interface StateKind {
  /** Whose state it is. A rule sees that of its own subject, and that of its tenant. */
  of: SubjectKind;
  /** Older than this it tells nothing of now. */
  tooOldHours: number;
  schema: z.ZodType;
}

/**
 * The states that a rule can look at, by the name under which it needs or uses them. Fields that nobody reads yet may stand in them;
 * they are kept.
 */
export const stateKinds = {
  /** The registration of a user for MFA, as the report of registration details tells it (FACTS 8.1). */
  registration: {
    of: 'user',
    tooOldHours: 72,
    schema: z.looseObject({
      isMfaRegistered: z.boolean(),
      isMfaCapable: z.boolean(),
      methodsRegistered: z.array(z.string()),
    }),
  },
  /** A group with what it gives its members: the skuIds of its licences, and whether members are in error. */
  'group-licences': {
    of: 'group',
    tooOldHours: 48,
    schema: z.looseObject({
      skuIds: z.array(z.string()),
      membersInError: z.array(z.looseObject({ userId: z.string(), skuId: z.string(), error: z.string() })),
    }),
  },
  /** Messages of a queue that could not be handled and were not replayed: how many are kept, since when, and the latest of them by id. */
  queue: {
    of: 'queue',
    tooOldHours: 24,
    schema: z.looseObject({
      kept: z.number().int().min(0),
      latest: z.array(z.looseObject({ messageId: z.string(), insertedAt: z.iso.datetime() })),
      /** When the first of them was put into the queue. */
      since: z.iso.datetime().exactOptional(),
      /** The id of the newest that was ever kept, also where that one was replayed: another one means that more has come. */
      newest: z.string().exactOptional(),
    }),
  },
  /**
   * Whether a channel takes what is posted; `since` and `reason` where it does not. It is told when it changes and not between, so it
   * holds for longer than a state that is read again and again.
   */
  channel: {
    of: 'channel',
    tooOldHours: 30 * 24,
    schema: z.looseObject({
      takesPosts: z.boolean(),
      since: z.iso.datetime().exactOptional(),
      reason: z.string().exactOptional(),
    }),
  },
} as const satisfies Readonly<Record<string, StateKind>>;

export type StateName = keyof typeof stateKinds;
export type StateValue<S extends StateName> = z.infer<(typeof stateKinds)[S]['schema']>;

export const stateNames = Object.keys(stateKinds) as [StateName, ...StateName[]];

/** A state as it was read, on its way to be remembered. `readAt` is its version: the time of the read, which never falls. */
export const readStateSchema = z
  .object({
    source: z.enum(stateNames),
    subject: z.object({
      kind: z.enum(subjectKinds),
      id: z.string().min(1),
      name: z.string().exactOptional(),
    }),
    readAt: z.iso.datetime(),
    value: z.unknown(),
  })
  .superRefine(({ source, subject, value }, context) => {
    const kind = stateKinds[source];
    if (subject.kind !== kind.of) {
      context.addIssue({ code: 'custom', path: ['subject', 'kind'], message: `expected ${kind.of}` });
    }
    const parsed = kind.schema.safeParse(value);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) {
        context.addIssue({ code: 'custom', path: ['value', ...path], message });
      }
    }
  });
export type ReadState = z.infer<typeof readStateSchema>;
