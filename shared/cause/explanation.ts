import { z } from 'zod';
import { type Actor, actorSchema, logNames } from '../ingest/audit-record.ts';
import type { GroupReference, Licence } from '../timeline/fact.ts';

const causeKinds = [
  'removed-directly',
  'removed-from-group',
  'group-licence-edited',
  'group-deleted',
  'group-processing-failed',
  'assignment-failed',
  'subscription-lapsed',
  'account-deleted',
  'plan-switched-off',
  'moved-between-licences',
  'not-logged',
  'pending',
] as const;
export type CauseKind = (typeof causeKinds)[number];

const recordEvidenceSchema = z.object({ record: z.string(), log: z.enum(logNames), at: z.string() });
/** A record of a log, by the provider's id. */
export type RecordEvidence = z.infer<typeof recordEvidenceSchema>;

/** What something is known from: a record, or a state as it was read: which, whose (its id), when. */
export const evidenceSchema = z.union([
  recordEvidenceSchema,
  z.object({ source: z.string(), subject: z.string(), at: z.string() }),
]);
export type Evidence = z.infer<typeof evidenceSchema>;

/** Why somebody lost a licence, or never got it, with the records that say so. */
export const causeSchema = z.object({
  kind: z.enum(causeKinds),
  at: z.string().exactOptional(),
  between: z.tuple([z.string(), z.string()]).exactOptional(),
  /** Only ever somebody whom a record of `evidence` names. A service of Microsoft's own is never the actor. */
  actor: actorSchema.exactOptional(),
  via: z.string().exactOptional(),
  group: z
    .object({
      id: z.string(),
      name: z.string().exactOptional(),
      /** A rule decides who is in it; the rule as it is now, where a record tells it. */
      dynamic: z.literal(true).exactOptional(),
      rule: z.string().exactOptional(),
    })
    .exactOptional(),
  evidence: z.array(recordEvidenceSchema).default([]),
  confidence: z.enum(['certain', 'likely', 'unknown']),
  /** For `pending`: when the logs can no longer bring it. Absent where a log is not covered at all. */
  settledBy: z.string().exactOptional(),
  /** Two or three sentences of plain English that a help desk can send to the user. */
  text: z.string(),
});
export type Cause = z.infer<typeof causeSchema>;

/** One loss to be explained: whole products gone, and plans switched off in products that stayed. */
export interface LicenceLoss {
  at: string;
  products: Licence[];
  plans: { id: string; name: string; skuId: string; product: string }[];
  /** Whom the record of the loss names, and the group that had granted what went. Absent where only a state showed the loss. */
  takenBy?: { actor?: Actor; group?: GroupReference };
}
