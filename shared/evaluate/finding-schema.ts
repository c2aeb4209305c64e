import { z } from 'zod';
import { actorSchema, logNames } from '../ingest/audit-record.ts';
import { causeKinds } from '../timeline/explanation.ts';
import type { Finding } from './finding.ts';
import { severities, subjectKinds } from './rule.ts';

/** Findings travel in queues, so they are read like everything that comes from outside. */

const evidenceSchema = z.object({ record: z.string(), log: z.enum(logNames), at: z.string() });

const causeSchema = z.object({
  kind: z.enum(causeKinds),
  at: z.string().exactOptional(),
  between: z.tuple([z.string(), z.string()]).exactOptional(),
  actor: actorSchema.exactOptional(),
  via: z.string().exactOptional(),
  group: z
    .object({ id: z.string(), name: z.string().exactOptional(), rule: z.string().exactOptional() })
    .exactOptional(),
  evidence: z.array(evidenceSchema),
  confidence: z.enum(['certain', 'likely', 'unknown']),
  settledBy: z.string().exactOptional(),
  text: z.string(),
});

const qualifiersSchema = z.object({
  skuId: z.string().exactOptional(),
  groupId: z.string().exactOptional(),
  errorCode: z.string().exactOptional(),
});

const firingSchema = z.object({
  kind: z.literal('firing'),
  reason: z.string(),
  qualifiers: qualifiersSchema,
  severity: z.enum(severities),
  title: z.string(),
  summary: z.string(),
  happenedAt: z.iso.datetime(),
  due: z.string().exactOptional(),
  cause: causeSchema.exactOptional(),
  actor: actorSchema.exactOptional(),
  via: z.string().exactOptional(),
  extent: z.array(z.string()),
  facts: z.record(z.string(), z.unknown()),
  evidence: z.array(evidenceSchema),
  runbook: z.array(z.string()),
});

export const findingSchema = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  tenantId: z.string().min(1),
  rule: z.string().min(1),
  subject: z.object({ kind: z.enum(subjectKinds), id: z.string().min(1), name: z.string().exactOptional() }),
  qualifiers: qualifiersSchema,
  episode: z.number().int().min(0),
  state: z.enum(['firing', 'clear', 'unknown']),
  reason: z.string(),
  firing: firingSchema.exactOptional(),
  severity: z.enum(severities),
  openedAt: z.string().exactOptional(),
  resolvedAt: z.string().exactOptional(),
  basis: z.number(),
  evaluatedAt: z.string().exactOptional(),
  lookAgainAt: z.string().exactOptional(),
  firstCollection: z.boolean().exactOptional(),
}) satisfies z.ZodType<unknown, Finding>;
