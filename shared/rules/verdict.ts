import { z } from 'zod';
import { causeSchema, evidenceSchema } from '../cause/explanation.ts';
import { actorSchema } from '../ingest/audit-record.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/**
 * What makes two findings of one rule on one subject different alerts: ids and codes under names that the rule chooses, never names of
 * people or things, and never counts (law 4).
 */
export const qualifiersSchema = z.record(z.string(), z.string());
export type Qualifiers = Readonly<z.infer<typeof qualifiersSchema>>;

/**
 * What a card shows beside title and summary. A list is shown as `A, B and 3 more`. Of two details the one with more weight comes
 * first, and stays longer where room is short; from 0, the usual one is 1.
 */
export const detailSchema = z.object({
  label: z.string().min(1),
  value: z.union([z.string(), z.number(), z.array(z.string())]),
  weight: z.number().min(0),
});
export type Detail = z.infer<typeof detailSchema>;

export const firingSchema = z.object({
  kind: z.literal('firing'),
  /** Why, in one sentence. */
  reason: z.string(),
  qualifiers: qualifiersSchema,
  severity: z.enum(severities),
  title: z.string(),
  summary: z.string(),
  /** When the thing itself happened: the first of all that is wrong now. Later than the last firing, it is another episode. */
  happenedAt: z.iso.datetime(),
  due: z.string().exactOptional(),
  cause: causeSchema.exactOptional(),
  actor: actorSchema.exactOptional(),
  /** The application that the actor used. */
  via: z.string().exactOptional(),
  /** What is wrong, as ids: the alert is worse when something comes that was not in it before. */
  extent: z.array(z.string()),
  /**
   * What comes into the extent is another matter than what somebody has acknowledged: it opens the alert again and is told. Without it
   * whoever has acknowledged an alert is not disturbed by it any more.
   */
  moreIsNew: z.literal(true).exactOptional(),
  /** For people. */
  details: z.array(detailSchema).default([]),
  /** For programs: ids and values. */
  facts: z.record(z.string(), z.unknown()),
  evidence: z.array(evidenceSchema),
  /** The runbook with this subject's names in it, two or three steps. */
  runbook: z.array(z.string()),
  /** When time alone may change it (ISO 8601, UTC). Absent where only a signal can. */
  lookAgainAt: z.string().exactOptional(),
});
export type Firing = z.infer<typeof firingSchema>;

interface Clear {
  kind: 'clear';
  reason: string;
  /** Absent when the rule has nothing at all to say about the subject. */
  qualifiers?: Qualifiers;
  /** What the episode that ends here turns out to have been worth: a removal before a deletion was off-boarding. */
  severity?: Severity;
  /** When time alone may make it fire: the end of a period of grace. */
  lookAgainAt?: string;
}

interface Unknown {
  kind: 'unknown';
  reason: string;
  qualifiers?: Qualifiers;
  lookAgainAt?: string;
}

export type Verdict = Firing | Clear | Unknown;
