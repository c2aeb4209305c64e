import { z } from 'zod';
import { alertStatuses, noticeReasons } from '../alert/alert.ts';
import { severities, subjectKinds } from '../evaluate/rule.ts';
import { actorSchema, logNames } from '../ingest/audit-record.ts';
import { causeKinds } from '../timeline/explanation.ts';

/**
 * Alerts and notices as rows. What is required here has been in rows since the first version; what came later has a default,
 * so that an older row is read. Fields that this build does not know are kept (looseObject): an alert that an older instance
 * updates during a deployment loses nothing.
 */

const evidenceSchema = z.looseObject({ record: z.string(), log: z.enum(logNames), at: z.string() });

const causeSchema = z.looseObject({
  kind: z.enum(causeKinds),
  at: z.string().exactOptional(),
  between: z.tuple([z.string(), z.string()]).exactOptional(),
  actor: actorSchema.exactOptional(),
  via: z.string().exactOptional(),
  group: z
    .looseObject({ id: z.string(), name: z.string().exactOptional(), rule: z.string().exactOptional() })
    .exactOptional(),
  evidence: z.array(evidenceSchema).default([]),
  confidence: z.enum(['certain', 'likely', 'unknown']),
  settledBy: z.string().exactOptional(),
  text: z.string(),
});

export const storedAlertSchema = z.looseObject({
  id: z.string(),
  tenantId: z.string(),
  rule: z.string(),
  severity: z.enum(severities),
  status: z.enum(alertStatuses),
  episode: z.number(),
  subject: z.looseObject({
    kind: z.enum(subjectKinds),
    id: z.string(),
    name: z.string().exactOptional(),
  }),
  title: z.string(),
  summary: z.string(),
  cause: causeSchema.exactOptional(),
  due: z.string().exactOptional(),
  happenedAt: z.string(),
  openedAt: z.string(),
  updatedAt: z.string(),
  resolvedAt: z.string().exactOptional(),
  actor: actorSchema.exactOptional(),
  mutedBy: z.string().exactOptional(),
  facts: z.record(z.string(), z.unknown()).default({}),
  evidence: z.array(evidenceSchema).default([]),
  runbook: z.array(z.string()).default([]),
  qualifiers: z
    .object({
      skuId: z.string().exactOptional(),
      groupId: z.string().exactOptional(),
      errorCode: z.string().exactOptional(),
    })
    .default({}),
  basis: z.number().default(0),
  extent: z.array(z.string()).default([]),
  attributedEpisode: z.number().exactOptional(),
  firstSight: z.boolean().exactOptional(),
  note: z.string().exactOptional(),
  snoozedUntil: z.string().exactOptional(),
});

export const storedNoticeSchema = z.looseObject({
  key: z.string(),
  channel: z.string(),
  reason: z.enum(noticeReasons),
  at: z.string(),
  outcome: z.enum(['sent', 'waiting', 'refused']),
});

export const waitingNoticeSchema = z.looseObject({
  channel: z.string(),
  key: z.string(),
  tenantId: z.string(),
  alertId: z.string(),
  reason: z.enum(noticeReasons),
  at: z.string(),
  digest: z
    .looseObject({
      source: z.string(),
      sources: z.array(z.string()).exactOptional(),
      after: z.string().exactOptional(),
      opened: z.number(),
      bySeverity: z.record(z.string(), z.number()),
      byRule: z.record(z.string(), z.number()),
    })
    .exactOptional(),
});

export const channelStateSchema = z.looseObject({
  lastPostAt: z.string().exactOptional(),
  leaseUntil: z.string().exactOptional(),
  brokenSince: z.string().exactOptional(),
  brokenReason: z.string().exactOptional(),
  brokenUrl: z.string().exactOptional(),
  failingTenants: z.array(z.string()).exactOptional(),
  posting: z
    .looseObject({
      idempotencyKey: z.string(),
      notices: z.array(z.string()),
      postedAt: z.string().exactOptional(),
      refusals: z.number().exactOptional(),
    })
    .exactOptional(),
  wakeAt: z.string().exactOptional(),
  firstLook: z
    .looseObject({
      finishedAt: z.string(),
      sources: z.array(z.string()),
      toldUntil: z.string().exactOptional(),
    })
    .exactOptional(),
});
