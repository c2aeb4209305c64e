import { z } from 'zod';

/**
 * One normalised record of either log, whatever dialect it came in. This is what travels in queues and what
 * the timeline keeps, so it is a schema and not only a type.
 */

export const logNames = ['entra', 'unified'] as const;
export type LogName = (typeof logNames)[number];

/** Who did it. `name` is the UPN of a user and the display name of anything else. */
export const actorSchema = z.object({
  kind: z.enum(['user', 'application', 'group-licensing', 'system']),
  id: z.string().optional(),
  name: z.string().optional(),
  ip: z.string().optional(),
});
export type Actor = z.infer<typeof actorSchema>;

/** A changed property; `before` and `after` are decoded from the dialect (JSON in a string, CRLF, missing old value). */
const propertyChangeSchema = z.object({
  property: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type PropertyChange = z.infer<typeof propertyChangeSchema>;

export const auditRecordSchema = z.object({
  /** The provider's own id: the same record read twice, or from two exports, has the same. */
  id: z.string().min(1),
  log: z.enum(logNames),
  tenantId: z.string().min(1),
  /** ISO 8601, UTC, milliseconds: `2026-02-03T09:15:00.000Z`. */
  at: z.iso.datetime(),
  /** Without trailing full stop, blanks or typographic dashes: `Change user license`. */
  activity: z.string(),
  /** `unknown` where the record says nothing (absent, timeout, PartiallySucceeded). */
  outcome: z.enum(['success', 'failure', 'unknown']),
  reason: z.string().optional(),
  actor: actorSchema.optional(),
  /** Name of the application that a user worked through, where the record tells it. */
  via: z.string().optional(),
  /** Graph correlationId = InterSystemsId of the unified log. IntraSystemId is no join key (FACTS 6.5.1). */
  correlationId: z.string().optional(),
  target: z.object({
    /** Object id in lower case; `upn` in lower case. At least one of them where a user is concerned. */
    user: z
      .object({ id: z.string().optional(), upn: z.string().optional(), name: z.string().optional() })
      .optional(),
    group: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  }),
  change: z.array(propertyChangeSchema),
  /** One part of a change too large for one record (additionalDetails id, seq, b, c; FACTS 6.3.3). `seq` from 1 to `of`. */
  slice: z
    .object({ id: z.string(), seq: z.number().int(), of: z.number().int(), text: z.string() })
    .optional(),
  /** Other named details of the record (User-Agent, parameters), where a rule may need them. */
  details: z.record(z.string(), z.string()).optional(),
});
export type AuditRecord = z.infer<typeof auditRecordSchema>;
